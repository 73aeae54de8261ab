// SPDX-License-Identifier: Apache-2.0
// Keys of `prometheus_export`. See typed_key.hpp.
#pragma once
#include "config/choices.hpp"
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr IntegerKey kPrometheusPort{
    "prometheus_export.port", "OTEL_EBPF_PROMETHEUS_PORT", "0", "0..65535",
    "port of the metrics page; sets the exporter going; 0 = off"};
inline constexpr TextKey kPrometheusPath{"prometheus_export.path", "OTEL_EBPF_PROMETHEUS_PATH",
                                         "/metrics", "", "path of that page"};
inline constexpr BooleanKey kPrometheusDisableBuildInfo{"prometheus_export.disable_build_info",
                                                        "OTEL_EBPF_PROMETHEUS_DISABLE_BUILD_INFO",
                                                        "false", "", "leaves out obi_build_info"};
inline constexpr TextListKey kPrometheusFeatures{
    "prometheus_export.features", "OTEL_EBPF_PROMETHEUS_FEATURES", "", kFeatureChoices,
    "deprecated, use metrics.features: replaces it while only this exporter is on"};
inline constexpr TextListKey kPrometheusInstrumentations{"prometheus_export.instrumentations",
                                                         "OTEL_EBPF_PROMETHEUS_INSTRUMENTATIONS",
                                                         "*",
                                                         kInstrumentationChoices,
                                                         "protocols that make metrics",
                                                         kLenient};
inline constexpr DurationKey kPrometheusTtl{
    "prometheus_export.ttl", "OTEL_EBPF_PROMETHEUS_TTL", "5m", ">= 0",
    "a series without new values ends after this time; 0 = never"};
inline constexpr TextListKey kPrometheusExtraResourceAttributes{
    "prometheus_export.extra_resource_attributes", "OTEL_EBPF_PROMETHEUS_EXTRA_RESOURCE_ATTRIBUTES",
    "", "", "resource attributes that become labels of every metric"};
inline constexpr NumberListKey kPrometheusDurationHistogram{
    "prometheus_export.buckets.duration_histogram", "",
    "0,0.005,0.01,0.025,0.05,0.075,0.1,0.25,0.5,0.75,1,2.5,5,7.5,10", "",
    "boundaries of durations, in seconds; a plain list under `buckets` means these"};
inline constexpr NumberListKey kPrometheusRequestSizeHistogram{
    "prometheus_export.buckets.request_size_histogram", "",
    "0,32,64,128,256,512,1024,2048,4096,8192", "", "boundaries of request sizes, in bytes"};
inline constexpr NumberListKey kPrometheusResponseSizeHistogram{
    "prometheus_export.buckets.response_size_histogram", "",
    "0,32,64,128,256,512,1024,2048,4096,8192", "", "boundaries of response sizes, in bytes"};

}  // namespace obi::config::key
