// SPDX-License-Identifier: Apache-2.0
#include "config/keys_discovery.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kDiscoveryKeys[] = {
    key::kServices,
    key::kExcludeServices,
    key::kDefaultExcludeServices,
    key::kInstrument,
    key::kExcludeInstrument,
    key::kDefaultExcludeInstrument,
    key::kDiscoveryPollInterval,
    {"discovery.skip_go_specific_tracers", "OTEL_EBPF_SKIP_GO_SPECIFIC_TRACERS", Type::kBoolean,
     "false", "", "treats Go programs like any other", kLater},
    {"discovery.bpf_pid_filter_off", "OTEL_EBPF_BPF_PID_FILTER_OFF", Type::kBoolean, "false", "",
     "for debugging: processes are filtered in user space only", kLater},
    {"discovery.exclude_otel_instrumented_services", "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES",
     Type::kBoolean, "true", "", "leaves out the signals that a service is seen to export itself",
     kLater},
    {"discovery.default_otlp_grpc_port", "OTEL_EBPF_DEFAULT_OTLP_GRPC_PORT", Type::kInteger, "4317",
     "0..65535", "port that counts as OTLP where a service's environment doesn't say", kLater},
    key::kMinProcessAge,
    {"discovery.process_context_poll_interval", "OTEL_EBPF_PROCESS_CONTEXT_POLL_INTERVAL",
     Type::kDuration, "1s", ">= 0",
     "period at which the context that a process publishes is read again; 0 = once", kLater},
    {"discovery.exclude_otel_instrumented_services_span_metrics",
     "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES_SPAN_METRICS", Type::kBoolean, "false", "",
     "likewise its span metrics", kLater},
    {"discovery.route_harvester_timeout", "OTEL_EBPF_ROUTE_HARVESTER_TIMEOUT", Type::kDuration,
     "10s", "> 0", "how long reading routes out of a program may take", kLater},
    {"discovery.disabled_route_harvesters", "", Type::kTextList, "", "java|nodejs|go",
     "languages whose programs aren't searched for routes", kLater | kLenient},
    {"discovery.excluded_linux_system_paths", "", Type::kTextList,
     "/lib/systemd/,/usr/lib/systemd/,/usr/libexec/,/sbin/,/usr/sbin/", "",
     "executables below these paths: their language isn't looked for ahead of time", kLater},
    {"discovery.route_harvester_advanced.java_harvest_delay", "OTEL_EBPF_JAVA_ROUTE_HARVEST_DELAY",
     Type::kDuration, "5s", "", "wait before that search in a JVM", kLater},
};

}  // namespace

std::span<const Key> discovery_keys() { return kDiscoveryKeys; }

}  // namespace obi::config::table
