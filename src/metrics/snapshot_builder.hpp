// SPDX-License-Identifier: Apache-2.0
// Sorts the points of a snapshot by service and metric.
#pragma once
#include <map>
#include <vector>

#include "metrics/catalogue.hpp"
#include "metrics/service_table.hpp"
#include "model/metric.hpp"

namespace obi::metrics {

class SnapshotBuilder {
 public:
  /// The metric of the group's service (null: of none), with its names filled in; made at the first
  /// call.
  model::Metric& metric_of(const ServiceGroup* group, const MetricInfo& info);
  /// One entry per service that has metrics.
  std::vector<model::ServiceMetrics> finish() &&;

 private:
  using Metrics = std::map<const MetricInfo*, model::Metric>;
  std::map<const ServiceGroup*, Metrics> groups_;
};

}  // namespace obi::metrics
