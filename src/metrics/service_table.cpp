// SPDX-License-Identifier: Apache-2.0
#include "metrics/service_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace obi::metrics {

bool has_application_feature(const std::vector<std::string>& features) {
  static constexpr std::array<std::string_view, 3> kNames = {"application", "all", "*"};
  return std::ranges::any_of(features, [](const auto& feature) {
    return std::ranges::find(kNames, feature) != kNames.end();
  });
}

ServiceFacts& ServiceTable::facts_of(const model::ServiceRef& service) {
  // A Service that is held here can't be replaced by another at the same address.
  auto found = facts_.find(service.get());
  if (found == facts_.end()) {
    ServiceFacts facts{.service = service,
                       .group = group_of(service),
                       .wants_metrics = wants_metrics(*service),
                       .keys = {}};
    found = facts_.emplace(service.get(), std::move(facts)).first;
  }
  found->second.used_in = generation_;
  return found->second;
}

// Not by who else refers to a service: another table does, too.
void ServiceTable::forget_unused() {
  std::erase_if(facts_, [this](const auto& entry) { return entry.second.used_in < generation_; });
  ++generation_;
  std::erase_if(groups_, [](const auto& entry) { return entry.second.expired(); });
}

void ServiceTable::add_process(const model::ServiceRef& service, std::uint64_t now_unix_ns) {
  auto& processes = processes_[identity_of(*service)];
  if (processes.pids.empty()) processes.alive.since_unix_ns = now_unix_ns;
  processes.alive.service = service;
  processes.pids.insert(service->pid);
  set_alive(*service, true);
}

void ServiceTable::remove_process(const model::ServiceRef& service) {
  const auto found = processes_.find(identity_of(*service));
  if (found == processes_.end()) return;
  found->second.pids.erase(service->pid);
  if (!found->second.pids.empty()) return;
  processes_.erase(found);
  set_alive(*service, false);
}

void ServiceTable::set_alive(const model::Service& service, bool is_alive) {
  const auto found = groups_.find(identity_of(service));
  if (found == groups_.end()) return;
  if (const auto group = found->second.lock()) group->is_alive = is_alive;
}

std::vector<ServiceTable::Alive> ServiceTable::alive() const {
  std::vector<Alive> services;
  for (const auto& [identity, processes] : processes_) {
    if (wants_metrics(*processes.alive.service)) services.push_back(processes.alive);
  }
  return services;
}

std::size_t ServiceTable::held_bytes() const {
  // A service is a dozen texts and lists, of which the shorter need no memory of their own.
  constexpr std::size_t kService = sizeof(model::Service) + 256;
  constexpr std::size_t kNode = 64 + sizeof(Identity);
  return groups_.size() * (kService + sizeof(ServiceGroup) + kNode) +
         facts_.size() * (sizeof(ServiceFacts) + kNode) +
         processes_.size() * (sizeof(Processes) + 2 * kNode);
}

ServiceTable::Identity ServiceTable::identity_of(const model::Service& service) {
  return {service.name, service.name_space, service.instance_id};
}

bool ServiceTable::wants_metrics(const model::Service& service) const {
  if (!service.exports.metrics) return false;
  return service.metric_features ? has_application_feature(*service.metric_features)
                                 : application_by_default_;
}

std::shared_ptr<ServiceGroup> ServiceTable::group_of(const model::ServiceRef& service) {
  auto& known = groups_[identity_of(*service)];
  auto group = known.lock();
  if (!group) {
    group = std::make_shared<ServiceGroup>();
    group->is_alive = processes_.contains(identity_of(*service));
    known = group;
  }
  group->service = service;
  return group;
}

}  // namespace obi::metrics
