// SPDX-License-Identifier: Apache-2.0
#include "discover/process_directory.hpp"

#include <algorithm>
#include <mutex>
#include <ranges>
#include <unordered_set>

namespace obi::discover {

bool ProcessDirectory::is_alive(const Tenures& tenures) {
  return tenures.back().ended_ns == 0 && !tenures.back().undecided;
}

const ProcessDirectory::Tenure& ProcessDirectory::tenure_at(const Tenures& tenures,
                                                            std::uint64_t ns) {
  for (const Tenure& tenure : std::views::reverse(tenures)) {
    if (tenure.since_ns <= ns) return tenure;
  }
  return tenures.front();
}

// The latest tenure, or a new one if that has ended.
ProcessDirectory::Tenure& ProcessDirectory::begin(std::uint32_t pid, std::uint64_t since_ns,
                                                  Changes& changes) {
  Tenures& tenures = entries_[pid];
  if (!tenures.empty() && tenures.back().ended_ns == 0) return tenures.back();
  if (!tenures.empty()) since_ns = std::max(since_ns, tenures.back().ended_ns);
  if (tenures.size() >= kMaxTenures) {
    count_out(tenures.front(), changes);
    tenures.erase(tenures.begin());
  }
  return tenures.emplace_back(Tenure{.since_ns = since_ns});
}

void ProcessDirectory::set_service(Tenure& tenure, const model::ServiceRef& service,
                                   Changes& changes) {
  tenure.undecided = false;
  if (tenure.counted && tenure.service == service) return;
  count_out(tenure, changes);
  tenure.service = service;
  tenure.counted = true;
  if (++processes_of_[service.get()] == 1) changes.services.emplace_back(service, true);
}

void ProcessDirectory::count_out(Tenure& tenure, Changes& changes) {
  if (!std::exchange(tenure.counted, false)) return;
  const auto count = processes_of_.find(tenure.service.get());
  if (--count->second > 0) return;
  processes_of_.erase(count);
  changes.services.emplace_back(tenure.service, false);
}

void ProcessDirectory::count_out_ended(Tenures& tenures, Changes& changes) {
  for (Tenure& tenure : tenures) {
    if (tenure.ended_ns != 0) count_out(tenure, changes);
  }
}

void ProcessDirectory::set_ended(std::uint32_t pid, Tenure& tenure, std::uint64_t ns) {
  if (tenure.ended_ns != 0) return;
  tenure.ended_ns = std::max<std::uint64_t>(ns, 1);
  tenure.undecided = false;
  ended_.emplace_back(tenure.ended_ns, pid);
}

void ProcessDirectory::publish(const Changes& changes) const {
  if (listener_) {
    for (const auto& [service, added] : changes.services) listener_(service, added);
  }
  if (process_listener_) {
    for (const auto& [pid, service] : changes.processes) process_listener_(pid, service);
  }
}

void ProcessDirectory::put(std::uint32_t pid, model::ServiceRef service) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    Tenure& tenure = begin(pid, 0, changes);
    count_out_ended(entries_[pid], changes);
    set_service(tenure, service, changes);
    changes.processes.emplace_back(pid, std::move(service));
  }
  decided_.notify_all();
  publish(changes);
}

void ProcessDirectory::replace(const model::ServiceRef& before, const model::ServiceRef& service) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    for (auto& [pid, tenures] : entries_) {
      if (!is_alive(tenures) || tenures.back().service != before) continue;
      set_service(tenures.back(), service, changes);
      changes.processes.emplace_back(pid, service);
    }
    // The new one may share its identity with the one before: that goes first.
    std::ranges::stable_sort(changes.services, {}, [](const auto& item) { return item.second; });
  }
  publish(changes);
}

void ProcessDirectory::inherit(std::uint32_t child, std::uint32_t parent, std::uint64_t ns) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(parent);
    if (found == entries_.end()) return;
    const Tenure parents = tenure_at(found->second, ns);
    if (!parents.service && !parents.undecided) return;
    if (const auto known = entries_.find(child); known != entries_.end()) {
      Tenure& latest = known->second.back();
      if (latest.since_ns > ns || (latest.since_ns == ns && latest.ended_ns != 0)) return;
      // The event of the end of an earlier owner of the number has yet to come.
      if (latest.since_ns < ns) set_ended(child, latest, ns);
    }
    Tenure& own = begin(child, ns, changes);
    if (parents.service) {
      set_service(own, parents.service, changes);
    } else {
      own.undecided = true;
    }
  }
  decided_.notify_all();
  publish(changes);
}

void ProcessDirectory::begin_program(std::uint32_t pid, std::uint64_t ns) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(pid);
    if (found == entries_.end()) return;
    Tenure& latest = found->second.back();
    if (latest.ended_ns != 0 || latest.since_ns >= ns) return;
    set_ended(pid, latest, ns);
    begin(pid, ns, changes).undecided = true;
  }
  decided_.notify_all();
  publish(changes);
}

