// SPDX-License-Identifier: Apache-2.0
// The parts of the table, one file each; keys.cpp puts them together.
#pragma once
#include <span>

#include "config/keys.hpp"

namespace obi::config::table {

inline constexpr std::string_view kFeatures =
    "application|application_span|application_span_otel|application_span_sizes|"
    "application_service_graph|application_host|application_runtime|network|network_inter_zone|"
    "network_flow_packets|stats|stats_tcp_rtt|stats_tcp_failed_connections|stats_tcp_retransmits|"
    "stats_tcp_io|ebpf|all=*";
inline constexpr std::string_view kInstrumentations =
    "*=all|http|grpc|sql|redis|kafka|mqtt|nats|amqp|gpu|mongo|dns|couchbase|genai|memcached|sunrpc|"
    "aerospike";

std::span<const Key> agent_keys();
std::span<const Key> ebpf_keys();
std::span<const Key> payload_keys();
std::span<const Key> discovery_keys();
std::span<const Key> attribute_keys();
std::span<const Key> pipeline_keys();
std::span<const Key> otlp_metrics_keys();
std::span<const Key> otlp_traces_keys();
std::span<const Key> prometheus_keys();
std::span<const Key> network_keys();

}  // namespace obi::config::table
