// SPDX-License-Identifier: Apache-2.0
#include "config/keys_prometheus.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kPrometheusKeys[] = {
    key::kPrometheusPort,
    key::kPrometheusPath,
    key::kPrometheusDisableBuildInfo,
    key::kPrometheusFeatures,
    key::kPrometheusInstrumentations,
    key::kPrometheusTtl,
    {"prometheus_export.service_cache_size", "", Type::kInteger, "10000", "> 0",
     "services remembered for target_info", kLater},
    {"prometheus_export.allow_service_graph_self_references",
     "OTEL_EBPF_PROMETHEUS_ALLOW_SERVICE_GRAPH_SELF_REFERENCES", Type::kBoolean, "false", "",
     "keeps edges from a service to itself", kLater},
    {"prometheus_export.exemplar_filter", "OTEL_EBPF_PROMETHEUS_EXEMPLAR_FILTER", Type::kChoice,
     "always_off", "always_on|always_off|trace_based", "which spans become exemplars of histograms",
     kLater | kLenient},
    key::kPrometheusExtraResourceAttributes,
    {"prometheus_export.extra_span_resource_attributes",
     "OTEL_EBPF_PROMETHEUS_EXTRA_SPAN_RESOURCE_ATTRIBUTES", Type::kTextList, "", "",
     "resource attributes that become labels of span metrics", kLater},
    key::kPrometheusDurationHistogram,
    key::kPrometheusRequestSizeHistogram,
    key::kPrometheusResponseSizeHistogram,
    {"prometheus_export.buckets.gen_ai_client_token_usage_histogram", "", Type::kNumberList,
     "1,4,16,64,256,1024,4096,16384,65536,262144,1048576,4194304,16777216,67108864", "",
     "boundaries of token counts", kLater},
    {"prometheus_export.buckets.gen_ai_client_operation_duration_histogram", "", Type::kNumberList,
     "0.01,0.02,0.04,0.08,0.16,0.32,0.64,1.28,2.56,5.12,10.24,20.48,40.96,81.92", "",
     "boundaries of GenAI call durations, in seconds", kLater},
    {"prometheus_export.buckets.stat_tcp_rtt_histogram", "", Type::kNumberList,
     "0.0005,0.001,0.002,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1", "",
     "boundaries of TCP round-trip times, in seconds", kLater},
    {"prometheus_export.native_histogram.bucket_factor",
     "OTEL_EBPF_PROMETHEUS_NATIVE_HISTOGRAM_BUCKET_FACTOR", Type::kNumber, "1.1", "> 1",
     "growth from one bucket of a native histogram to the next", kLater},
    {"prometheus_export.native_histogram.max_bucket_number",
     "OTEL_EBPF_PROMETHEUS_NATIVE_HISTOGRAM_MAX_BUCKET_NUMBER", Type::kInteger, "100", "> 0",
     "most buckets of a native histogram", kLater},
    {"prometheus_export.native_histogram.min_reset_duration",
     "OTEL_EBPF_PROMETHEUS_NATIVE_HISTOGRAM_MIN_RESET_DURATION", Type::kDuration, "1h", "> 0",
     "shortest time between two resets of a native histogram", kLater},
};

}  // namespace

std::span<const Key> prometheus_keys() { return kPrometheusKeys; }

}  // namespace obi::config::table
