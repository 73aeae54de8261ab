// SPDX-License-Identifier: Apache-2.0
// Encoding and sampling of OTLP: the encoder's bytes are read back field by field.
#include <gtest/gtest.h>

#include <map>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "export/otlp/encode/decoded_span.hpp"
#include "export/otlp/encode/trace_encoder.hpp"
#include "export/otlp/sampler.hpp"
#include "export/otlp/traces_exporter.hpp"
#include "export/otlp/transport/transport.hpp"

namespace obi::exporting::otlp {
namespace {

using protozero::pbf_reader;
using std::chrono::milliseconds;

model::Span span_of(model::ServiceRef service,
                    model::EventType type = model::EventType::kHttpServer) {
  model::Span span;
  span.type = type;
  span.method = "GET";
  span.path = "/users/1";
  span.query = "q=1&token=planted";
  span.route = "/users/*";
  span.scheme = "http";
  span.host_header = "api.example.com:81";
  span.status = 200;
  span.response_bytes = 300;
  span.client = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1}},
                 .port = 5000};
  span.server = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2}}, .port = 81};
  span.request_start_ns = span.start_ns = 100;
  span.end_ns = 400;
  span.trace_id.bytes[15] = 9;
  span.span_id.bytes[7] = 8;
  span.service = std::move(service);
  return span;
}

model::ServiceRef named(std::string name) {
  auto service = std::make_shared<model::Service>();
  service->name = std::move(name);
  return service;
}

std::string encode(const std::vector<model::Span>& spans) {
  TraceEncoder encoder({.selection = {}, .resource = {}, .redaction = model::QueryRedaction()});
  std::vector<const model::Span*> pointers;
  for (const model::Span& span : spans) pointers.push_back(&span);
  std::string out;
  encoder.encode(pointers, 1000, out);
  return out;
}

TEST(TraceEncoder, ServerSpanReadsBackAsItWas) {
  const std::string bytes = encode({span_of(named("users"))});
  const pbf_reader resource_spans = sub(pbf_reader(bytes), 1);
  EXPECT_EQ(attributes_of(sub(resource_spans, 1), 1).at("service.name"), "users");
  pbf_reader span = sub(sub(resource_spans, 2), 2);
  const auto attributes = attributes_of(span, 9);
  EXPECT_EQ(attributes.at("http.response.status_code"), "200");
  EXPECT_EQ(attributes.at("http.request.method"), "GET");
  EXPECT_EQ(attributes.at("url.path"), "/users/1");
  EXPECT_EQ(attributes.at("http.route"), "/users/*");
  EXPECT_EQ(attributes.at("url.query"), "q=1&token=REDACTED");
  EXPECT_EQ(attributes.at("client.address"), "10.0.0.1");
  EXPECT_EQ(attributes.at("server.address"), "10.0.0.2");
  EXPECT_EQ(attributes.at("server.port"), "81");
  EXPECT_EQ(attributes.at("http.response.body.size"), "300");
  std::map<int, std::string> seen;
  while (span.next()) {
    switch (span.tag()) {
      case 5: seen[5] = span.get_string(); break;
      case 6: seen[6] = std::to_string(span.get_enum()); break;
      case 7: seen[7] = std::to_string(span.get_fixed64()); break;
      case 8: seen[8] = std::to_string(span.get_fixed64()); break;
      case 15: seen[15] = "status"; [[fallthrough]];
      default: span.skip();
    }
  }
  EXPECT_EQ(seen,
            (std::map<int, std::string>{{5, "GET /users/*"}, {6, "2"}, {7, "1100"}, {8, "1400"}}));
}

TEST(TraceEncoder, ClientSpanHasItsUrlAndItsErrors) {
  model::Span span = span_of(named("web"), model::EventType::kHttpClient);
  span.status = 404;
  const std::string bytes = encode({span});
  const pbf_reader encoded = sub(sub(sub(pbf_reader(bytes), 1), 2), 2);
  const auto attributes = attributes_of(encoded, 9);
  EXPECT_EQ(attributes.at("url.full"), "http://api.example.com:81/users/1?q=1&token=REDACTED");
  EXPECT_EQ(attributes.at("server.address"), "api.example.com");
  EXPECT_EQ(attributes.at("error.type"), "404");
  EXPECT_FALSE(attributes.contains("http.request.method_original"));
  pbf_reader status = sub(encoded, 15);
  ASSERT_TRUE(status.next(3));
  EXPECT_EQ(status.get_enum(), 2);
}

TEST(TraceEncoder, AnUnknownMethodIsOtherAndReportedAsItWasSent) {
  constexpr model::HttpCall kCall = {.original_method = "PURGE", .has_user_info = true};
  model::Span span = span_of(named("web"), model::EventType::kHttpClient);
  span.method = model::kOtherMethod;
  span.host_header = {};
  span.http = &kCall;
  for (const std::string_view route : {"/users/*", ""}) {
    span.route = route;
    const std::string bytes = encode({span});
    pbf_reader encoded = sub(sub(sub(pbf_reader(bytes), 1), 2), 2);
    const auto attributes = attributes_of(encoded, 9);
    EXPECT_EQ(attributes.at("http.request.method"), "_OTHER");
    EXPECT_EQ(attributes.at("http.request.method_original"), "PURGE");
    EXPECT_EQ(attributes.at("url.full"),
              "http://REDACTED:REDACTED@10.0.0.2:81/users/1?q=1&token=REDACTED");
    EXPECT_FALSE(attributes.contains("error.type"));
    ASSERT_TRUE(encoded.next(5));
    EXPECT_EQ(encoded.get_string(), route.empty() ? "HTTP" : "HTTP /users/*");
  }
}

