// SPDX-License-Identifier: Apache-2.0
#include "config/keys_otlp_metrics.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kOtlpMetricsKeys[] = {
    key::kOtlpMetricsEndpoint,
    key::kOtlpMetricsCommonEndpoint,
    key::kOtlpMetricsProtocol,
    key::kOtlpMetricsOwnProtocol,
    key::kOtlpMetricsCommonHeaders,
    key::kOtlpMetricsHeaders,
    key::kOtlpMetricsTimeout,
    key::kOtlpMetricsCompression,
    {"otel_metrics_export.insecure",
     "OTEL_EXPORTER_OTLP_METRICS_INSECURE,OTEL_EXPORTER_OTLP_INSECURE", Type::kBoolean, "true", "",
     "false: an endpoint without a scheme is https", kEnvironmentOnly | kLater},
    key::kOtlpMetricsInsecureSkipVerify,
    key::kOtlpMetricsCertificate,
    key::kOtlpMetricsClientCertificate,
    key::kOtlpMetricsClientKey,
    key::kOtlpMetricsInterval,
    key::kOtlpMetricsHistogramAggregation,
    {"otel_metrics_export.reporters_cache_len", "OTEL_EBPF_METRICS_REPORT_CACHE_LEN",
     Type::kInteger, "256", ">= 0", "services whose state is kept", kLater},
    {"otel_metrics_export.otel_sdk_log_level", "OTEL_EBPF_SDK_LOG_LEVEL", Type::kChoice, "",
     "|debug|info|warn|error", "log level of the exporter; the variable is for both signals",
     kLater | kAnyCase},
    key::kOtlpMetricsFeatures,
    key::kOtlpMetricsInstrumentations,
    key::kOtlpMetricsTtl,
    {"otel_metrics_export.allow_service_graph_self_references",
     "OTEL_EBPF_ALLOW_SERVICE_GRAPH_SELF_REFERENCES", Type::kBoolean, "false", "",
     "keeps edges from a service to itself", kLater},
    {"otel_metrics_export.extra_span_resource_attributes",
     "OTEL_EBPF_EXTRA_SPAN_RESOURCE_ATTRIBUTES", Type::kTextList, "", "",
     "further resource attributes on span metrics", kLater},
    key::kOtlpMetricsTemporalityPreference,
    key::kOtlpMetricsIntervalMs,
    {"otel_metrics_export.export_timeout_ms", "OTEL_METRIC_EXPORT_TIMEOUT", Type::kInteger, "30000",
     "> 0", "how long one export may take, in milliseconds", kEnvironmentOnly | kLenient | kLater},
    {"otel_metrics_export.exemplar_filter", "OTEL_METRICS_EXEMPLAR_FILTER", Type::kChoice,
     "trace_based", "always_on|always_off|trace_based",
     "which spans become exemplars of histograms", kEnvironmentOnly | kLenient | kLater},
    key::kOtlpMetricsExponentialHistogramMaxSize,
    key::kOtlpMetricsExponentialHistogramMaxScale,
    key::kOtlpMetricsDurationHistogram,
    key::kOtlpMetricsRequestSizeHistogram,
    key::kOtlpMetricsResponseSizeHistogram,
    {"otel_metrics_export.buckets.gen_ai_client_token_usage_histogram", "", Type::kNumberList,
     "1,4,16,64,256,1024,4096,16384,65536,262144,1048576,4194304,16777216,67108864", "",
     "boundaries of token counts", kLater},
    {"otel_metrics_export.buckets.gen_ai_client_operation_duration_histogram", "",
     Type::kNumberList, "0.01,0.02,0.04,0.08,0.16,0.32,0.64,1.28,2.56,5.12,10.24,20.48,40.96,81.92",
     "", "boundaries of GenAI call durations, in seconds", kLater},
    {"otel_metrics_export.buckets.stat_tcp_rtt_histogram", "", Type::kNumberList,
     "0.0005,0.001,0.002,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1", "",
     "boundaries of TCP round-trip times, in seconds", kLater},
};

}  // namespace

std::span<const Key> otlp_metrics_keys() { return kOtlpMetricsKeys; }

}  // namespace obi::config::table
