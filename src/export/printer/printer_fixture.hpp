// SPDX-License-Identifier: Apache-2.0
// A span to print; for tests.
#pragma once
#include <memory>

#include "model/span.hpp"

namespace obi::exporting {

inline model::Span example() {
  auto service = std::make_shared<model::Service>();
  service->name = "users";
  service->name_space = "shop";
  service->language = model::Language::kGo;
  model::Span span;
  span.type = model::EventType::kHttpServer;
  span.method = "GET";
  span.path = "/users/42";
  span.query = "token=secret";
  span.route = "/users/*";
  span.status = 200;
  span.response_bytes = 128;
  span.client = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 0, 7}},
                 .port = 43210};
  span.server = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 0, 9}},
                 .port = 8080};
  span.server_name = "users";
  span.request_start_ns = 1'000'000;
  span.start_ns = 1'233'000;
  span.end_ns = 6'213'000;
  span.trace_id.bytes = {1, 2, 3};
  span.span_id.bytes = {4};
  span.trace_flags = 1;
  span.service = service;
  return span;
}

}  // namespace obi::exporting
