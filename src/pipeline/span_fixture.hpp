// SPDX-License-Identifier: Apache-2.0
// Spans and services for the tests of the stages.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "model/span.hpp"

namespace obi::pipeline {

inline model::IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}

inline model::ServiceRef named(std::string name, std::string name_space = "") {
  auto service = std::make_shared<model::Service>();
  service->name = std::move(name);
  service->name_space = std::move(name_space);
  return service;
}

/// GET /a, 200, from 10.0.0.1:5000 to 10.0.0.2:80.
inline model::Span span_of(std::uint32_t pid,
                           model::EventType type = model::EventType::kHttpServer) {
  model::Span span;
  span.type = type;
  span.pid = pid;
  span.method = "GET";
  span.path = "/a";
  span.status = 200;
  span.client = {.address = ipv4(10, 0, 0, 1), .port = 5000};
  span.server = {.address = ipv4(10, 0, 0, 2), .port = 80};
  return span;
}

}  // namespace obi::pipeline
