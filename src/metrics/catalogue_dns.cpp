// SPDX-License-Identifier: Apache-2.0
// Metrics of DNS look-ups.
#include "metrics/catalogue_groups.hpp"
#include "metrics/catalogue_tables.hpp"

namespace obi::metrics {
namespace {

using model::EventType;

constexpr std::array kDnsNames = {KnownAttribute{"dns.question.name", false},
                                  KnownAttribute{"error.type"}};
constexpr AttributeGroup kDns = {kDnsNames};

constexpr std::array kDnsMetrics = {
    duration({.name = "dns.lookup.duration",
              .prometheus_name = "dns_lookup_duration_seconds",
              .description = "Duration of DNS look-ups.",
              .recorded_for = {EventType::kDns},
              .groups = kGroups<kDns>}),
};

}  // namespace

std::span<const MetricInfo> table::dns_metrics() { return kDnsMetrics; }

}  // namespace obi::metrics
