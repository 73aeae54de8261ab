// SPDX-License-Identifier: Apache-2.0
#include "discover/decision.hpp"

#include <algorithm>
#include <utility>

namespace obi::discover {

void DecisionLog::record(Decision decision) {
  counts_[static_cast<std::size_t>(decision.outcome)].fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (decisions_.size() >= kMaxProcesses && !decisions_.contains(decision.pid)) {
    not_kept_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::uint32_t pid = decision.pid;
  decisions_.insert_or_assign(pid, std::move(decision));
}

void DecisionLog::forget(std::uint32_t pid) {
  const std::lock_guard lock(mutex_);
  decisions_.erase(pid);
}

std::optional<Decision> DecisionLog::find(std::uint32_t pid) const {
  const std::lock_guard lock(mutex_);
  const auto found = decisions_.find(pid);
  return found == decisions_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Decision> DecisionLog::all() const {
  std::vector<Decision> decisions;
  {
    const std::lock_guard lock(mutex_);
    decisions.reserve(decisions_.size());
    for (const auto& [pid, decision] : decisions_) decisions.push_back(decision);
  }
  std::ranges::sort(decisions, {}, &Decision::pid);
  return decisions;
}

std::uint64_t DecisionLog::count(Outcome outcome) const {
  return counts_[static_cast<std::size_t>(outcome)].load(std::memory_order_relaxed);
}

}  // namespace obi::discover
