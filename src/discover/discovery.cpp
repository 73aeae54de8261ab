// SPDX-License-Identifier: Apache-2.0
#include "discover/discovery.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/release_memory.hpp"

namespace obi::discover {
namespace {

// When a program has mapped its runtime for sure: until then its language is asked for again.
constexpr auto kSettleAge = std::chrono::seconds(5);
constexpr auto kClockTick = std::chrono::milliseconds(10);  // resolution of start times
constexpr std::size_t kScanStep = 64;  // processes looked at before events get their turn
constexpr std::size_t kMaxHeardPorts = 64;

}  // namespace

Discovery::Discovery(DiscoveryOptions options, ProcessDirectory& directory, Attacher& attacher,
                     model::Ledger& ledger)
    : options_(std::move(options)),
      proc_(options_.proc_root),
      directory_(directory),
      attacher_(attacher),
      ledger_(ledger),
      examiner_(proc_, options_.own_pid, options_.metadata),
      depends_on_ports_(depends_on_ports(options_.rules)),
      last_scan_(Clock::now()),
      next_scan_(last_scan_ + options_.rules.poll_interval),
      last_thorough_scan_(last_scan_) {}

// The directory first: what is decided about the event must come after it there, too.
void Discovery::push(InboxEvent event) {
  const auto* kernel = std::get_if<KernelEvent>(&event);
  const auto is = [&](model::ProcessEventKind kind) {
    return kernel != nullptr && kernel->event.kind == kind;
  };
  if (is(model::ProcessEventKind::kFork))
    directory_.inherit(kernel->event.pid, kernel->event.parent_pid, kernel->event.ns);
  {
    const std::lock_guard lock(mutex_);
    if (inbox_.size() >= kMaxInbox) return ledger_.add(model::Reason::DiscoveryEventsDropped);
    if (is(model::ProcessEventKind::kExec))
      directory_.begin_program(kernel->event.pid, kernel->event.ns);
    inbox_.push_back(std::move(event));
  }
  changed_.notify_one();
}

void Discovery::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto wake = timers_.empty() ? next_scan_ : std::min(next_scan_, timers_.begin()->first);
    if (!to_visit_.empty()) wake = Clock::now();
    const auto events = await_events(stop, wake);
    if (!events.empty()) examiner_.ports().refresh();
    handle(events);
    recheck_after_min_age();
    if (to_visit_.empty() && Clock::now() >= next_scan_) begin_scan(is_thorough_scan_due());
    continue_scan(kScanStep);
  }
}

std::deque<InboxEvent> Discovery::await_events(const std::stop_token& stop,
                                               Clock::time_point until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, until, [this] { return !inbox_.empty(); });
  return std::exchange(inbox_, {});
}

// The source of metadata is asked anew with each decision, so the order among the kinds of events
// doesn't matter, and however many changes there are of one process, it is examined once for them.
void Discovery::handle(const std::deque<InboxEvent>& events) {
  reexamine_changed(events);
  for (const InboxEvent& event : events) {
    if (const auto* kernel = std::get_if<KernelEvent>(&event)) handle(*kernel);
  }
}

// In the order in which they started: what a child inherits is decided with its parent.
void Discovery::reexamine_changed(const std::deque<InboxEvent>& events) {
  std::unordered_set<std::string_view> containers;
  std::unordered_set<std::uint32_t> pids;
  for (const InboxEvent& event : events) {
    const auto* changed = std::get_if<MetadataChanged>(&event);
    if (changed == nullptr) continue;
    if (!changed->container_id.empty()) containers.insert(changed->container_id);
    if (changed->pid != 0) pids.insert(changed->pid);
  }
  if (containers.empty() && pids.empty()) return;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> affected;
  for (const auto& [pid, known] : known_) {
    if (pids.contains(pid) || containers.contains(known.process.container_id))
      affected.emplace_back(known.process.program.start_ticks, pid);
  }
  std::ranges::sort(affected);
  for (const auto& [start_ticks, pid] : affected) {
    if (const auto snapshot = proc_.identify(pid)) look_at(*snapshot, Trigger::kMetadata);
  }
}

