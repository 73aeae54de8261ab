// SPDX-License-Identifier: Apache-2.0
// The agent's life: builds the graph of docs/map.md from the options, runs it, and drains it when
// it is asked to stop. One owner, the main thread.
#pragma once
#include <memory>
#include <string>

#include "app/command_line.hpp"
#include "app/options.hpp"
#include "base/result.hpp"

namespace obi::app {

class Agent {
 public:
  /// Opens everything that can fail: recording, listeners, BPF. The error is one line for the user.
  static base::Result<std::unique_ptr<Agent>> open(AgentOptions options, const CommandLine& line);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Starts the threads; from then on spans flow.
  void start();
  /// A replay has reached its end (never true otherwise).
  [[nodiscard]] bool is_finished() const;
  /// Drains the pipeline within the shutdown time-out and prints the summary line. False if
  /// something was still busy.
  bool stop();

 private:
  struct Graph;
  explicit Agent(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph_;
};

}  // namespace obi::app
