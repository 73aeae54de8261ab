// SPDX-License-Identifier: Apache-2.0
#include "metrics/catalogue.hpp"

#include "metrics/catalogue_tables.hpp"

namespace obi::metrics {
namespace {

using model::MetricType;

constexpr MetricInfo kTargetInfo = {.name = "target.info",
                                    .prometheus_name = "target_info",
                                    .unit = "",
                                    .description = "Attributes of an instrumented service.",
                                    .type = MetricType::kUpDownCounter,
                                    .integer = true};

std::vector<MetricInfo> all_metrics() {
  std::vector<MetricInfo> all;
  for (const auto part : {table::http_metrics(), table::rpc_metrics(), table::database_metrics(),
                          table::messaging_metrics(), table::dns_metrics()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const MetricInfo> span_metrics() {
  static const std::vector<MetricInfo> kAll = all_metrics();
  return kAll;
}

const MetricInfo& target_info() { return kTargetInfo; }

std::span<const KnownAttribute> members_of(const AttributeGroup& group,
                                           const ActiveGroups& active) {
  const bool is_active = group.is_active == nullptr || active.*group.is_active;
  return is_active ? group.attributes : std::span<const KnownAttribute>();
}

std::vector<KnownAttribute> known_attributes(const MetricInfo& metric, const ActiveGroups& active) {
  std::vector<KnownAttribute> known;
  for (const AttributeGroup* const group : metric.groups) {
    const auto attributes = members_of(*group, active);
    known.insert(known.end(), attributes.begin(), attributes.end());
  }
  return known;
}

}  // namespace obi::metrics
