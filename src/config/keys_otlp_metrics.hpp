// SPDX-License-Identifier: Apache-2.0
// Keys of `otel_metrics_export`. See typed_key.hpp.
#pragma once
#include "config/choices.hpp"
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr TextKey kOtlpMetricsEndpoint{
    "otel_metrics_export.endpoint", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "",
    "URL, unix:///path or unix://@name",
    "where metrics go; sets the exporter going. Without a scheme: http; without a path: "
    "/v1/metrics; else as it stands. See \"The way to a receiver\""};
inline constexpr TextKey kOtlpMetricsCommonEndpoint{
    "otel_metrics_export.common_endpoint",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    "URL",
    "base URL of both signals, where a signal has no endpoint of its own: /v1/traces and "
    "/v1/metrics go behind its path, in front of its query",
    kEnvironmentOnly};
inline constexpr ChoiceKey kOtlpMetricsProtocol{
    "otel_metrics_export.protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", "",
    "|grpc|http/protobuf|http/json|debug",
    "empty: grpc if the port ends in 4317, else http/protobuf. http/json is sent as "
    "http/protobuf; debug is for traces, and leaves metrics out"};
inline constexpr ChoiceKey kOtlpMetricsOwnProtocol{"otel_metrics_export.own_protocol",
                                                   "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
                                                   "",
                                                   "|grpc|http/protobuf|http/json",
                                                   "wins over protocol",
                                                   kEnvironmentOnly};
inline constexpr TextKey kOtlpMetricsCommonHeaders{
    "otel_metrics_export.common_headers",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "",
    "k=v,k2=v2",
    "headers of the requests of both signals; see \"Lists of keys and values\"",
    kEnvironmentOnly | kSubstituted | kSecret};
inline constexpr TextKey kOtlpMetricsHeaders{
    "otel_metrics_export.headers",
    "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
    "",
    "k=v,k2=v2",
    "headers of this signal's requests; they win over the common ones one by one",
    kEnvironmentOnly | kSubstituted | kSecret};
inline constexpr IntegerKey kOtlpMetricsTimeout{
    "otel_metrics_export.timeout",
    "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT,OTEL_EXPORTER_OTLP_TIMEOUT",
    "10000",
    "> 0",
    "how long one request may take, in milliseconds",
    kEnvironmentOnly};
inline constexpr ChoiceKey kOtlpMetricsCompression{
    "otel_metrics_export.compression",
    "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION,OTEL_EXPORTER_OTLP_COMPRESSION",
    "none",
    "none|gzip",
    "compression of the requests",
    kEnvironmentOnly};
inline constexpr BooleanKey kOtlpMetricsInsecureSkipVerify{
    "otel_metrics_export.insecure_skip_verify", "OTEL_EBPF_INSECURE_SKIP_VERIFY", "false", "",
    "TLS without checking the server's certificate; the variable is for both signals"};
inline constexpr TextKey kOtlpMetricsCertificate{
    "otel_metrics_export.certificate",
    "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE,OTEL_EXPORTER_OTLP_CERTIFICATE",
    "",
    "PEM file",
    "certificates that the server's is checked against, instead of the system's",
    kEnvironmentOnly};
inline constexpr TextKey kOtlpMetricsClientCertificate{
    "otel_metrics_export.client_certificate",
    "OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE,OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    "",
    "PEM file",
    "the agent's own certificate",
    kEnvironmentOnly};
inline constexpr TextKey kOtlpMetricsClientKey{
    "otel_metrics_export.client_key",
    "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY,OTEL_EXPORTER_OTLP_CLIENT_KEY",
    "",
    "PEM file",
    "its private key",
    kEnvironmentOnly};
inline constexpr DurationKey kOtlpMetricsInterval{
    "otel_metrics_export.interval", "OTEL_EBPF_METRICS_INTERVAL", "0s", "",
    "period of the exports; 0 = OTEL_METRIC_EXPORT_INTERVAL"};
inline constexpr ChoiceKey kOtlpMetricsHistogramAggregation{
    "otel_metrics_export.histogram_aggregation",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    "explicit_bucket_histogram",
    "explicit_bucket_histogram|base2_exponential_bucket_histogram",
    "form of histograms",
    kLenient};
inline constexpr TextListKey kOtlpMetricsFeatures{
    "otel_metrics_export.features", "", "", kFeatureChoices,
    "deprecated, use metrics.features: replaces it while this exporter is on"};
inline constexpr TextListKey kOtlpMetricsInstrumentations{"otel_metrics_export.instrumentations",
                                                          "OTEL_EBPF_METRICS_INSTRUMENTATIONS",
                                                          "*",
                                                          kInstrumentationChoices,
                                                          "protocols that make metrics",
                                                          kLenient};
inline constexpr DurationKey kOtlpMetricsTtl{
    "otel_metrics_export.ttl", "OTEL_EBPF_METRICS_TTL", "5m", ">= 0",
    "a series without new values ends after this time; 0 = never"};
inline constexpr ChoiceKey kOtlpMetricsTemporalityPreference{
    "otel_metrics_export.temporality_preference",
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "cumulative",
    "cumulative|delta|lowmemory",
    "whether values count from the start or from the last export",
    kEnvironmentOnly | kAnyCase | kLenient};
inline constexpr IntegerKey kOtlpMetricsIntervalMs{
    "otel_metrics_export.interval_ms_env",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "60000",
    "> 0",
    "period of the exports in milliseconds; interval wins",
    kEnvironmentOnly | kLenient};
inline constexpr IntegerKey kOtlpMetricsExponentialHistogramMaxSize{
    "otel_metrics_export.exponential_histogram.max_size",
    "OTEL_EBPF_METRICS_EXPONENTIAL_HISTOGRAM_MAX_SIZE", "160", "> 0",
    "most buckets of an exponential histogram"};
inline constexpr IntegerKey kOtlpMetricsExponentialHistogramMaxScale{
    "otel_metrics_export.exponential_histogram.max_scale",
    "OTEL_EBPF_METRICS_EXPONENTIAL_HISTOGRAM_MAX_SCALE", "20", "-10..20",
    "finest scale of an exponential histogram"};
inline constexpr NumberListKey kOtlpMetricsDurationHistogram{
    "otel_metrics_export.buckets.duration_histogram", "",
    "0,0.005,0.01,0.025,0.05,0.075,0.1,0.25,0.5,0.75,1,2.5,5,7.5,10", "",
    "boundaries of durations, in seconds"};
inline constexpr NumberListKey kOtlpMetricsRequestSizeHistogram{
    "otel_metrics_export.buckets.request_size_histogram", "",
    "0,32,64,128,256,512,1024,2048,4096,8192", "", "boundaries of request sizes, in bytes"};
inline constexpr NumberListKey kOtlpMetricsResponseSizeHistogram{
    "otel_metrics_export.buckets.response_size_histogram", "",
    "0,32,64,128,256,512,1024,2048,4096,8192", "", "boundaries of response sizes, in bytes"};

}  // namespace obi::config::key
