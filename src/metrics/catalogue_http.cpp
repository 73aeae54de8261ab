// SPDX-License-Identifier: Apache-2.0
// Metrics of HTTP.
#include "metrics/catalogue_groups.hpp"
#include "metrics/catalogue_tables.hpp"
#include "model/attributes_http.hpp"

namespace obi::metrics {
namespace {

using model::EventType;

constexpr std::array kHttpNames = {
    KnownAttribute{"error.type"},
    KnownAttribute{"http.request.method"},
    KnownAttribute{"http.response.status_code"},
    KnownAttribute{"url.path", false},
    KnownAttribute{"url.scheme"},
};
constexpr AttributeGroup kHttp = {kHttpNames};
constexpr std::array kHttpRouteNames = {KnownAttribute{"http.route"}};
constexpr AttributeGroup kHttpRoute = {kHttpRouteNames, &ActiveGroups::http_route};
constexpr std::array kHttpClientNames = {KnownAttribute{"server.address"},
                                         KnownAttribute{"server.port"}};
constexpr AttributeGroup kHttpClient = {kHttpClientNames};

constexpr std::array kHttpMetrics = {
    duration({.name = "http.server.request.duration",
              .prometheus_name = "http_server_request_duration_seconds",
              .description = "Duration of HTTP server requests.",
              .recorded_for = model::kHttpServers,
              .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    request_size({.name = "http.server.request.body.size",
                  .prometheus_name = "http_server_request_body_size_bytes",
                  .description = "Size of HTTP server request bodies.",
                  .recorded_for = model::kHttpServers,
                  .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    response_size({.name = "http.server.response.body.size",
                   .prometheus_name = "http_server_response_body_size_bytes",
                   .description = "Size of HTTP server response bodies.",
                   .recorded_for = model::kHttpServers,
                   .groups = kGroups<kHttp, kHttpRoute, kServer>}),
    duration({.name = "http.client.request.duration",
              .prometheus_name = "http_client_request_duration_seconds",
              .description = "Duration of HTTP client requests.",
              .recorded_for = model::kHttpClients,
              .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
    request_size({.name = "http.client.request.body.size",
                  .prometheus_name = "http_client_request_body_size_bytes",
                  .description = "Size of HTTP client request bodies.",
                  .recorded_for = model::kHttpClients,
                  .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
    response_size({.name = "http.client.response.body.size",
                   .prometheus_name = "http_client_response_body_size_bytes",
                   .description = "Size of HTTP client response bodies.",
                   .recorded_for = model::kHttpClients,
                   .groups = kGroups<kHttp, kHttpRoute, kHttpClient>}),
};

}  // namespace

std::span<const MetricInfo> table::http_metrics() { return kHttpMetrics; }

}  // namespace obi::metrics
