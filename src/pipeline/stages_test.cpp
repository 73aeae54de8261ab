// SPDX-License-Identifier: Apache-2.0
// The read decorator, the name resolver and the attribute filter on small batches.
#include <gtest/gtest.h>

#include <map>

#include "pipeline/attributes_filter/attributes_filter.hpp"
#include "pipeline/name_resolver/name_resolver.hpp"
#include "pipeline/read_decorator/read_decorator.hpp"

namespace obi::pipeline {
namespace {

model::IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  model::IpAddress address;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
  return address;
}

class FakeLookup final : public ServiceLookup {
 public:
  model::ServiceRef find(std::uint32_t pid) const override {
    const auto found = services.find(pid);
    return found == services.end() ? nullptr : found->second;
  }
  std::map<std::uint32_t, model::ServiceRef> services;
};

model::ServiceRef named(std::string name) {
  auto service = std::make_shared<model::Service>();
  service->name = std::move(name);
  return service;
}

model::Span span_of(std::uint32_t pid, model::EventType type = model::EventType::kHttpServer) {
  model::Span span;
  span.type = type;
  span.pid = pid;
  span.method = "GET";
  span.path = "/a";
  span.status = 200;
  span.peer = {.address = ipv4(10, 0, 0, 1), .port = 5000};
  span.host = {.address = ipv4(10, 0, 0, 2), .port = 80};
  return span;
}

TEST(ReadDecorator, GivesServiceAndIdsAndRemovesStrangers) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger);
  model::SpanBatch batch;
  batch.spans = {span_of(1), span_of(2), span_of(1)};
  batch.spans[2].trace_id.bytes[0] = 7;
  decorator.process(batch);
  ASSERT_EQ(batch.spans.size(), 2U);
  EXPECT_EQ(ledger.get(model::Reason::SpansFiltered), 1U);
  EXPECT_EQ(batch.spans[0].service->name, "shop");
  EXPECT_TRUE(batch.spans[0].trace_id.is_set() && batch.spans[0].span_id.is_set());
  EXPECT_EQ(batch.spans[0].trace_flags, 1);
  EXPECT_EQ(batch.spans[1].trace_id.bytes[0], 7);
  EXPECT_NE(batch.spans[0].span_id, batch.spans[1].span_id);
}

TEST(ReadDecorator, ASeedMakesIdsRepeatable) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  const auto first_id = [&](std::uint64_t seed) {
    ReadDecorator decorator(lookup, ledger, seed);
    model::SpanBatch batch;
    batch.spans = {span_of(1)};
    decorator.process(batch);
    return to_hex(batch.spans[0].trace_id);
  };
  EXPECT_EQ(first_id(5), first_id(5));
  EXPECT_NE(first_id(5), first_id(6));
  EXPECT_NE(first_id(0), first_id(0));
}

TEST(NameResolver, ALookUpNeverHoldsUpTheSpanThatCausedIt) {
  NameResolver resolver({.dns = true, .reverse_lookup = [](const model::IpAddress& address) {
                           return address == ipv4(10, 0, 0, 2) ? std::string("db.internal.")
                                                               : std::string();
                         }});
  model::SpanBatch batch;
  batch.spans = {span_of(1, model::EventType::kHttpClient)};
  batch.spans[0].service = named("shop");
  resolver.process(batch);
  EXPECT_EQ(batch.spans[0].host_name, "");
  EXPECT_EQ(batch.spans[0].peer_name, "shop");
  resolver.settle();
  batch.spans = {span_of(1, model::EventType::kHttpClient)};
  resolver.process(batch);
  EXPECT_EQ(batch.spans[0].host_name, "db.internal");
}

TEST(NameResolver, TheHostHeaderNamesTheServerOfAClient) {
  NameResolver resolver({});
  model::SpanBatch batch;
  for (const char* header : {"api.example.com:8080", "10.1.2.3:80", "[::1]:80"}) {
    batch.spans = {span_of(1, model::EventType::kHttpClient)};
    batch.spans[0].host_header = header;
    resolver.process(batch);
    EXPECT_EQ(batch.spans[0].host_name,
              std::string(header).starts_with("api") ? "api.example.com" : "");
  }
}

TEST(NameResolver, CleansClusterNames) {
  EXPECT_EQ(clean_name("cart.shop.svc.cluster.local.", "shop"), "cart");
  EXPECT_EQ(clean_name("shop", "shop"), "shop");
}

class Filter : public testing::Test {
 protected:
  std::size_t left(std::map<std::string, AttributeCondition> conditions) {
    auto filter = AttributesFilter::create({.conditions = std::move(conditions)}, ledger_);
    EXPECT_TRUE(filter) << filter.error().message;
    model::SpanBatch batch;
    batch.spans = {span_of(1), span_of(1)};
    batch.spans[1].status = 503;
    batch.spans[1].path = "/internal/x";
    for (model::Span& span : batch.spans) span.service = named("shop");
    filter->process(batch);
    return batch.spans.size();
  }
  model::Ledger ledger_;
};

TEST_F(Filter, KeepsWhatMatchesEveryCondition) {
  EXPECT_EQ(left({{"url_path", {.not_match = "/internal/*"}}}), 1U);
  EXPECT_EQ(left({{"url.path", {.match = "*"}}}), 2U);
  EXPECT_EQ(left({{"http.response.status_code", {.greater_equals = 500, .less_than = 600}}}), 1U);
  EXPECT_EQ(left({{"service.name", {.match = "shop"}}, {"http.request.method", {.match = "POST"}}}),
            0U);
  EXPECT_EQ(left({{"url.path", {.equals = 5}}}), 0U);
  EXPECT_EQ(ledger_.get(model::Reason::SpansFiltered), 1U + 1U + 2U + 2U);
}

TEST_F(Filter, RefusesWhatCannotBeMeant) {
  for (const auto& [name, condition] :
       std::map<std::string, AttributeCondition>{{"no.such.attribute", {.match = "*"}},
                                                 {"url.path", {}},
                                                 {"url.scheme", {.match = "a", .not_match = "b"}},
                                                 {"http.route", {.match = "[a"}},
                                                 {"server.port", {.match = "*", .equals = 1}}}) {
    EXPECT_FALSE(AttributesFilter::create({.conditions = {{name, condition}}}, ledger_)) << name;
  }
}

}  // namespace
}  // namespace obi::pipeline
