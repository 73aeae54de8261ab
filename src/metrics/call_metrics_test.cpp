// SPDX-License-Identifier: Apache-2.0
// The metrics of databases, messaging, RPC and DNS: what is recorded for which span, and with which
// attributes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "metrics/aggregator.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using model::EventType;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

const Instant kNow = {20 * kSecond_ns, 1'700'000'000 * kSecond_ns};
constexpr model::DatabaseCall kPostgres = {.system = "postgresql"};
constexpr model::MessagingCall kKafka = {.system = "kafka"};
constexpr model::RpcCall kNfs = {.program = "nfs", .procedure = "GETATTR", .version = 3};
constexpr model::DnsLookup kLookup = {};

model::AttributeValue text(std::string value) { return value; }
model::AttributeValue number(std::int64_t value) { return value; }

/// A span of each type as its parser makes it.
model::Span typical(EventType type) {
  const auto service = test_service("shop");
  switch (type) {
    case EventType::kHttpServer:
    case EventType::kHttpClient: return test_span(type, service);
    case EventType::kKafkaClient:
    case EventType::kKafkaServer:
    case EventType::kMqttClient:
    case EventType::kMqttServer:
    case EventType::kNatsClient:
    case EventType::kNatsServer:
    case EventType::kAmqpClient: return message_span(type, service, "publish", kKafka);
    case EventType::kSunRpcClient:
    case EventType::kSunRpcServer: {
      model::Span span = call_span(type, service, "GETATTR", "nfs");
      span.rpc = &kNfs;
      return span;
    }
    case EventType::kDns: {
      model::Span span = call_span(type, service, "AAAA", "shop.example");
      span.dns = &kLookup;
      return span;
    }
    case EventType::kFailedConnect: return call_span(type, service, "");
    default: return database_span(type, service, kPostgres);
  }
}

/// The points of one span, by metric.
std::map<std::string, model::Attributes> recorded(const model::Span& span,
                                                  AggregatorOptions options = {}) {
  Aggregator aggregator(std::move(options), kNow);
  const bool is_recorded = aggregator.record(span, kNow);
  std::map<std::string, model::Attributes> points;
  for (const auto& service : aggregator.snapshot(kNow)) {
    for (const auto& metric : service.metrics) {
      EXPECT_THAT(metric.points, SizeIs(1)) << metric.name;
      points[metric.name] = metric.points.at(0).attributes;
    }
  }
  EXPECT_EQ(is_recorded, !points.empty());
  return points;
}

/// Of the only metric that the span is recorded in.
model::Attributes attributes_of(const model::Span& span, AggregatorOptions options = {}) {
  const auto points = recorded(span, std::move(options));
  EXPECT_THAT(points, SizeIs(1));
  return points.empty() ? model::Attributes() : points.begin()->second;
}

AggregatorOptions with_everything() {
  return {.selection = AttributeSelection({{"*", {{"*"}, {"service.*"}}}})};
}

TEST(CallMetrics, WhatFailedHasNoStatusAndSaysHow) {
  for (const EventType type : {EventType::kHttpServer, EventType::kHttpClient}) {
    model::Span span = typical(type);
    span.status = 0;
    span.failure = model::Failure::kReset;
    for (const auto& [metric, attributes] : recorded(span)) {
      EXPECT_THAT(attributes, Contains(Pair("error.type", text("reset")))) << metric;
      EXPECT_THAT(attributes, Not(Contains(Key("http.response.status_code")))) << metric;
    }
    span.status = 500;
    span.failure = model::Failure::kNone;
    for (const auto& [metric, attributes] : recorded(span)) {
      if (type == EventType::kHttpServer) {
        EXPECT_THAT(attributes, Contains(Pair("error.type", text("500")))) << metric;
      }
    }
  }
  model::Span query = typical(EventType::kSqlClient);
  query.failure = model::Failure::kCancelled;
  EXPECT_THAT(attributes_of(query), Contains(Pair("error.type", text("cancelled"))));
  model::Span call = typical(EventType::kSunRpcClient);
  call.failure = model::Failure::kTimeout;
  EXPECT_THAT(attributes_of(call), Not(Contains(Key("rpc.response.status_code"))));
}

TEST(CallMetrics, EveryTypeHasItsOwn) {
  const std::map<EventType, std::string> expected = {
      {EventType::kSqlClient, "db.client.operation.duration"},
      {EventType::kRedisClient, "db.client.operation.duration"},
      {EventType::kMongoClient, "db.client.operation.duration"},
      {EventType::kCouchbaseClient, "db.client.operation.duration"},
      {EventType::kMemcachedClient, "db.client.operation.duration"},
      {EventType::kAerospikeClient, "db.client.operation.duration"},
      {EventType::kSqlServer, "db.server.operation.duration"},
      {EventType::kRedisServer, "db.server.operation.duration"},
      {EventType::kMemcachedServer, "db.server.operation.duration"},
      {EventType::kKafkaClient, "messaging.client.operation.duration"},
      {EventType::kKafkaServer, "messaging.client.operation.duration"},
      {EventType::kMqttClient, "messaging.client.operation.duration"},
      {EventType::kMqttServer, "messaging.client.operation.duration"},
      {EventType::kNatsClient, "messaging.client.operation.duration"},
      {EventType::kNatsServer, "messaging.client.operation.duration"},
      {EventType::kAmqpClient, "messaging.client.operation.duration"},
      {EventType::kSunRpcClient, "rpc.client.call.duration"},
      {EventType::kSunRpcServer, "rpc.server.call.duration"},
      {EventType::kDns, "dns.lookup.duration"},
  };
  for (const model::EventTypeInfo& info : model::kEventTypes) {
    if (model::is_http(info.type)) continue;
    const auto points = recorded(typical(info.type));
    if (info.type == EventType::kFailedConnect) {
      EXPECT_THAT(points, IsEmpty());
      continue;
    }
    ASSERT_TRUE(expected.contains(info.type)) << info.printed;
    EXPECT_THAT(points, ElementsAre(Key(expected.at(info.type)))) << info.printed;
  }
}

TEST(CallMetrics, AreSecondsInTheBucketsOfDurations) {
  Aggregator aggregator({.buckets = {.duration = {0.01, 0.1}}}, kNow);
  for (const EventType type : {EventType::kRedisClient, EventType::kKafkaClient, EventType::kDns})
    aggregator.record(typical(type), kNow);
  const auto snapshot = aggregator.snapshot(kNow);
  ASSERT_THAT(snapshot.at(0).metrics, SizeIs(3));
  for (const auto& metric : snapshot[0].metrics) {
    EXPECT_EQ(metric.unit, "s") << metric.name;
    EXPECT_THAT(metric.bounds, ElementsAre(0.01, 0.1)) << metric.name;
    const auto& histogram = std::get<model::ExplicitHistogram>(metric.points.at(0).value);
    EXPECT_DOUBLE_EQ(histogram.sum, 0.03) << metric.name;
    EXPECT_THAT(histogram.bucket_counts, ElementsAre(0, 1, 0)) << metric.name;
  }
}

TEST(DatabaseMetrics, ReportOperationAndSystem) {
  EXPECT_THAT(
      attributes_of(typical(EventType::kSqlClient)),
      ElementsAre(Pair("db.operation.name", text("SELECT")),
                  Pair("db.system.name", text("postgresql")), Pair("server.address", text("users")),
                  Pair("service.name", text("shop")), Pair("service.namespace", text("shop"))));
  EXPECT_THAT(
      attributes_of(typical(EventType::kSqlServer)),
      ElementsAre(Pair("db.operation.name", text("SELECT")),
                  Pair("db.system.name", text("postgresql")), Pair("server.address", text("users")),
                  Pair("server.port", number(8080)), Pair("service.name", text("shop")),
                  Pair("service.namespace", text("shop"))));
}

TEST(DatabaseMetrics, ReportTheCollectionWhereSelected) {
  const auto options = [](const char* key) {
    AttributeSelection::Sections sections;
    sections[key].include = {"db.collection.name"};
    return AggregatorOptions{.selection = AttributeSelection(sections)};
  };
  const auto span = typical(EventType::kSqlClient);
  for (const char* key :
       {"db.client.operation.duration", "db_client_operation_duration_seconds", "db.*"}) {
    EXPECT_THAT(attributes_of(span, options(key)),
                ElementsAre(Pair("db.collection.name", text("orders"))))
        << key;
  }
  EXPECT_THAT(attributes_of(span, options("db.server.*")),
              Not(Contains(Key("db.collection.name"))));
}

TEST(DatabaseMetrics, ReportErrors) {
  auto span = typical(EventType::kRedisClient);
  EXPECT_THAT(attributes_of(span), Not(Contains(Key("error.type"))));
  span.status = 1;
  EXPECT_THAT(attributes_of(span), Contains(Pair("error.type", text("error"))));
  const model::DatabaseCall refused = {.system = "memcached", .error_code = "CLIENT_ERROR"};
  span = database_span(EventType::kMemcachedServer, span.service, refused);
  EXPECT_THAT(attributes_of(span), Not(Contains(Key("error.type"))));
  span.status = 1;
  EXPECT_THAT(attributes_of(span), Contains(Pair("error.type", text("CLIENT_ERROR"))));
}

TEST(DatabaseMetrics, PrometheusAlwaysHasTheErrorLabel) {
  EXPECT_THAT(attributes_of(typical(EventType::kRedisClient), {.dialect = Dialect::kPrometheus}),
              Contains(Pair("error.type", text(""))));
}

TEST(MessagingMetrics, GoByWhatIsDone) {
  auto span = typical(EventType::kKafkaClient);
  EXPECT_THAT(
      attributes_of(span),
      ElementsAre(Pair("messaging.destination.name", text("parcels")),
                  Pair("messaging.operation.name", text("publish")),
                  Pair("messaging.system", text("kafka")), Pair("server.address", text("users")),
                  Pair("service.name", text("shop")), Pair("service.namespace", text("shop"))));
  span.method = "process";
  const auto points = recorded(span);
  EXPECT_THAT(points, ElementsAre(Key("messaging.process.duration")));
  EXPECT_THAT(points.begin()->second, Contains(Pair("messaging.operation.name", text("process"))));
  span.method = "settle";
  EXPECT_THAT(recorded(span), IsEmpty());
}

TEST(RpcMetrics, ReportWhatBecameOfTheCall) {
  auto span = typical(EventType::kSunRpcServer);
  EXPECT_THAT(
      attributes_of(span, with_everything()),
      ElementsAre(Pair("client.address", text("caller")), Pair("rpc.method", text("GETATTR")),
                  Pair("rpc.response.status_code", text("0")),
                  Pair("rpc.system.name", text("onc_rpc")), Pair("server.address", text("users")),
                  Pair("server.port", number(8080))));
  span = typical(EventType::kSunRpcClient);
  for (const auto& [status, expected] : {std::pair(1, "denied"), {2, "1"}, {6, "5"}}) {
    span.status = status;
    EXPECT_THAT(attributes_of(span), Contains(Pair("rpc.response.status_code", text(expected))));
  }
}

TEST(DnsMetrics, ReportErrorsByNameAndTheQuestionWhereSelected) {
  auto span = typical(EventType::kDns);
  EXPECT_THAT(attributes_of(span, with_everything()),
              ElementsAre(Pair("dns.question.name", text("shop.example"))));
  span.status = 3;
  EXPECT_THAT(attributes_of(span),
              ElementsAre(Pair("error.type", text("NXDomain")), Pair("service.name", text("shop")),
                          Pair("service.namespace", text("shop"))));
}

TEST(CallMetrics, AnAddressWithoutNameIsRenamed) {
  auto span = typical(EventType::kMongoClient);
  span.server_name = {};
  span.server.address.bytes[15] = 1;
  EXPECT_THAT(attributes_of(span), Contains(Pair("server.address", text("outgoing"))));
  span = typical(EventType::kRedisServer);
  span.client_name = {};
  span.client.address.bytes[15] = 1;
  EXPECT_THAT(attributes_of(span, with_everything()),
              Contains(Pair("client.address", text("incoming"))));
}

TEST(CallMetrics, TextThatIsNoUtf8IsLeftOut) {
  auto span = typical(EventType::kSqlClient);
  span.method =
      "SEL\xff"
      "ECT";
  span.path =
      "or\xff"
      "ders";
  const auto attributes = attributes_of(span, with_everything());
  EXPECT_THAT(attributes, Contains(Pair("db.operation.name", text("SELECT"))));
  EXPECT_THAT(attributes, Contains(Pair("db.collection.name", text("orders"))));
}

TEST(CallMetrics, InstrumentationsSelectEachProtocolByItself) {
  for (const model::EventTypeInfo& info : model::kEventTypes) {
    if (info.type == EventType::kFailedConnect) continue;
    const auto span = typical(info.type);
    const std::string own(info.instrumentation);
    EXPECT_THAT(recorded(span, {.instrumentations = {"no such", own}}), Not(IsEmpty())) << own;
    EXPECT_THAT(recorded(span, {.instrumentations = {"all"}}), Not(IsEmpty())) << own;
    std::vector<std::string> others;
    for (const model::EventTypeInfo& other : model::kEventTypes) {
      if (other.instrumentation != own) others.emplace_back(other.instrumentation);
    }
    EXPECT_THAT(recorded(span, {.instrumentations = others}), IsEmpty()) << own;
  }
}

TEST(CallMetrics, OneMetricHoldsTheSpansOfSeveralTypes) {
  const model::DatabaseCall redis = {.system = "redis"};
  Aggregator aggregator({}, kNow);
  const auto service = test_service("shop");
  aggregator.record(database_span(EventType::kSqlClient, service, kPostgres), kNow);
  aggregator.record(database_span(EventType::kRedisClient, service, redis), kNow);
  aggregator.record(database_span(EventType::kRedisClient, service, redis), kNow);
  const auto snapshot = aggregator.snapshot(kNow);
  ASSERT_THAT(snapshot.at(0).metrics, SizeIs(1));
  std::map<std::string, std::uint64_t> counts;
  for (const auto& point : snapshot[0].metrics[0].points) {
    for (const auto& [name, value] : point.attributes) {
      if (name == "db.system.name")
        counts[std::get<std::string>(value)] =
            std::get<model::ExplicitHistogram>(point.value).count;
    }
  }
  EXPECT_THAT(counts, ElementsAre(Pair("postgresql", 1), Pair("redis", 2)));
}

TEST(CallMetrics, HaveExemplarsAsHttpHas) {
  for (const EventType type : {EventType::kRedisClient, EventType::kNatsClient, EventType::kDns}) {
    Aggregator aggregator({}, kNow);
    auto span = typical(type);
    span.trace_id.bytes[3] = 7;
    span.trace_flags = 1;
    aggregator.record(span, kNow);
    EXPECT_THAT(aggregator.snapshot(kNow).at(0).metrics.at(0).points.at(0).exemplars, SizeIs(1));
  }
}

}  // namespace
}  // namespace obi::metrics
