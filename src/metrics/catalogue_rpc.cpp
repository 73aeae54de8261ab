// SPDX-License-Identifier: Apache-2.0
// Metrics of remote procedure calls.
#include "metrics/catalogue_groups.hpp"
#include "metrics/catalogue_tables.hpp"

namespace obi::metrics {
namespace {

using model::EventType;

constexpr std::array kRpcNames = {KnownAttribute{"rpc.method"},
                                  KnownAttribute{"rpc.response.status_code"},
                                  KnownAttribute{"rpc.system.name"}};
constexpr AttributeGroup kRpc = {kRpcNames};

constexpr std::array kRpcMetrics = {
    duration({.name = "rpc.server.call.duration",
              .prometheus_name = "rpc_server_call_duration_seconds",
              .description = "Duration of RPC server calls.",
              .recorded_for = {EventType::kSunRpcServer},
              .groups = kGroups<kRpc, kServer>}),
    duration({.name = "rpc.client.call.duration",
              .prometheus_name = "rpc_client_call_duration_seconds",
              .description = "Duration of RPC client calls.",
              .recorded_for = {EventType::kSunRpcClient},
              .groups = kGroups<kRpc, kServerAddress>}),
};

}  // namespace

std::span<const MetricInfo> table::rpc_metrics() { return kRpcMetrics; }

}  // namespace obi::metrics
