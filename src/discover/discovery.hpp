// SPDX-License-Identifier: Apache-2.0
// Finds the processes to instrument: by events from the kernel at once, and by a periodic look at /proc for whatever the
// events could not tell (processes and sockets from before the agent, lost events). Decides, names the service, and lets
// capture know.
// Thread rule: `push` from any thread; `run` is the discovery thread; the rest belongs to it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "config/discovery.hpp"
#include "discover/criteria.hpp"
#include "discover/process.hpp"
#include "discover/process_directory.hpp"
#include "discover/service_naming.hpp"
#include "model/segment.hpp"

namespace obi::discover {

/// Starts and stops the capture of a process. Implemented over the PID filter of src/capture.
class Attacher {
 public:
  virtual ~Attacher() = default;
  virtual base::Result<void> allow(const Process& process, const model::ServiceRef& service) = 0;
  virtual void block(const Process& process) = 0;
};

struct DiscoveryOptions {
  config::Discovery rules;
  std::string proc_root = "/proc";
  std::uint32_t own_pid = 0;  ///< the agent never instruments itself
  HostFacts host;
  config::Environment environment = config::process_environment;
};

class Discovery {
 public:
  static constexpr std::size_t kMaxInbox = 65'536;

  Discovery(DiscoveryOptions options, ProcessDirectory& directory, Attacher& attacher);

  /// News from the kernel. Beyond kMaxInbox events are dropped and the next scan makes up for them.
  void push(const model::ProcessEvent& event);
  /// One look at all of /proc; done once before `run`, so that what runs already is instrumented when the agent says so.
  void scan();
  void run(std::stop_token stop);
  [[nodiscard]] std::uint64_t dropped_events() const { return dropped_events_; }

 private:
  struct Known {
    Process process;
    bool taken = false;
    bool waits_for_age = false;
    std::string reason;
  };

  void handle(const model::ProcessEvent& event);
  void look_at(std::uint32_t pid);
  void decide(const Process& process);
  void take(const Process& process, const Verdict& verdict, model::Language language);
  void release(std::uint32_t pid, Known& known);
  void forget(std::uint32_t pid);
  void look_at_the_young();
  std::vector<std::uint16_t> ports_of(const Process& process);
  model::Language language_of(const Process& process);
  bool is_too_young(const Process& process) const;

  DiscoveryOptions options_;
  Proc proc_;
  ProcessDirectory& directory_;
  Attacher& attacher_;
  Process self_;
  std::unordered_map<std::uint32_t, Known> known_;
  /// Listening sockets per network namespace; valid during one scan or one event.
  std::map<std::uint32_t, std::map<std::uint64_t, std::uint16_t>> ports_by_namespace_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<model::ProcessEvent> inbox_;
  std::atomic<std::uint64_t> dropped_events_{0};
};

}  // namespace obi::discover
