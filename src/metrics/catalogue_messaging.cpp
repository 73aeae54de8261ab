// SPDX-License-Identifier: Apache-2.0
// Metrics of messaging.
#include "metrics/catalogue_groups.hpp"
#include "metrics/catalogue_tables.hpp"
#include "model/attributes_messaging.hpp"

namespace obi::metrics {
namespace {

using model::EventType;

constexpr std::array kMessagingNames = {KnownAttribute{"messaging.destination.name"},
                                        KnownAttribute{"messaging.operation.name"},
                                        KnownAttribute{"messaging.system"}};
constexpr AttributeGroup kMessaging = {kMessagingNames};

constexpr std::array kMessagingMetrics = {
    duration({.name = "messaging.client.operation.duration",
              .prometheus_name = "messaging_client_operation_duration_seconds",
              .description = "Duration of messages being published.",
              .recorded_for = model::kMessagingTypes,
              .method = "publish",
              .groups = kGroups<kMessaging, kServerAddress>}),
    duration({.name = "messaging.process.duration",
              .prometheus_name = "messaging_process_duration_seconds",
              .description = "Duration of messages being processed.",
              .recorded_for = model::kMessagingTypes,
              .method = "process",
              .groups = kGroups<kMessaging, kServerAddress>}),
};

}  // namespace

std::span<const MetricInfo> table::messaging_metrics() { return kMessagingMetrics; }

}  // namespace obi::metrics