void Discovery::handle(const KernelEvent& kernel) {
  const model::ProcessEvent& event = kernel.event;
  if (event.pid == options_.own_pid) return;
  if (event.kind == model::ProcessEventKind::kExit) return forget(event.pid, event.ns);
  if (event.kind == model::ProcessEventKind::kFork) return on_fork(event);
  const auto snapshot = proc_.identify(event.pid);
  if (!snapshot) {
    if (event.kind == model::ProcessEventKind::kExec) on_exec_of_ended(kernel);
    return;
  }
  auto& heard = known(*snapshot).heard_ports;
  if (event.kind == model::ProcessEventKind::kExec) {
    heard.clear();
    if (!look_at(*snapshot, Trigger::kExec)) on_exec_of_ended(kernel);
    return;
  }
  heard_of_ports_ = true;
  const bool heard_before = std::ranges::find(heard, event.port) != heard.end();
  if (!heard_before && heard.size() < kMaxHeardPorts) heard.push_back(event.port);
  look_at(*snapshot, Trigger::kProcessEvent);
}

// The kernel captures the child of a captured process, so it inherits its parent's state at once,
// even if it has ended meanwhile; the exec that may follow decides again.
void Discovery::on_fork(const model::ProcessEvent& event) {
  const auto found = known_.find(event.parent_pid);
  if (found == known_.end() || !found->second.instrumented) {
    if (found != known_.end()) found->second.has_children = true;
    return refuse_child(event);
  }
  const Known parent = found->second;
  const auto snapshot = proc_.identify(event.pid);
  if (snapshot) {
    known(*snapshot);  // forgets the process that had the number before
  } else {
    forget(event.pid, event.ns - 1);
  }
  directory_.inherit(event.pid, event.parent_pid, event.ns);

  Known& child = known_[event.pid];
  child.parent_instrumented = true;
  child.parent_matches = parent.matches;
  child.instrumented = true;
  child.shared = parent.shared;
  const bool let_through = event.ns > parent.instrumented_ns;
  if (snapshot && !let_through) {
    look_at(*snapshot, Trigger::kProcessEvent);
    return;
  }
  inherit_from_parent(child, parent, event);
  child.process.program.start_ticks = snapshot ? snapshot->program.start_ticks : 0;
}

void Discovery::inherit_from_parent(Known& child, const Known& parent,
                                    const model::ProcessEvent& event) {
  child.decided = true;
  child.settled = parent.settled;
  child.matches = parent.matches;
  child.metadata = parent.metadata;
  child.language = parent.language;
  child.instrumented_ns = event.ns;
  child.process = parent.process;
  child.process.pid = event.pid;
  child.process.parent_pid = event.parent_pid;
  child.process.ns_pid = event.ns_pid;
  child.process.pid_namespace = event.pid_namespace;
  child.process.net_namespace = event.net_namespace;
  const auto service = directory_.find(event.pid);
  note(child, Outcome::kParentInstrumented, "its parent is instrumented",
       service ? service->name : "");
}

void Discovery::recheck_after_min_age() {
  const auto now = Clock::now();
  if (timers_.empty() || timers_.begin()->first > now) return;
  examiner_.ports().refresh();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::uint32_t pid = timers_.begin()->second;
    cancel_timer(pid, known_[pid]);
    if (const auto snapshot = proc_.identify(pid)) look_at(*snapshot, Trigger::kProcessEvent);
  }
}

Discovery::Known& Discovery::known(const Process& snapshot) {
  const auto found = known_.find(snapshot.pid);
  bool instrumented = false;
  if (found != known_.end() &&
      found->second.process.program.start_ticks != snapshot.program.start_ticks) {
    // Its end went unheard, maybe by the kernel side, too, and the number is in use again.
    instrumented = found->second.instrumented;
    forget(snapshot.pid, base::monotonic_ns());
  }
  const auto [entry, fresh] = known_.try_emplace(snapshot.pid);
  if (fresh) {
    processes_seen_.fetch_add(1, std::memory_order_relaxed);
    entry->second.process = snapshot;
    entry->second.instrumented = instrumented;
  }
  return entry->second;
}