// Counts out the tenures before it, too: what followed their end is decided now.
void ProcessDirectory::finish(std::uint32_t pid, Tenures& tenures, std::uint64_t ns,
                              Changes& changes) {
  if (tenures.back().since_ns <= ns) set_ended(pid, tenures.back(), ns);
  count_out_ended(tenures, changes);
  while (ended_.size() > kMaxEnded) forget_oldest_ended(changes);
}

void ProcessDirectory::end(std::uint32_t pid, std::uint64_t ns) { end_if(pid, ns, false); }

bool ProcessDirectory::end_undecided(std::uint32_t pid, std::uint64_t ns) {
  return end_if(pid, ns, true);
}

bool ProcessDirectory::end_if(std::uint32_t pid, std::uint64_t ns, bool undecided) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(pid);
    if (found == entries_.end() || (undecided && !found->second.back().undecided)) return false;
    finish(pid, found->second, ns, changes);
  }
  decided_.notify_all();
  publish(changes);
  return true;
}

void ProcessDirectory::end_all_but(const std::vector<std::uint32_t>& pids, std::uint64_t ns) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    std::vector<std::uint32_t> gone;
    for (const auto& [pid, tenures] : entries_) {
      const Tenure& latest = tenures.back();
      if (latest.ended_ns == 0 && latest.since_ns < ns && !std::ranges::binary_search(pids, pid))
        gone.push_back(pid);
    }
    for (const std::uint32_t pid : gone) {
      const auto found = entries_.find(pid);
      if (found != entries_.end()) finish(pid, found->second, ns, changes);
    }
  }
  decided_.notify_all();
  publish(changes);
}

void ProcessDirectory::expire(std::uint64_t now_ns) {
  Changes changes;
  {
    const std::unique_lock lock(mutex_);
    while (!ended_.empty() && ended_.front().first + kGraceNs <= now_ns)
      forget_oldest_ended(changes);
    memory_.set(held_bytes());
    if (memory_.excess() > 0) give_way(now_ns, changes);
  }
  publish(changes);
}

std::size_t ProcessDirectory::held_bytes() const {
  constexpr std::size_t kEntry = 128 + sizeof(Tenure);
  // A dozen texts and lists, of which the shorter need no memory of their own.
  constexpr std::size_t kService = sizeof(model::Service) + 256;
  std::unordered_set<const model::Service*> services;
  for (const auto& [pid, tenures] : entries_) {
    for (const Tenure& tenure : tenures) services.insert(tenure.service.get());
  }
  return entries_.size() * kEntry + services.size() * kService;
}

void ProcessDirectory::give_way(std::uint64_t now_ns, Changes& changes) {
  const std::size_t before = memory_.bytes();
  const std::size_t of_one = before / std::max<std::size_t>(1, entries_.size());
  while (!ended_.empty() && ended_.front().first + kShortGraceNs <= now_ns &&
         memory_.excess() > 0) {
    forget_oldest_ended(changes);
    memory_.remove(of_one);
  }
  memory_.set(held_bytes());
  memory_.count_given_back(before - std::min(before, memory_.bytes()));
}

void ProcessDirectory::forget_oldest_ended(Changes& changes) {
  const auto [ended_ns, pid] = ended_.front();
  ended_.pop_front();
  const auto found = entries_.find(pid);
  if (found == entries_.end()) return;
  std::erase_if(found->second, [&, ended = ended_ns](Tenure& tenure) {
    if (tenure.ended_ns != ended) return false;
    count_out(tenure, changes);
    return true;
  });
  if (found->second.empty()) entries_.erase(found);
}

model::ServiceRef ProcessDirectory::find(std::uint32_t pid) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(pid);
  return found == entries_.end() ? nullptr : found->second.back().service;
}

ProcessDirectory::Found ProcessDirectory::find_at(std::uint32_t pid, std::uint64_t ns) const {
  std::shared_lock lock(mutex_);
  const Tenure* tenure = nullptr;
  const auto is_decided = [&] {
    const auto found = entries_.find(pid);
    tenure = found == entries_.end() ? nullptr : &tenure_at(found->second, ns);
    return tenure == nullptr || !tenure->undecided;
  };
  if (!is_decided()) {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::steady_clock::time_point begun{std::chrono::nanoseconds(tenure->since_ns)};
    decided_.wait_until(lock, std::min(begun, now) + kDecisionTime, is_decided);
  }
  if (tenure == nullptr) return {};
  const std::uint64_t end = tenure->ended_ns;
  return {.service = tenure->service,
          .from_ns = tenure->since_ns,
          .until_ns = end == 0 ? ~std::uint64_t{0} : end};
}

bool ProcessDirectory::is_alive(std::uint32_t pid) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(pid);
  return found != entries_.end() && is_alive(found->second);
}

std::size_t ProcessDirectory::alive_count() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const auto& pair) { return is_alive(pair.second); }));
}

std::vector<model::ServiceRef> ProcessDirectory::alive() const {
  const std::shared_lock lock(mutex_);
  std::vector<model::ServiceRef> services;
  for (const auto& [pid, tenures] : entries_) {
    if (is_alive(tenures)) services.push_back(tenures.back().service);
  }
  return services;
}

}  // namespace obi::discover
