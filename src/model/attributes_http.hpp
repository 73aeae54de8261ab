// SPDX-License-Identifier: Apache-2.0
// Attributes of HTTP (and FastCGI). See attribute_row.hpp.
#pragma once
#include <algorithm>
#include <array>

#include "model/attributes_common.hpp"
#include "model/url.hpp"

namespace obi::model {

inline constexpr EventTypeSet kHttpClients = {EventType::kHttpClient};
inline constexpr EventTypeSet kHttpServers = {EventType::kHttpServer};

namespace attribute {

// Absent if no response was seen.
inline AttributeView http_status(const AttributeSource& from) {
  if (is_http(from.span.type) && from.span.status == 0) return {};
  return std::int64_t{from.span.status};
}

template <std::int64_t Span::* kBytes>
AttributeView size(const AttributeSource& from) {
  return std::max<std::int64_t>(0, from.span.*kBytes);
}

inline AttributeView method_as_sent(const AttributeSource& from) {
  return model::method_as_sent(from.span);
}

inline AttributeView full_url(const AttributeSource& from) {
  return model::full_url(from.span, from.query, from.scratch);
}

inline AttributeView query(const AttributeSource& from) { return from.query; }

}  // namespace attribute

inline constexpr std::array kHttpAttributes = {
    AttributeRow{.name = "http.response.status_code",
                 .get = attribute::http_status,
                 .otlp = Show::kAlways,
                 .metric_omits_empty = true,
                 .json = {.key = "status", .get = attribute::status}},
    AttributeRow{.name = "http.request.body.size",
                 .get = attribute::size<&Span::request_bytes>,
                 .otlp = Show::kAlways,
                 .json = {.key = "contentLen", .types = kHttpServers}},
    AttributeRow{.name = "http.response.body.size",
                 .get = attribute::size<&Span::response_bytes>,
                 .otlp = Show::kAlways,
                 .json = {.key = "responseLen", .types = kHttpServers}},
    kServerPort,
    AttributeRow{.name = "http.request.method",
                 .get = attribute::text<&Span::method>,
                 .otlp = Show::kUnlessEmpty,
                 .metric_omits_empty = true,
                 .is_ascii = true,
                 .json = {.key = "method", .get = attribute::method_as_sent}},
    AttributeRow{.name = "http.request.method_original",
                 .get = attribute::text_of<&Span::http, &HttpCall::original_method>,
                 .otlp = Show::kUnlessEmpty},
    AttributeRow{.name = "url.scheme",
                 .get = attribute::text<&Span::scheme>,
                 .otlp = Show::kAlways,
                 .is_ascii = true},
    AttributeRow{.name = "url.full",
                 .get = attribute::full_url,
                 .otlp = Show::kAlways,
                 .types = kHttpClients},
    AttributeRow{.name = "client.address",
                 .get = attribute::client_address,
                 .otlp = Show::kAlways,
                 .types = kHttpServers,
                 .json = {.key = "clientAddr"}},
    kServerAddress,
    kPeerName,
    AttributeRow{.name = "url.path",
                 .get = attribute::text<&Span::path>,
                 .otlp = Show::kUnlessEmpty,
                 .types = kHttpServers,
                 .json = {.key = "url"}},
    AttributeRow{.name = "http.route",
                 .get = attribute::text<&Span::route>,
                 .otlp = Show::kUnlessEmpty,
                 .types = kHttpServers,
                 .json = {.key = "route", .types = kHttpServers}},
    AttributeRow{.name = "url.query",
                 .get = attribute::query,
                 .otlp = Show::kUnlessEmpty,
                 .option = TraceOption::kOnByDefault},
};

}  // namespace obi::model
