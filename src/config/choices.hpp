// SPDX-License-Identifier: Apache-2.0
// Choices that several keys have in common, as in Key::allowed.
#pragma once
#include <string_view>

namespace obi::config {

inline constexpr std::string_view kFeatureChoices =
    "application|application_span|application_span_otel|application_span_sizes|"
    "application_service_graph|application_host|application_runtime|network|network_inter_zone|"
    "network_flow_packets|stats|stats_tcp_rtt|stats_tcp_failed_connections|stats_tcp_retransmits|"
    "stats_tcp_io|ebpf|all=*";
inline constexpr std::string_view kInstrumentationChoices =
    "*=all|http|grpc|sql|redis|kafka|mqtt|nats|amqp|gpu|mongo|dns|couchbase|genai|memcached|sunrpc|"
    "aerospike";

}  // namespace obi::config
