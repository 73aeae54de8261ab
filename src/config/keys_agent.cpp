// SPDX-License-Identifier: Apache-2.0
#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kKeys[] = {
    {"trace_printer", "OTEL_EBPF_TRACE_PRINTER", Type::kChoice, "disabled",
     "disabled|counter|text|json|json_indent",
     "prints each span on stdout in this form; counter prints only how many there were"},
    {"log_level", "OTEL_EBPF_LOG_LEVEL", Type::kLogLevel, "info", "",
     "how much the agent itself logs: debug, info, warn or error, in any case"},
    {"log_format", "OTEL_EBPF_LOG_FORMAT", Type::kChoice, "text", "text|json",
     "form of the agent's own log", kAnyCase | kLenient},
    {"log_config", "OTEL_EBPF_LOG_CONFIG", Type::kChoice, "", "|yaml|json",
     "prints the effective configuration on stdout at start"},
    {"auto_target_exe", "OTEL_EBPF_AUTO_TARGET_EXE,OTEL_GO_AUTO_TARGET_EXE", Type::kGlob, "", "",
     "instruments processes whose executable's path matches this glob", kExpanded},
    {"auto_target_language", "OTEL_EBPF_AUTO_TARGET_LANGUAGE", Type::kGlob, "", "",
     "instruments processes of the languages that match this glob, such as {go,java}", kExpanded},
    {"open_port", "OTEL_EBPF_OPEN_PORT", Type::kIntSet, "", "0..65535",
     "instruments processes that listen on one of these ports; together with auto_target_exe, "
     "auto_target_language or executable_path both must hold"},
    {"executable_path", "OTEL_EBPF_EXECUTABLE_PATH", Type::kRegex, "", "",
     "deprecated, use discovery.instrument: instruments processes whose executable's path matches "
     "this regular expression"},
    {"target_pids", "OTEL_EBPF_TARGET_PID", Type::kIntSet, "", "0..4194304",
     "instruments these processes and their children, and ignores every other selector"},
    {"service_name", "OTEL_SERVICE_NAME,OTEL_EBPF_SERVICE_NAME", Type::kText, "", "",
     "deprecated, set it in the process's own environment: service.name of the processes that the "
     "selectors above match",
     kExpanded},
    {"service_namespace", "OTEL_EBPF_SERVICE_NAMESPACE", Type::kText, "", "",
     "deprecated likewise: service.namespace"},
    {"shutdown_timeout", "OTEL_EBPF_SHUTDOWN_TIMEOUT", Type::kDuration, "10s", ">= 0",
     "how long the agent may take to flush and stop"},
    {"enforce_sys_caps", "OTEL_EBPF_ENFORCE_SYS_CAPS", Type::kBoolean, "false", "",
     "a missing capability stops the start; otherwise it is a warning"},
    {"channel_buffer_len", "OTEL_EBPF_CHANNEL_BUFFER_LEN", Type::kInteger, "50", "> 0",
     "batches that fit into each queue of the pipeline"},
    {"channel_send_timeout", "OTEL_EBPF_CHANNEL_SEND_TIMEOUT", Type::kDuration, "1m", ">= 0",
     "how long a full queue may hold up its sender before that is reported"},
    {"channel_send_timeout_panic", "OTEL_EBPF_CHANNEL_SEND_TIMEOUT_PANIC", Type::kBoolean, "false",
     "", "such a hold-up ends the agent"},
    {"profile_port", "OTEL_EBPF_PROFILE_PORT", Type::kInteger, "0", "0..65535",
     "port of the profiler; 0 = off", kLater},
    {"max_memory", "OTEL_EBPF_MAX_MEMORY", Type::kSize, "64MiB", "> 0",
     "ceiling of the agent's resident memory: tables are sized by it, and each part of the agent "
     "has a share of it. Near it those above their share give memory back, counted (see "
     "docs/memory.md). A key of this implementation only"},
    {"max_kernel_memory", "OTEL_EBPF_MAX_KERNEL_MEMORY", Type::kSize, "64MiB", "> 0",
     "ceiling of all BPF maps together: they are made smaller to fit, and a way of capturing that "
     "can't fit isn't used. A key of this implementation only"},
    {"semconv_stability_opt_in", "OTEL_SEMCONV_STABILITY_OPT_IN", Type::kTextList, "", "",
     "names are always those of the semantic conventions 1.41, as in OBI 0.12",
     kEnvironmentOnly | kNoEffect},
    {"resource_attributes", "OTEL_RESOURCE_ATTRIBUTES", Type::kText, "", "k=v,k2=v2",
     "resource attributes of processes that don't set the variable themselves, except "
     "service.instance.id; see \"Lists of keys and values\"",
     kEnvironmentOnly},
    {"internal_metrics.exporter", "OTEL_EBPF_INTERNAL_METRICS_EXPORTER", Type::kChoice, "disabled",
     "disabled|prometheus|otel", "where the agent's own metrics go"},
    {"internal_metrics.bpf_metric_scrape_interval", "OTEL_EBPF_BPF_METRIC_SCRAPE_INTERVAL",
     Type::kDuration, "15s", ">= 0", "period of the statistics of BPF programs and maps", kLater},
    {"internal_metrics.prometheus.port", "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT",
     Type::kInteger, "0", "0..65535", "port of the page of the agent's own metrics; 0 = off"},
    {"internal_metrics.prometheus.path", "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH", Type::kText,
     "/internal/metrics", "", "path of that page"},
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

std::span<const Key> agent_keys() { return kKeys; }

}  // namespace obi::config::table
