// SPDX-License-Identifier: Apache-2.0
// Keys of the root, and of the agent itself. See typed_key.hpp.
#pragma once
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr ChoiceKey kTracePrinter{
    "trace_printer", "OTEL_EBPF_TRACE_PRINTER", "disabled",
    "disabled|counter|text|json|json_indent",
    "prints each span on stdout in this form; counter prints only how many there were"};
inline constexpr LogLevelKey kLogLevel{
    "log_level", "OTEL_EBPF_LOG_LEVEL", "info", "",
    "how much the agent itself logs: debug, info, warn or error, in any case"};
inline constexpr ChoiceKey kLogFormat{
    "log_format", "OTEL_EBPF_LOG_FORMAT",        "text",
    "text|json",  "form of the agent's own log", kAnyCase | kLenient};
inline constexpr ChoiceKey kLogConfig{"log_config", "OTEL_EBPF_LOG_CONFIG", "", "|yaml|json",
                                      "prints the effective configuration on stdout at start"};
inline constexpr GlobKey kAutoTargetExe{
    "auto_target_exe",
    "OTEL_EBPF_AUTO_TARGET_EXE,OTEL_GO_AUTO_TARGET_EXE",
    "",
    "",
    "instruments processes whose executable's path matches this glob",
    kExpanded};
inline constexpr GlobKey kAutoTargetLanguage{
    "auto_target_language",
    "OTEL_EBPF_AUTO_TARGET_LANGUAGE",
    "",
    "",
    "instruments processes of the languages that match this glob, such as {go,java}",
    kExpanded};
inline constexpr IntSetKey kOpenPort{
    "open_port", "OTEL_EBPF_OPEN_PORT", "", "0..65535",
    "instruments processes that listen on one of these ports; together with auto_target_exe, "
    "auto_target_language or executable_path both must hold"};
inline constexpr RegexKey kExecutablePath{
    "executable_path", "OTEL_EBPF_EXECUTABLE_PATH", "", "",
    "deprecated, use discovery.instrument: instruments processes whose executable's path matches "
    "this regular expression"};
inline constexpr IntSetKey kTargetPids{
    "target_pids", "OTEL_EBPF_TARGET_PID", "", "0..4194304",
    "instruments these processes and their children, and ignores every other selector"};
inline constexpr TextKey kServiceName{
    "service_name",
    "OTEL_SERVICE_NAME,OTEL_EBPF_SERVICE_NAME",
    "",
    "",
    "deprecated, set it in the process's own environment: service.name of the processes that the "
    "selectors above match",
    kExpanded};
inline constexpr TextKey kServiceNamespace{"service_namespace", "OTEL_EBPF_SERVICE_NAMESPACE", "",
                                           "", "deprecated likewise: service.namespace"};
inline constexpr DurationKey kShutdownTimeout{"shutdown_timeout", "OTEL_EBPF_SHUTDOWN_TIMEOUT",
                                              "10s", ">= 0",
                                              "how long the agent may take to flush and stop"};
inline constexpr BooleanKey kEnforceSysCaps{
    "enforce_sys_caps", "OTEL_EBPF_ENFORCE_SYS_CAPS", "false", "",
    "a missing capability stops the start; otherwise it is a warning"};
inline constexpr IntegerKey kChannelBufferLen{"channel_buffer_len", "OTEL_EBPF_CHANNEL_BUFFER_LEN",
                                              "50", "> 0",
                                              "batches that fit into each queue of the pipeline"};
inline constexpr DurationKey kChannelSendTimeout{
    "channel_send_timeout", "OTEL_EBPF_CHANNEL_SEND_TIMEOUT", "1m", ">= 0",
    "how long a full queue may hold up its sender before that is reported"};
inline constexpr BooleanKey kChannelSendTimeoutPanic{"channel_send_timeout_panic",
                                                     "OTEL_EBPF_CHANNEL_SEND_TIMEOUT_PANIC",
                                                     "false", "", "such a hold-up ends the agent"};
inline constexpr SizeKey kMaxMemory{
    "max_memory", "OTEL_EBPF_MAX_MEMORY", "64MiB", "> 0",
    "ceiling of the agent's resident memory: tables are sized by it, and each part of the agent "
    "has a share of it. Near it those above their share give memory back, counted (see "
    "docs/memory.md). A key of this implementation only"};
inline constexpr SizeKey kMaxKernelMemory{
    "max_kernel_memory", "OTEL_EBPF_MAX_KERNEL_MEMORY", "64MiB", "> 0",
    "ceiling of all BPF maps together: they are made smaller to fit, and a way of capturing that "
    "can't fit isn't used. A key of this implementation only"};
inline constexpr TextKey kResourceAttributes{
    "resource_attributes",
    "OTEL_RESOURCE_ATTRIBUTES",
    "",
    "k=v,k2=v2",
    "resource attributes of processes that don't set the variable themselves, except "
    "service.instance.id; see \"Lists of keys and values\"",
    kEnvironmentOnly};
inline constexpr ChoiceKey kInternalMetricsExporter{
    "internal_metrics.exporter", "OTEL_EBPF_INTERNAL_METRICS_EXPORTER", "disabled",
    "disabled|prometheus|otel",
    "where the agent's own metrics go: prometheus.port alone switches their page on, otel is not "
    "built yet"};
inline constexpr IntegerKey kInternalPagePort{
    "internal_metrics.prometheus.port", "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT", "0",
    "0..65535", "port of the page of the agent's own metrics; 0 = off"};
inline constexpr TextKey kInternalPagePath{"internal_metrics.prometheus.path",
                                           "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH",
                                           "/internal/metrics", "", "path of that page"};

}  // namespace obi::config::key
