// SPDX-License-Identifier: Apache-2.0
#include "metrics/snapshot_builder.hpp"

#include <utility>

namespace obi::metrics {

model::Metric& SnapshotBuilder::metric_of(const ServiceGroup* group, const MetricInfo& info) {
  const auto [entry, is_new] = groups_[group].try_emplace(&info);
  auto& metric = entry->second;
  if (is_new) {
    metric.name = info.name;
    metric.prometheus_name = info.prometheus_name;
    metric.unit = info.unit;
    metric.description = info.description;
    metric.type = info.type;
  }
  return metric;
}

std::vector<model::ServiceMetrics> SnapshotBuilder::finish() && {
  std::vector<model::ServiceMetrics> result;
  for (auto& [group, metrics] : groups_) {
    auto& entry = result.emplace_back();
    if (group != nullptr) entry.service = group->service;
    for (auto& [info, metric] : metrics) entry.metrics.push_back(std::move(metric));
  }
  return result;
}

}  // namespace obi::metrics
