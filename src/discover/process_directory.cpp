// SPDX-License-Identifier: Apache-2.0
#include "discover/process_directory.hpp"

#include <algorithm>

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
  own->instance_id = own->host_name + ":" + std::to_string(child);
  put(child, std::move(own));
}

void ProcessDirectory::end(std::uint32_t pid, std::uint64_t now_ns) {
  model::ServiceRef ended;
  {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(pid);
    if (found == entries_.end() || found->second.ended_ns != 0) return;
    found->second.ended_ns = now_ns;
    ended = found->second.service;
    ended_.push_back(pid);
    while (ended_.size() > kMaxEnded) {
      const auto oldest = entries_.find(ended_.front());
      if (oldest != entries_.end() && oldest->second.ended_ns != 0) entries_.erase(oldest);
      ended_.erase(ended_.begin());
    }
  }
  if (listener_) listener_(ended, false);
}

void ProcessDirectory::expire(std::uint64_t now_ns) {
  const std::unique_lock lock(mutex_);
  std::erase_if(ended_, [&](std::uint32_t pid) {
    const auto found = entries_.find(pid);
    if (found == entries_.end() || found->second.ended_ns == 0) return true;  // the number is in use again
    if (found->second.ended_ns + kGraceNs > now_ns) return false;
    entries_.erase(found);
    return true;
  });
}

model::ServiceRef ProcessDirectory::find(std::uint32_t pid) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(pid);
  return found == entries_.end() ? nullptr : found->second.service;
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
