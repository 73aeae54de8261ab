// SPDX-License-Identifier: Apache-2.0
#include "discover/process_directory.hpp"

#include <algorithm>
#include <mutex>
#include <string>

namespace obi::discover {

void ProcessDirectory::put(std::uint32_t pid, model::ServiceRef service) {
  model::ServiceRef before;
  {
    const std::unique_lock lock(mutex_);
    Entry& entry = entries_[pid];
    if (entry.ended_ns == 0) before = entry.service;
    entry = {.service = service, .ended_ns = 0};
  }
  if (!listener_) return;
  if (before) listener_(before, false);
  listener_(service, true);
}

void ProcessDirectory::inherit(std::uint32_t child, std::uint32_t parent) {
  const model::ServiceRef parents = find(parent);
  if (!parents) return;
  auto own = std::make_shared<model::Service>(*parents);
  own->pid = child;
  const std::string made_id = own->host_name + ":" + std::to_string(parents->pid);
  if (own->instance_id == made_id) own->instance_id = own->host_name + ":" + std::to_string(child);
  put(child, std::move(own));
}

void ProcessDirectory::end(std::uint32_t pid, std::uint64_t now_ns) {
  model::ServiceRef ended;
  {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(pid);
    if (found == entries_.end() || found->second.ended_ns != 0) return;
    found->second.ended_ns = std::max<std::uint64_t>(now_ns, 1);
    ended = found->second.service;
    ended_.emplace_back(found->second.ended_ns, pid);
    while (ended_.size() > kMaxEnded) forget_oldest_ended();
  }
  if (listener_) listener_(ended, false);
}

void ProcessDirectory::expire(std::uint64_t now_ns) {
  const std::unique_lock lock(mutex_);
  while (!ended_.empty() && ended_.front().first + kGraceNs <= now_ns) forget_oldest_ended();
}

void ProcessDirectory::forget_oldest_ended() {
  const auto [ended_ns, pid] = ended_.front();
  ended_.pop_front();
  const auto found = entries_.find(pid);
  if (found != entries_.end() && found->second.ended_ns == ended_ns) entries_.erase(found);
}

model::ServiceRef ProcessDirectory::find(std::uint32_t pid) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(pid);
  return found == entries_.end() ? nullptr : found->second.service;
}

bool ProcessDirectory::is_alive(std::uint32_t pid) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(pid);
  return found != entries_.end() && found->second.ended_ns == 0;
}

std::size_t ProcessDirectory::alive_count() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const auto& pair) { return pair.second.ended_ns == 0; }));
}

std::vector<model::ServiceRef> ProcessDirectory::alive() const {
  const std::shared_lock lock(mutex_);
  std::vector<model::ServiceRef> services;
  for (const auto& [pid, entry] : entries_) {
    if (entry.ended_ns == 0) services.push_back(entry.service);
  }
  return services;
}

}  // namespace obi::discover
