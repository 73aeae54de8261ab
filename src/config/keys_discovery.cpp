// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "config/keys.hpp"

namespace obi::config::table {

// clang-format off
const Key kDiscoveryKeys[] = {
    {"discovery.services", "", Type::kSelectors, "", "",
     "deprecated regex selectors", Availability::kNow, Source::kAny},
    {"discovery.exclude_services", "", Type::kSelectors, "", "",
     "deprecated regex exclusions", Availability::kNow, Source::kAny},
    {"discovery.default_exclude_services", "", Type::kSelectors, "", "",
     "built-in exclusions of the deprecated mode", Availability::kNow, Source::kAny},
    {"discovery.instrument", "", Type::kSelectors, "", "",
     "selectors of what to instrument", Availability::kNow, Source::kAny},
    {"discovery.exclude_instrument", "", Type::kSelectors, "", "",
     "selectors of what to leave out", Availability::kNow, Source::kAny},
    {"discovery.default_exclude_instrument", "", Type::kSelectors, "", "",
     "built-in exclusions; set [] to drop them (an empty string is a type error)", Availability::kNow, Source::kAny},
    {"discovery.poll_interval", "OTEL_EBPF_DISCOVERY_POLL_INTERVAL", Type::kDuration, "5s", ">= 0",
     "process scan period", Availability::kNow, Source::kAny},
    {"discovery.skip_go_specific_tracers", "OTEL_EBPF_SKIP_GO_SPECIFIC_TRACERS", Type::kBoolean, "false", "",
     "treat Go like any executable", Availability::kLater, Source::kAny},
    {"discovery.bpf_pid_filter_off", "OTEL_EBPF_BPF_PID_FILTER_OFF", Type::kBoolean, "false", "",
     "debug: PID filter in user space only", Availability::kLater, Source::kAny},
    {"discovery.exclude_otel_instrumented_services", "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES", Type::kBoolean, "true", "",
     "stop own signals for a service seen exporting OTLP itself", Availability::kLater, Source::kAny},
    {"discovery.default_otlp_grpc_port", "OTEL_EBPF_DEFAULT_OTLP_GRPC_PORT", Type::kInteger, "4317", "0..65535",
     "port taken as OTLP gRPC when the service's env says nothing", Availability::kLater, Source::kAny},
    {"discovery.min_process_age", "OTEL_EBPF_MIN_PROCESS_AGE", Type::kDuration, "0s", ">= 0",
     "younger processes wait; OBI waits 5s, here a new process is traced at once", Availability::kNow, Source::kAny},
    {"discovery.process_context_poll_interval", "OTEL_EBPF_PROCESS_CONTEXT_POLL_INTERVAL", Type::kDuration, "1s", ">= 0",
     "re-read of the OTEL_CTX mapping; 0 = once", Availability::kLater, Source::kAny},
    {"discovery.exclude_otel_instrumented_services_span_metrics", "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES_SPAN_METRICS", Type::kBoolean, "false", "",
     "same for span metrics", Availability::kLater, Source::kAny},
    {"discovery.route_harvester_timeout", "OTEL_EBPF_ROUTE_HARVESTER_TIMEOUT", Type::kDuration, "10s", "> 0",
     "limit for route extraction", Availability::kLater, Source::kAny},
    {"discovery.disabled_route_harvesters", "", Type::kTextList, "", "java|nodejs|go",
     "languages without route extraction; unknown ignored", Availability::kLater, Source::kAny},
    {"discovery.route_harvester_advanced.java_harvest_delay", "OTEL_EBPF_JAVA_ROUTE_HARVEST_DELAY", Type::kDuration, "5s", "",
     "wait before extracting Java routes", Availability::kLater, Source::kAny},
    {"discovery.excluded_linux_system_paths", "", Type::kTextList, "/lib/systemd/,/usr/lib/systemd/,/usr/libexec/,/sbin/,/usr/sbin/", "",
     "exe path prefixes whose language is not detected beforehand", Availability::kLater, Source::kAny},
};
// clang-format on
const std::size_t kDiscoveryKeyCount = std::size(kDiscoveryKeys);

}  // namespace obi::config::table
