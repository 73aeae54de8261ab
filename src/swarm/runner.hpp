// SPDX-License-Identifier: Apache-2.0
// Runs the nodes of a pipeline, one thread each, and stops them in the order in which data flows,
// so that what is under way is still delivered. A node that is bypassed is simply not added: its
// neighbours share a queue. Not thread-safe: one owner starts and stops it.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace obi::swarm {

struct Node {
  std::string name;  ///< also the thread's name, cut to 15 characters by the kernel
  /// Returns when a stop is requested (sources) or when the input queue is closed and drained
  /// (everything else).
  std::function<void(std::stop_token)> run;
  /// Called after `run` has returned: closes the node's output queues, which is how the next node
  /// learns of the end.
  std::function<void()> finished;
};

class Runner {
 public:
  Runner() = default;
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// In the order of data flow; before `start`.
  void add(Node node);
  void start();
  /// Asks the sources to stop and waits for every node. False: some node was still busy at the
  /// deadline; the names of these are in `late`, and their threads go on, so the process must end
  /// without destroying what they use.
  bool stop(std::chrono::steady_clock::time_point deadline,
            std::vector<std::string>* late = nullptr);

 private:
  std::vector<Node> nodes_;
  std::vector<std::jthread> threads_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> ended_;
};

}  // namespace obi::swarm
