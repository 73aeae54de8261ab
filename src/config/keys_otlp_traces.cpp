// SPDX-License-Identifier: Apache-2.0
#include "config/keys_otlp_traces.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kOtlpTracesKeys[] = {
    key::kOtlpTracesEndpoint,
    key::kOtlpTracesCommonEndpoint,
    key::kOtlpTracesProtocol,
    key::kOtlpTracesOwnProtocol,
    key::kOtlpTracesCommonHeaders,
    key::kOtlpTracesHeaders,
    key::kOtlpTracesTimeout,
    key::kOtlpTracesCompression,
    {"otel_traces_export.insecure",
     "OTEL_EXPORTER_OTLP_TRACES_INSECURE,OTEL_EXPORTER_OTLP_INSECURE", Type::kBoolean, "true", "",
     "false: an endpoint without a scheme is https", kEnvironmentOnly | kLater},
    key::kOtlpTracesInsecureSkipVerify,
    key::kOtlpTracesCertificate,
    key::kOtlpTracesClientCertificate,
    key::kOtlpTracesClientKey,
    key::kOtlpTracesInstrumentations,
    key::kOtlpTracesBatchMaxSize,
    key::kOtlpTracesQueueSize,
    key::kOtlpTracesBatchTimeout,
    key::kOtlpTracesBackoffInitialInterval,
    key::kOtlpTracesBackoffMaxInterval,
    key::kOtlpTracesBackoffMaxElapsedTime,
    key::kOtlpTracesReportersCacheLen,
    {"otel_traces_export.otel_sdk_log_level", "OTEL_EBPF_SDK_LOG_LEVEL", Type::kChoice, "",
     "|debug|info|warn|error", "log level of the exporter; the variable is for both signals",
     kLater | kAnyCase},
    key::kOtlpTracesSamplerName,
    key::kOtlpTracesSamplerArg,
};

}  // namespace

std::span<const Key> otlp_traces_keys() { return kOtlpTracesKeys; }

}  // namespace obi::config::table