bool Discovery::look_at(const Process& snapshot, Trigger trigger) {
  Known& entry = known(snapshot);
  const bool new_program =
      trigger == Trigger::kExec || !entry.decided || entry.process.program != snapshot.program;
  if (trigger == Trigger::kScan && !new_program && !may_change(entry)) return true;
  notice_parent(entry, snapshot.parent_pid);
  if (waits_for_age(entry, snapshot)) return true;
  auto process = proc_.read(snapshot.pid);
  if (!process) return false;
  if (entry.decided && new_program) entry.shared.reset();
  if (trigger == Trigger::kExec) entry.shared = start_program(*process);
  entry.process = std::move(*process);
  entry.decided = entry.decided && !new_program;
  decide(entry, new_program);
  entry.decided = true;
  base::release_memory(entry.process.command_line);  // long, and not needed any more
  return true;
}

void Discovery::notice_parent(Known& known, std::uint32_t parent_pid) {
  const auto parent = known_.find(parent_pid);
  if (parent == known_.end() || !parent->second.instrumented) return;
  known.parent_instrumented = true;
  known.parent_matches = parent->second.matches;
}

bool Discovery::waits_for_age(Known& known, const Process& snapshot) {
  cancel_timer(snapshot.pid, known);
  const auto rest = age_to_wait(options_.rules, age_of(snapshot.program),
                                known.instrumented || known.parent_instrumented);
  if (rest.count() == 0) return false;
  known.process = snapshot;
  known.due = Clock::now() + rest + kClockTick;
  timers_.emplace(*known.due, snapshot.pid);
  note(known, Outcome::kTooYoung, std::string(kTooYoungReason), "");
  known.decided = true;
  return true;
}

// What a running program was found to be it stays, even if it closes its port or its metadata is
// gone; only an exclusion or another program ends it.
void Discovery::decide(Known& known, bool new_program) {
  Examination examination(examiner_, known.process, known.heard_ports);
  Selection selection =
      select_process(options_.rules, examination.candidate(known.parent_instrumented));
  const MetadataRef before = known.metadata;
  if (examination.metadata()) known.metadata = examination.metadata();
  known.settled = age_of(known.process.program) >= kSettleAge;
  if (!selection.instrumented()) {
    if (known.instrumented && !new_program && selection.outcome != Outcome::kExcluded) return;
    if (known.instrumented) release(known);
    if (depends_on_ports_) known.ports_digest = examiner_.ports().digest(known.process);
    return note(known, selection.outcome, selection.reason, "");
  }
  if (selection.outcome == Outcome::kParentInstrumented) selection.matches = known.parent_matches;
  const bool same_service = known.instrumented && !new_program &&
                            selection.matches == known.matches &&
                            service_part(known.metadata) == service_part(before) &&
                            examination.language() == known.language;
  if (same_service) return;
  known.language = examination.language();
  publish(known, selection, is_newer(known.metadata, before) ? known.matches : Matches{});
}

void Discovery::note(Known& known, Outcome outcome, const std::string& reason,
                     const std::string& service) {
  const bool again =
      known.decided && known.outcome == outcome && known.reason == reason && service.empty();
  known.outcome = outcome;
  known.reason = reason;
  if (again) return;
  const Process& process = known.process;
  auto level = spdlog::level::debug;  // also for children: a server may fork for each request
  if (outcome == Outcome::kSelected || outcome == Outcome::kListens) level = spdlog::level::info;
  if (outcome == Outcome::kAttachFailed) level = spdlog::level::warn;
  spdlog::log(level,
              "process pid={} exe={:?} instrumented={} service={:?} language={} because={:?}",
              process.pid, process.program.executable, info(outcome).instrumented, service,
              to_string(known.language), reason);
  decisions_.record({.pid = process.pid,
                     .executable = process.program.executable,
                     .outcome = outcome,
                     .reason = reason,
                     .service = service});
}

void Discovery::release(Known& known) {
  attacher_.block(known.process);
  directory_.end(known.process.pid, base::monotonic_ns());
  known.instrumented = false;
}

void Discovery::forget(std::uint32_t pid, std::uint64_t ns) {
  const auto found = known_.find(pid);
  if (found != known_.end()) {
    cancel_timer(pid, found->second);
    known_.erase(found);
  }
  without_program_.erase(pid);
  decisions_.forget(pid);
  directory_.end(pid, ns);
}

void Discovery::cancel_timer(std::uint32_t pid, Known& known) {
  if (known.due) timers_.erase({*known.due, pid});
  known.due.reset();
}

}  // namespace obi::discover
