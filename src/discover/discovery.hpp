// SPDX-License-Identifier: Apache-2.0
// Finds the processes to instrument: by events (inbox.hpp) at once, and by a periodic look at /proc
// for what has no event (processes and sockets from before the agent, lost events). Decides,
// names the service, and passes the result to capture. What has not changed costs nothing: a scan
// passes over the processes that are known, except once a minute, and when events were lost.
// Thread rule: `push` and the const members from any thread; `scan` before `run`; `run` is the
// discovery thread. Directory, attacher, ledger and the source of metadata outlive it.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/discovery.hpp"
#include "config/substitution.hpp"
#include "discover/criteria.hpp"
#include "discover/decision.hpp"
#include "discover/examination.hpp"
#include "discover/inbox.hpp"
#include "discover/metadata.hpp"
#include "discover/process.hpp"
#include "discover/process_directory.hpp"
#include "discover/service_naming.hpp"
#include "model/ledger.hpp"
#include "model/segment.hpp"

namespace obi::discover {

/// Starts and stops the capture of a process. Implemented over the PID filter of src/capture.
class Attacher {
 public:
  virtual ~Attacher() = default;
  /// Also called again for a process that goes on as another service. A refusal is tried again with
  /// the next scan. Children that a captured process forks are captured without asking, except
  /// those that it forked before.
  virtual base::Result<void> allow(const Process& process, const model::ServiceRef& service) = 0;
  /// Of a running process; one that ends is not captured any more by itself.
  virtual void block(const Process& process) = 0;
};

struct DiscoveryOptions {
  config::Discovery rules;
  std::string proc_root = "/proc";
  std::uint32_t own_pid = 0;  ///< the agent never instruments itself
  HostFacts host;
  config::Environment environment = config::process_environment;
  /// Process events that the kernel could not deliver, so far; empty = none ever.
  std::function<std::uint64_t()> lost_events;
  const MetadataSource* metadata = nullptr;  ///< null = there is none
};

class Discovery {
 public:
  static constexpr std::size_t kMaxInbox = 65'536;

  Discovery(DiscoveryOptions options, ProcessDirectory& directory, Attacher& attacher,
            model::Ledger& ledger);

  /// Kernel events come in the kernel's order. When it returns, the directory has the child of a
  /// fork, and a process that runs another program waits for its service there. Beyond kMaxInbox
  /// events are dropped and counted, and the next scan makes up for them.
  void push(InboxEvent event);
  /// One thorough look at all of /proc; done once before `run`, so that what runs already is
  /// instrumented when the agent says so.
  void scan();
  void run(std::stop_token stop);

  [[nodiscard]] const DecisionLog& decisions() const { return decisions_; }
  [[nodiscard]] std::uint64_t dropped_events() const {
    return ledger_.get(model::Reason::DiscoveryEventsDropped);
  }
  [[nodiscard]] std::uint64_t processes_seen() const { return processes_seen_.load(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Matches = std::vector<const config::Selector*>;

  /// Why a process is looked at.
  enum class Trigger : std::uint8_t { kScan, kProcessEvent, kExec, kMetadata };

  /// What all processes share that come from one program that was started, by forks without an
  /// exec: they are one instance of one service.
  struct SharedProgram {
    std::uint32_t first_pid = 0;  ///< of the process that was started, whether it lives or not
    std::uint64_t first_start_ticks = 0;
    Matches matches;  ///< of any of its processes, in the order of the configuration
    MetadataRef metadata;
    model::Language language = model::Language::kGeneric;
    model::ServiceRef service;
  };

  struct Known {
    Process process;
    bool decided = false;
    bool instrumented = false;
    bool parent_instrumented = false;  // stays when the parent ends
    bool settled = false;              // old enough that its runtime's libraries are mapped
    bool has_children = false;         // it forked while it was not instrumented
    std::uint64_t instrumented_ns =
        0;  // CLOCK_MONOTONIC: children forked later are captured by the kernel
    Outcome outcome = Outcome::kNotSelected;
    std::string reason;
    Matches matches;
    Matches parent_matches;
    MetadataRef metadata;                   // that it was decided by
    std::shared_ptr<SharedProgram> shared;  // null until it is instrumented
    model::Language language = model::Language::kGeneric;
    std::vector<std::uint16_t> heard_ports;  // of listen events: /proc may show them later
    std::uint64_t ports_digest = 0;
    std::optional<Clock::time_point> due;  // when it is old enough
  };

  std::deque<InboxEvent> await_events(const std::stop_token& stop, Clock::time_point until);
  void handle(const std::deque<InboxEvent>& events);
  void handle(const KernelEvent& kernel);
  void reexamine_changed(const std::deque<InboxEvent>& events);
  void on_fork(const model::ProcessEvent& event);
  void refuse_child(const model::ProcessEvent& event);
  void on_exec_of_ended(const KernelEvent& kernel);
  void inherit_from_parent(Known& child, const Known& parent, const model::ProcessEvent& event);
  void recheck_after_min_age();
  void begin_scan(bool thorough);
  void continue_scan(std::size_t steps);
  bool is_thorough_scan_due();
  bool is_worth_a_look(std::uint32_t pid);
  void forget_all_but(const std::vector<std::uint32_t>& pids);

  Known& known(const Process& snapshot);
  /// False if the process has just ended.
  bool look_at(const Process& snapshot, Trigger trigger);
  [[nodiscard]] bool may_change(const Known& known);
  void notice_parent(Known& known, std::uint32_t parent_pid);
  bool waits_for_age(Known& known, const Process& snapshot);
  void decide(Known& known, bool new_program);
  std::shared_ptr<SharedProgram> start_program(const Process& first);
  std::shared_ptr<SharedProgram> program_of(const Process& process);
  static bool add_facts(SharedProgram& program, const Known& known, const Matches& matches,
                        const Matches& outdated);
  void name_program(const Known& known, const Matches& matches, const Matches& outdated);
  void publish(Known& known, const Selection& selection, const Matches& outdated);
  void note(Known& known, Outcome outcome, const std::string& reason, const std::string& service);
  void release(Known& known);
  void forget(std::uint32_t pid, std::uint64_t ns);
  void cancel_timer(std::uint32_t pid, Known& known);

  DiscoveryOptions options_;
  Proc proc_;
  ProcessDirectory& directory_;
  Attacher& attacher_;
  model::Ledger& ledger_;
  Examiner examiner_;
  bool depends_on_ports_;
  bool heard_of_ports_ = false;    // a socket began to listen since the last scan
  bool ports_may_differ_ = false;  // from what they were in the scan before this one
  std::unordered_map<std::uint32_t, Known> known_;
  std::unordered_map<std::uint32_t, std::weak_ptr<SharedProgram>> programs_;  // by first pid
  std::set<std::uint32_t> without_program_;  // kernel threads and zombies
  std::set<std::pair<Clock::time_point, std::uint32_t>> timers_;
  std::deque<std::uint32_t> to_visit_;  // the rest of the scan in progress
  Clock::time_point last_scan_;
  Clock::time_point next_scan_;
  Clock::time_point last_thorough_scan_;
  std::uint64_t lost_events_ = 0;  // until the last thorough scan
  DecisionLog decisions_;
  std::atomic<std::uint64_t> processes_seen_{0};

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<InboxEvent> inbox_;
};

}  // namespace obi::discover
