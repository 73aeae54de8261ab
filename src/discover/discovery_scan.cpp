// SPDX-License-Identifier: Apache-2.0
// The periodic look at /proc.
#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "discover/discovery.hpp"

namespace obi::discover {
namespace {
constexpr auto kThoroughInterval = std::chrono::minutes(1);
}  // namespace

void Discovery::scan() {
  begin_scan(true);
  continue_scan(to_visit_.size());
}

void Discovery::begin_scan(bool thorough) {
  last_scan_ = Clock::now();
  next_scan_ = last_scan_ + options_.rules.poll_interval;
  if (thorough) last_thorough_scan_ = last_scan_;
  ports_may_differ_ = std::exchange(heard_of_ports_, false) || thorough;
  examiner_.ports().refresh();
  const std::uint64_t begun_ns = base::monotonic_ns();
  const auto pids = proc_.pids();
  forget_all_but(pids);
  directory_.end_all_but(pids, begun_ns);
  for (const std::uint32_t pid : pids) {
    if (thorough || is_worth_a_look(pid)) to_visit_.push_back(pid);
  }
  directory_.expire(base::monotonic_ns());
}

void Discovery::forget_all_but(const std::vector<std::uint32_t>& pids) {
  const auto is_gone = [&](std::uint32_t pid) { return !std::ranges::binary_search(pids, pid); };
  std::erase_if(without_program_, is_gone);
  std::vector<std::uint32_t> gone;
  for (const auto& [pid, known] : known_) {
    if (is_gone(pid) && !proc_.identify(pid)) gone.push_back(pid);
  }
  const std::uint64_t now = base::monotonic_ns();
  for (const std::uint32_t pid : gone) {
    if (known_[pid].instrumented)
      attacher_.block(known_[pid].process);  // its end may be unheard there, too
    forget(pid, now);
  }
  std::erase_if(programs_, [](const auto& entry) { return entry.second.expired(); });
}

// The kernel reports every exec and exit, unless it had to drop the event.
bool Discovery::is_thorough_scan_due() {
  const std::uint64_t lost = dropped_events() + (options_.lost_events ? options_.lost_events() : 0);
  return std::exchange(lost_events_, lost) != lost ||
         Clock::now() - last_thorough_scan_ >= kThoroughInterval;
}

bool Discovery::is_worth_a_look(std::uint32_t pid) {
  const auto found = known_.find(pid);
  if (found == known_.end()) return !without_program_.contains(pid);
  return !found->second.decided || may_change(found->second);
}

void Discovery::continue_scan(std::size_t steps) {
  for (; steps > 0 && !to_visit_.empty(); --steps) {
    const std::uint32_t pid = to_visit_.front();
    to_visit_.pop_front();
    if (pid == options_.own_pid) continue;
    if (const auto snapshot = proc_.identify(pid)) {
      look_at(*snapshot, Trigger::kScan);
    } else {
      without_program_.insert(pid);
    }
  }
}

bool Discovery::may_change(const Known& known) {
  if (known.outcome == Outcome::kTooYoung) return false;  // it has a timer
  if (is_newer(examiner_.metadata_of(known.process), known.metadata)) return true;
  if (!known.settled || known.outcome == Outcome::kAttachFailed) return true;
  if (known.instrumented || known.outcome == Outcome::kExcluded) return false;
  const auto parent = known_.find(known.process.parent_pid);
  if (parent != known_.end() && parent->second.instrumented) return true;
  return depends_on_ports_ && ports_may_differ_ &&
         examiner_.ports().digest(known.process) != known.ports_digest;
}

}  // namespace obi::discover
