// SPDX-License-Identifier: Apache-2.0
#include "config/keys_agent.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kAgentKeys[] = {
    key::kTracePrinter,
    key::kLogLevel,
    key::kLogFormat,
    key::kLogConfig,
    key::kAutoTargetExe,
    key::kAutoTargetLanguage,
    key::kOpenPort,
    key::kExecutablePath,
    key::kTargetPids,
    key::kServiceName,
    key::kServiceNamespace,
    key::kShutdownTimeout,
    key::kEnforceSysCaps,
    key::kChannelBufferLen,
    key::kChannelSendTimeout,
    key::kChannelSendTimeoutPanic,
    {"profile_port", "OTEL_EBPF_PROFILE_PORT", Type::kInteger, "0", "0..65535",
     "port of the profiler; 0 = off", kLater},
    key::kMaxMemory,
    key::kMaxKernelMemory,
    {"semconv_stability_opt_in", "OTEL_SEMCONV_STABILITY_OPT_IN", Type::kTextList, "", "",
     "names are always those of the semantic conventions 1.41, as in OBI 0.12",
     kEnvironmentOnly | kNoEffect},
    key::kResourceAttributes,
    key::kInternalMetricsExporter,
    {"internal_metrics.bpf_metric_scrape_interval", "OTEL_EBPF_BPF_METRIC_SCRAPE_INTERVAL",
     Type::kDuration, "15s", ">= 0", "period of the statistics of BPF programs and maps", kLater},
    key::kInternalPagePort,
    key::kInternalPagePath,
    {"internal_metrics.avoided_services.disabled",
     "OTEL_EBPF_INTERNAL_METRICS_AVOIDED_SERVICES_DISABLED", Type::kBoolean, "false", "",
     "leaves out the metric of services that instrument themselves", kLater},
    {"internal_metrics.avoided_services.limit", "OTEL_EBPF_INTERNAL_METRICS_AVOIDED_SERVICES_LIMIT",
     Type::kInteger, "2000", ">= 0", "most series of that metric; 0 = 2000", kLater},
    {"nodejs.enabled", "OTEL_EBPF_NODEJS_ENABLED", Type::kBoolean, "true", "",
     "injects the helper into Node.js processes", kLater},
    {"nodejs.manual_spans", "OTEL_EBPF_NODEJS_MANUAL_SPANS", Type::kBoolean, "false", "",
     "takes over spans made through the OpenTelemetry API of a process without SDK", kLater},
    {"javaagent.enabled", "OTEL_EBPF_JAVAAGENT_ENABLED", Type::kBoolean, "true", "",
     "attaches the helper to JVMs", kLater},
    {"javaagent.debug", "OTEL_EBPF_JAVAAGENT_DEBUG", Type::kBoolean, "false", "",
     "the helper logs at debug level", kLater},
    {"javaagent.debug_instrumentation", "OTEL_EBPF_JAVAAGENT_DEBUG_INSTRUMENTATION", Type::kBoolean,
     "false", "", "the helper logs what it instruments", kLater},
    {"javaagent.attach_timeout", "OTEL_EBPF_JAVAAGENT_ATTACH_TIMEOUT", Type::kDuration, "10s",
     ">= 0", "how long one attach may take", kLater},
    {"jvm_runtime_metrics.sampling_interval", "OBI_JVM_RUNTIME_METRICS_SAMPLING_INTERVAL",
     Type::kDuration, "1s", "> 0", "period of the JVM runtime metrics", kLater},
    {"health_check.port", "OTEL_EBPF_HEALTH_CHECK_PORT", Type::kInteger, "0", "0..65535",
     "port of GET /healthz; 0 = off", kLater},
    {"health_check.listen_address", "OTEL_EBPF_HEALTH_CHECK_LISTEN_ADDRESS", Type::kText,
     "127.0.0.1", "IP address", "address that it listens on", kLater},
    {"health_check.unix_socket_path", "OTEL_EBPF_HEALTH_CHECK_UNIX_SOCKET_PATH", Type::kText, "",
     "", "socket path or @abstract name that it listens on instead of the port", kLater},
};

}  // namespace

std::span<const Key> agent_keys() { return kAgentKeys; }

}  // namespace obi::config::table
