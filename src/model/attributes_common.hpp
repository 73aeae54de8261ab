// SPDX-License-Identifier: Apache-2.0
// Attributes that spans of several families have. See attribute_row.hpp.
#pragma once
#include <array>

#include "model/attribute_row.hpp"
#include "model/call_attributes.hpp"

namespace obi::model {
namespace attribute {

inline AttributeView client_address(const AttributeSource& from) {
  return from.rename == nullptr ? client_name_or_ip(from.span, from.scratch)
                                : model::client_address(from.span, *from.rename, from.scratch);
}

inline AttributeView server_address(const AttributeSource& from) {
  if (from.rename != nullptr) return model::server_address(from.span, *from.rename, from.scratch);
  return from.span.is_client() ? http_client_host(from.span, from.scratch)
                               : server_name_or_ip(from.span, from.scratch);
}

inline AttributeView server_port(const AttributeSource& from) {
  return std::int64_t{from.span.server.port};
}

// The server's name, with its namespace; empty if unresolved.
inline AttributeView named_server(const AttributeSource& from) {
  return from.span.server_name.empty() ? std::string_view()
                                       : server_name_or_ip(from.span, from.scratch);
}

inline AttributeView span_error_type(const AttributeSource& from) {
  return model::span_error_type(from.span, from.scratch);
}

inline AttributeView metric_error_type(const AttributeSource& from) {
  return model::error_type(from.span, from.scratch);
}

inline AttributeView failure(const AttributeSource& from) { return to_string(from.span.failure); }

// What failed has a status only if its answer had begun.
inline AttributeView status(const AttributeSource& from) {
  if (from.span.failure != Failure::kNone && from.span.status == 0) return {};
  return std::int64_t{from.span.status};
}

}  // namespace attribute

inline constexpr AttributeRow kErrorType = {
    .name = "error.type",
    .get = attribute::span_error_type,
    .otlp = Show::kUnlessEmpty,
    .metric = attribute::metric_error_type,
    .metric_omits_empty = true,
    .json = {.key = "errorType", .show = Show::kUnlessEmpty, .get = attribute::failure}};
inline constexpr AttributeRow kClientAddress = {
    .name = "client.address", .get = attribute::client_address, .otlp = Show::kAlways};
inline constexpr AttributeRow kServerAddress = {.name = "server.address",
                                                .get = attribute::server_address,
                                                .otlp = Show::kAlways,
                                                .json = {.key = "serverAddr"}};
inline constexpr AttributeRow kServerPort = {.name = "server.port",
                                             .get = attribute::server_port,
                                             .otlp = Show::kAlways,
                                             .json = {.key = "serverPort"}};
inline constexpr AttributeRow kPeerName = {.name = "service.peer.name",
                                           .get = attribute::named_server,
                                           .otlp = Show::kAlways,
                                           .types = kClientTypes};
inline constexpr AttributeRow kStatus = {.get = attribute::status, .json = {.key = "status"}};

/// Of every span, before those of its family.
inline constexpr std::array kCommonAttributes = {kErrorType};
/// Of a span without a call of its own: a connection that failed.
inline constexpr std::array kConnectionAttributes = {kClientAddress, kServerAddress, kServerPort,
                                                     kStatus};

}  // namespace obi::model
