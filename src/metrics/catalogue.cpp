// SPDX-License-Identifier: Apache-2.0
#include "metrics/catalogue.hpp"

#include <array>

namespace obi::metrics {
namespace {

using enum AttributeGroup;
using model::EventType;
using model::MetricType;

constexpr std::array kHttpServerGroups = {kService, kPrometheus, kKubernetes, kContainer,
                                          kHttp,    kHttpRoute,  kServer};
constexpr std::array kHttpClientGroups = {kService, kPrometheus, kKubernetes, kContainer,
                                          kHttp,    kHttpRoute,  kHttpClient};

constexpr MetricInfo histogram_of(MetricInfo info) {
  info.type = MetricType::kHistogram;
  info.instrumentation = "http";
  const bool is_server = info.recorded_for == EventType::kHttpServer;
  info.groups = is_server ? std::span<const AttributeGroup>(kHttpServerGroups)
                          : std::span<const AttributeGroup>(kHttpClientGroups);
  return info;
}

constexpr std::array kSpanMetrics = {
    histogram_of({.name = "http.server.request.duration",
                  .prometheus_name = "http_server_request_duration_seconds",
                  .unit = "s",
                  .description = "Duration of HTTP server requests.",
                  .buckets = BucketKind::kDuration,
                  .measure = Measure::kDuration,
                  .recorded_for = EventType::kHttpServer}),
    histogram_of({.name = "http.server.request.body.size",
                  .prometheus_name = "http_server_request_body_size_bytes",
                  .unit = "By",
                  .description = "Size of HTTP server request bodies.",
                  .buckets = BucketKind::kRequestSize,
                  .measure = Measure::kRequestBytes,
                  .recorded_for = EventType::kHttpServer}),
    histogram_of({.name = "http.server.response.body.size",
                  .prometheus_name = "http_server_response_body_size_bytes",
                  .unit = "By",
                  .description = "Size of HTTP server response bodies.",
                  .buckets = BucketKind::kResponseSize,
                  .measure = Measure::kResponseBytes,
                  .recorded_for = EventType::kHttpServer}),
    histogram_of({.name = "http.client.request.duration",
                  .prometheus_name = "http_client_request_duration_seconds",
                  .unit = "s",
                  .description = "Duration of HTTP client requests.",
                  .buckets = BucketKind::kDuration,
                  .measure = Measure::kDuration,
                  .recorded_for = EventType::kHttpClient}),
    histogram_of({.name = "http.client.request.body.size",
                  .prometheus_name = "http_client_request_body_size_bytes",
                  .unit = "By",
                  .description = "Size of HTTP client request bodies.",
                  .buckets = BucketKind::kRequestSize,
                  .measure = Measure::kRequestBytes,
                  .recorded_for = EventType::kHttpClient}),
    histogram_of({.name = "http.client.response.body.size",
                  .prometheus_name = "http_client_response_body_size_bytes",
                  .unit = "By",
                  .description = "Size of HTTP client response bodies.",
                  .buckets = BucketKind::kResponseSize,
                  .measure = Measure::kResponseBytes,
                  .recorded_for = EventType::kHttpClient}),
};

constexpr MetricInfo kTargetInfo = {.name = "target.info",
                                    .prometheus_name = "target_info",
                                    .unit = "",
                                    .description = "Attributes of an instrumented service.",
                                    .type = MetricType::kUpDownCounter};

constexpr std::array kServiceAttributes = {KnownAttribute{"service.name"},
                                           KnownAttribute{"service.namespace"}};
constexpr std::array kPrometheusAttributes = {KnownAttribute{"instance"}, KnownAttribute{"job"}};
constexpr std::array kKubernetesAttributes = {
    KnownAttribute{"k8s.cluster.name"},
    KnownAttribute{"k8s.container.name"},
    KnownAttribute{"k8s.cronjob.name"},
    KnownAttribute{"k8s.daemonset.name"},
    KnownAttribute{"k8s.deployment.name"},
    KnownAttribute{"k8s.job.name"},
    KnownAttribute{"k8s.kind"},
    KnownAttribute{"k8s.namespace.name"},
    KnownAttribute{"k8s.node.name"},
    KnownAttribute{"k8s.owner.name"},
    KnownAttribute{"k8s.pod.name"},
    KnownAttribute{"k8s.pod.start_time"},
    KnownAttribute{"k8s.pod.uid"},
    KnownAttribute{"k8s.replicaset.name"},
    KnownAttribute{"k8s.statefulset.name"},
};
constexpr std::array kContainerAttributes = {KnownAttribute{"container.id", false},
                                             KnownAttribute{"container.name"}};
constexpr std::array kHttpAttributes = {
    KnownAttribute{"http.request.method"},
    KnownAttribute{"http.response.status_code"},
    KnownAttribute{"url.path", false},
    KnownAttribute{"url.scheme"},
};
constexpr std::array kHttpRouteAttributes = {KnownAttribute{"http.route"}};
constexpr std::array kServerAttributes = {KnownAttribute{"client.address", false},
                                          KnownAttribute{"server.address"},
                                          KnownAttribute{"server.port"}};
constexpr std::array kHttpClientAttributes = {KnownAttribute{"server.address"},
                                              KnownAttribute{"server.port"}};

std::span<const KnownAttribute> members(AttributeGroup group) {
  switch (group) {
    case kService: return kServiceAttributes;
    case kPrometheus: return kPrometheusAttributes;
    case kKubernetes: return kKubernetesAttributes;
    case kContainer: return kContainerAttributes;
    case kHttp: return kHttpAttributes;
    case kHttpRoute: return kHttpRouteAttributes;
    case kServer: return kServerAttributes;
    case kHttpClient: return kHttpClientAttributes;
  }
  return {};
}

bool is_active(AttributeGroup group, const ActiveGroups& active) {
  switch (group) {
    case kPrometheus: return active.prometheus;
    case kKubernetes: return active.kubernetes;
    case kContainer: return active.container;
    case kHttpRoute: return active.http_route;
    default: return true;
  }
}

}  // namespace

std::span<const MetricInfo> span_metrics() { return kSpanMetrics; }
const MetricInfo& target_info() { return kTargetInfo; }

std::span<const KnownAttribute> members_of(AttributeGroup group, const ActiveGroups& active) {
  return is_active(group, active) ? members(group) : std::span<const KnownAttribute>();
}

std::vector<KnownAttribute> known_attributes(const MetricInfo& metric, const ActiveGroups& active) {
  std::vector<KnownAttribute> known;
  for (const auto group : metric.groups) {
    const auto attributes = members_of(group, active);
    known.insert(known.end(), attributes.begin(), attributes.end());
  }
  return known;
}

}  // namespace obi::metrics
