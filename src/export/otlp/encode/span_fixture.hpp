// SPDX-License-Identifier: Apache-2.0
// Spans between 10.0.0.1:5000 and 10.0.0.2:81, and the attributes that all have; for tests.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/attribute_selection.hpp"
#include "model/span.hpp"

namespace obi::exporting::otlp {

using model::EventType;
using Attributes = std::map<std::string, std::string>;

inline constexpr int kInternal = 1;
inline constexpr int kServer = 2;
inline constexpr int kClient = 3;
inline constexpr int kProducer = 4;
inline constexpr int kConsumer = 5;

inline model::Span span_of(EventType type, std::string_view method, std::string_view path = {}) {
  auto service = std::make_shared<model::Service>();
  service->name = "shop";
  service->name_space = "front";
  model::Span span;
  span.type = type;
  span.method = method;
  span.path = path;
  span.request_bytes = 10;
  span.client = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1}},
                 .port = 5000};
  span.server = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2}}, .port = 81};
  span.end_ns = 1000;
  span.service = std::move(service);
  return span;
}

/// The attributes of a client's span of 10.0.0.2:81 that has these of its own.
inline Attributes with_server(Attributes own) {
  own.insert({{"server.address", "10.0.0.2"}, {"server.port", "#81"}, {"service.peer.name", ""}});
  return own;
}
/// … of a server's span.
inline Attributes as_server(Attributes own) {
  own.insert({{"server.address", "10.0.0.2"}, {"server.port", "#81"}});
  return own;
}

inline metrics::AttributeSelection selecting(std::vector<std::string> names) {
  return metrics::AttributeSelection({{"traces", {std::move(names), {}}}});
}

inline constexpr model::DatabaseCall kOrders = {.system = "postgresql",
                                                .name_space = "shop",
                                                .query_text = "SELECT * FROM orders WHERE id = ?",
                                                .query_summary = "SELECT orders",
                                                .error_code = "42501",
                                                .sql_state = "42P01",
                                                .error_message = "no such relation"};

}  // namespace obi::exporting::otlp
