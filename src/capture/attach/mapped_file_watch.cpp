// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/mapped_file_watch.hpp"

#include <algorithm>

namespace obi::capture {

void MappedFileWatch::add(std::uint32_t pid, Time now) {
  remove(pid);
  const Process process{.due = now};
  processes_.emplace(pid, process);
  young_.emplace(now, pid);
}

void MappedFileWatch::remove(std::uint32_t pid) {
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return;
  queue_of(found->second).erase({found->second.due, pid});
  processes_.erase(found);
}

void MappedFileWatch::gain(Time now) {
  if (now > gained_at_) {
    credit_ = std::min<Duration>(kMaxCredit, credit_ + (now - gained_at_) / kCostShare);
  }
  gained_at_ = std::max(gained_at_, now);
}

std::optional<std::uint32_t> MappedFileWatch::next(Time now) {
  gain(now);
  if (credit_ < Duration::zero()) return std::nullopt;
  const auto due = [now](const Queue& queue) -> std::optional<std::uint32_t> {
    if (queue.empty() || queue.begin()->first > now) return std::nullopt;
    return queue.begin()->second;
  };
  const bool old_first = ++turn_ % kOldTurn == 0;
  const auto first = due(old_first ? old_ : young_);
  return first ? first : due(old_first ? young_ : old_);
}

void MappedFileWatch::looked(std::uint32_t pid, Time now, Duration cost, bool changed) {
  gain(now);
  credit_ -= cost;
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return;
  Process& process = found->second;
  queue_of(process).erase({process.due, pid});
  process.interval =
      changed ? kMinInterval : std::clamp(process.interval * 2, kMinInterval, kMaxInterval);
  process.due = now + process.interval;
  queue_of(process).emplace(process.due, pid);
}

std::optional<MappedFileWatch::Time> MappedFileWatch::wake_at() const {
  if (processes_.empty()) return std::nullopt;
  Time due = Time::max();
  for (const Queue* queue : {&young_, &old_}) {
    if (!queue->empty()) due = std::min(due, queue->begin()->first);
  }
  if (credit_ >= Duration::zero()) return due;
  return std::max(due, gained_at_ + (Duration(1) - credit_) * kCostShare);
}

}  // namespace obi::capture
