// SPDX-License-Identifier: Apache-2.0
#include "metrics/catalogue.hpp"

#include <array>

namespace obi::metrics {
namespace {

using enum AttributeGroup;
using model::EventType;
using model::EventTypeSet;
using model::MetricType;

// What every metric of spans has, and the groups of its own.
template <AttributeGroup... Own>
constexpr std::array kGroups = {kService, kPrometheus, kKubernetes, kContainer, Own...};

constexpr EventTypeSet kHttpServers = {EventType::kHttpServer};
constexpr EventTypeSet kHttpClients = {EventType::kHttpClient};
constexpr EventTypeSet kDatabaseClients = {
    EventType::kSqlClient,       EventType::kRedisClient,     EventType::kMongoClient,
    EventType::kCouchbaseClient, EventType::kMemcachedClient, EventType::kAerospikeClient};
constexpr EventTypeSet kDatabaseServers = {EventType::kSqlServer, EventType::kRedisServer,
                                           EventType::kMemcachedServer};
constexpr EventTypeSet kMessengers = {EventType::kKafkaClient, EventType::kKafkaServer,
                                      EventType::kMqttClient,  EventType::kMqttServer,
                                      EventType::kNatsClient,  EventType::kNatsServer,
                                      EventType::kAmqpClient};

constexpr MetricInfo duration(MetricInfo info) {
  info.type = MetricType::kHistogram;
  info.unit = "s";
  info.buckets = BucketKind::kDuration;
  info.measure = Measure::kDuration;
  return info;
}
constexpr MetricInfo request_size(MetricInfo info) {
  info.type = MetricType::kHistogram;
  info.unit = "By";
  info.buckets = BucketKind::kRequestSize;
  info.measure = Measure::kRequestBytes;
  return info;
}
constexpr MetricInfo response_size(MetricInfo info) {
  info.type = MetricType::kHistogram;
  info.unit = "By";
  info.buckets = BucketKind::kResponseSize;
  info.measure = Measure::kResponseBytes;
  return info;
}

constexpr std::array kSpanMetrics = {
    duration({.name = "http.server.request.duration",
              .prometheus_name = "http_server_request_duration_seconds",
              .description = "Duration of HTTP server requests.",
              .recorded_for = kHttpServers,
              .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    request_size({.name = "http.server.request.body.size",
                  .prometheus_name = "http_server_request_body_size_bytes",
                  .description = "Size of HTTP server request bodies.",
                  .recorded_for = kHttpServers,
                  .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    response_size({.name = "http.server.response.body.size",
                   .prometheus_name = "http_server_response_body_size_bytes",
                   .description = "Size of HTTP server response bodies.",
                   .recorded_for = kHttpServers,
                   .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    duration({.name = "http.client.request.duration",
              .prometheus_name = "http_client_request_duration_seconds",
              .description = "Duration of HTTP client requests.",
              .recorded_for = kHttpClients,
              .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
    request_size({.name = "http.client.request.body.size",
                  .prometheus_name = "http_client_request_body_size_bytes",
                  .description = "Size of HTTP client request bodies.",
                  .recorded_for = kHttpClients,
                  .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
    response_size({.name = "http.client.response.body.size",
                   .prometheus_name = "http_client_response_body_size_bytes",
                   .description = "Size of HTTP client response bodies.",
                   .recorded_for = kHttpClients,
                   .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
    duration({.name = "rpc.server.call.duration",
              .prometheus_name = "rpc_server_call_duration_seconds",
              .description = "Duration of RPC server calls.",
              .recorded_for = {EventType::kSunRpcServer},
              .groups = kGroups<kRpc, kServer>}),
    duration({.name = "rpc.client.call.duration",
              .prometheus_name = "rpc_client_call_duration_seconds",
              .description = "Duration of RPC client calls.",
              .recorded_for = {EventType::kSunRpcClient},
              .groups = kGroups<kRpc, kServerAddress>}),
    duration({.name = "db.client.operation.duration",
              .prometheus_name = "db_client_operation_duration_seconds",
              .description = "Duration of database client operations.",
              .recorded_for = kDatabaseClients,
              .groups = kGroups<kDatabase, kServerAddress>}),
    duration({.name = "db.server.operation.duration",
              .prometheus_name = "db_server_operation_duration_seconds",
              .description = "Duration of database server operations.",
              .recorded_for = kDatabaseServers,
              .groups = kGroups<kDatabase, kServer>}),
    duration({.name = "messaging.client.operation.duration",
              .prometheus_name = "messaging_client_operation_duration_seconds",
              .description = "Duration of messages being published.",
              .recorded_for = kMessengers,
              .method = "publish",
              .groups = kGroups<kMessaging, kServerAddress>}),
    duration({.name = "messaging.process.duration",
              .prometheus_name = "messaging_process_duration_seconds",
              .description = "Duration of messages being processed.",
              .recorded_for = kMessengers,
              .method = "process",
              .groups = kGroups<kMessaging, kServerAddress>}),
    duration({.name = "dns.lookup.duration",
              .prometheus_name = "dns_lookup_duration_seconds",
              .description = "Duration of DNS look-ups.",
              .recorded_for = {EventType::kDns},
              .groups = kGroups<kDns>}),
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
    KnownAttribute{"error.type"},
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
constexpr std::array kServerAddressAttributes = {KnownAttribute{"server.address"}};
constexpr std::array kDatabaseAttributes = {
    KnownAttribute{"db.collection.name", false},
    KnownAttribute{"db.operation.name"},
    KnownAttribute{"db.system.name"},
    KnownAttribute{"error.type"},
};
constexpr std::array kMessagingAttributes = {KnownAttribute{"messaging.destination.name"},
                                             KnownAttribute{"messaging.operation.name"},
                                             KnownAttribute{"messaging.system"}};
constexpr std::array kRpcAttributes = {KnownAttribute{"rpc.method"},
                                       KnownAttribute{"rpc.response.status_code"},
                                       KnownAttribute{"rpc.system.name"}};
constexpr std::array kDnsAttributes = {KnownAttribute{"dns.question.name", false},
                                       KnownAttribute{"error.type"}};

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
    case kServerAddress: return kServerAddressAttributes;
    case kDatabase: return kDatabaseAttributes;
    case kMessaging: return kMessagingAttributes;
    case kRpc: return kRpcAttributes;
    case kDns: return kDnsAttributes;
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
