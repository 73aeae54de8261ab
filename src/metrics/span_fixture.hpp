// SPDX-License-Identifier: Apache-2.0
// Spans and services for the tests of metrics and of its exporters.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "model/span.hpp"

namespace obi::metrics {

inline constexpr std::uint64_t kSecond_ns = 1'000'000'000;

/// Mutable, so that a test can adjust it before it becomes a ServiceRef.
inline std::shared_ptr<model::Service> test_service(std::string name, std::uint32_t pid = 100) {
  auto service = std::make_shared<model::Service>();
  service->instance_id = "host:" + std::to_string(pid);
  service->name = std::move(name);
  service->name_space = "shop";
  service->host_name = "host";
  service->host_id = "machine-1";
  service->language = model::Language::kGo;
  service->pid = pid;
  return service;
}

/// GET /users/{id} on users:8080, answered 200 after 30 ms with 120 bytes.
inline model::Span test_span(model::EventType type, model::ServiceRef service) {
  model::Span span;
  span.type = type;
  span.method = "GET";
  span.path = "/users/7";
  span.route = "/users/{id}";
  span.scheme = "http";
  span.status = 200;
  span.response_bytes = 120;
  span.server.port = 8080;
  span.server_name = "users";
  span.client_name = "caller";
  span.request_start_ns = 10 * kSecond_ns;
  span.start_ns = span.request_start_ns;
  span.end_ns = span.request_start_ns + 30'000'000;
  span.service = std::move(service);
  return span;
}

inline model::Span server_span(model::ServiceRef service) {
  return test_span(model::EventType::kHttpServer, std::move(service));
}
inline model::Span client_span(model::ServiceRef service) {
  return test_span(model::EventType::kHttpClient, std::move(service));
}

/// What is no HTTP, by a client or a server of users:8080; 30 ms as above. The call is the test's.
inline model::Span call_span(model::EventType type, model::ServiceRef service,
                             std::string_view method, std::string_view path = {}) {
  model::Span span = test_span(type, std::move(service));
  span.method = method;
  span.path = path;
  span.route = span.scheme = {};
  span.status = 0;
  span.response_bytes = 0;
  return span;
}
inline model::Span database_span(model::EventType type, model::ServiceRef service,
                                 const model::DatabaseCall& call) {
  model::Span span = call_span(type, std::move(service), "SELECT", "orders");
  span.database = &call;
  return span;
}
inline model::Span message_span(model::EventType type, model::ServiceRef service,
                                std::string_view method, const model::MessagingCall& call) {
  model::Span span = call_span(type, std::move(service), method, "parcels");
  span.messaging = &call;
  return span;
}

}  // namespace obi::metrics