TEST(TraceEncoder, EachServiceIsOneResourceWithOneScope) {
  const auto first = named("a");
  const auto second = named("b");
  const std::string bytes = encode({span_of(first), span_of(second), span_of(first)});
  std::map<std::string, int> spans;
  pbf_reader request(bytes);
  while (request.next(1)) {
    const pbf_reader resource_spans = request.get_message();
    const std::string name = attributes_of(sub(resource_spans, 1), 1).at("service.name");
    pbf_reader scope = sub(resource_spans, 2);
    ASSERT_TRUE(scope.next(1));
    pbf_reader scope_name = scope.get_message();
    ASSERT_TRUE(scope_name.next(1));
    EXPECT_EQ(scope_name.get_string(), "go.opentelemetry.io/obi");
    for (; scope.next(2); ++spans[name]) scope.skip();
    pbf_reader scopes = resource_spans;
    ASSERT_TRUE(scopes.next(2));
    scopes.skip();
    EXPECT_FALSE(scopes.next(2)) << "a second ScopeSpans";
  }
  EXPECT_EQ(spans, (std::map<std::string, int>{{"a", 2}, {"b", 1}}));
}

TEST(TraceEncoder, TimeInAQueueMakesTwoChildren) {
  model::Span span = span_of(named("a"));
  span.start_ns = 200;
  const std::string bytes = encode({span});
  pbf_reader spans = sub(sub(pbf_reader(bytes), 1), 2);
  std::vector<std::string> names;
  while (spans.next(2)) {
    pbf_reader one = spans.get_message();
    one.next(5);
    names.push_back(one.get_string());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"in queue", "processing", "GET /users/*"}));
}

TEST(TracesExporter, WhatIsNotSelectedIsCountedAndNotSent) {
  OtlpTracesOptions options;
  options.target.url = "http://127.0.0.1:1/v1/traces";  // nothing is sent before a batch is full
  const std::vector<std::string> selected = {"http", "redis"};
  options.selected = model::selected_types(selected);
  OtlpTracesExporter exporter(std::move(options));
  model::BatchPool pool(1);
  model::BatchRef batch = pool.take();
  for (const auto type :
       {model::EventType::kHttpServer, model::EventType::kRedisClient, model::EventType::kDns,
        model::EventType::kSqlClient, model::EventType::kFailedConnect}) {
    batch.writable().spans.push_back(span_of(named("shop"), type));
  }
  exporter.consume(batch);
  EXPECT_EQ(exporter.counts().consumed, 5U);
  EXPECT_EQ(exporter.counts().not_wanted, 2U);
}

TEST(TraceSampler, KeepsTheShareThatIsAskedFor) {
  const TraceSampler quarter({.name = "parentbased_traceidratio", .argument = "0.25"});
  int kept = 0;
  for (int i = 0; i < 256; ++i) {
    model::TraceId id;
    id.bytes[8] = static_cast<std::uint8_t>(i);
    kept += quarter.keeps(id) ? 1 : 0;
  }
  EXPECT_EQ(kept, 64);
  EXPECT_TRUE(TraceSampler({.name = "always_on", .argument = {}}).keeps({}));
  EXPECT_FALSE(TraceSampler({.name = "always_off", .argument = {}}).keeps({}));
  EXPECT_TRUE(TraceSampler({.name = "traceidratio", .argument = "nonsense"}).keeps({}));
}

TEST(Transport, LogLinesHoldNoCredentials) {
  EXPECT_EQ(printable_address({.url = "http://user:planted@host:4318/v1/traces"}),
            "http://host:4318/v1/traces");
  EXPECT_EQ(printable_address({.url = "http://host/in/v1/traces?token=planted"}),
            "http://host/in/v1/traces");
  EXPECT_EQ(printable_address({.url = "http://host:4317"}), "http://host:4317");
  EXPECT_EQ(printable_address({.url = "http://localhost", .unix_socket = "/run/otel.sock"}),
            "/run/otel.sock");
}

TEST(PartialSuccess, IsRead) {
  std::string reply;
  protozero::pbf_writer writer(reply);
  {
    protozero::pbf_writer partial(writer, 1);
    partial.add_int64(1, 3);
    partial.add_string(2, "too old");
  }
  Delivery delivery;
  read_partial_success(reply, delivery);
  EXPECT_EQ(delivery.rejected, 3U);
  EXPECT_EQ(delivery.error, "too old");
  read_partial_success("\xff\xff nonsense", delivery);  // must not throw
}

TEST(RetryInfo, IsReadFromTheDetailsOfAStatus) {
  const auto details = [](std::string_view type, std::int64_t seconds, std::int32_t nanoseconds) {
    std::string status;
    protozero::pbf_writer writer(status);
    protozero::pbf_writer any(writer, 3);
    any.add_string(1, type.data(), type.size());
    protozero::pbf_writer info(any, 2);
    protozero::pbf_writer delay(info, 1);
    delay.add_int64(1, seconds);
    delay.add_int32(2, nanoseconds);
    delay.commit();
    info.commit();
    any.commit();
    return status;
  };
  constexpr std::string_view kType = "type.googleapis.com/google.rpc.RetryInfo";
  EXPECT_EQ(read_retry_delay(details(kType, 2, 500'000'000)), milliseconds(2500));
  EXPECT_EQ(read_retry_delay(details(kType, 100'000, 0)), std::chrono::hours(1));
  EXPECT_EQ(read_retry_delay(details(kType, -5, -5)), milliseconds(0));
  EXPECT_EQ(read_retry_delay(details("type.googleapis.com/x", 2, 0)), std::nullopt);
  EXPECT_EQ(read_retry_delay("\xff nonsense google.rpc.RetryInfo"), std::nullopt);
  EXPECT_EQ(read_retry_delay(""), std::nullopt);
}

}  // namespace
}  // namespace obi::exporting::otlp
