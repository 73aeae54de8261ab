// SPDX-License-Identifier: Apache-2.0
// What spans of databases and failed connections say in OTLP, and what any span does: every
// attribute, of every type, and when it is left out.
#include "export/otlp/encode/span_attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "export/otlp/encode/decoded_span.hpp"
#include "export/otlp/encode/span_fixture.hpp"

namespace obi::exporting::otlp {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;

TEST(DatabaseSpan, OfSqlReportsWhatIsDoneToWhat) {
  model::Span span = span_of(EventType::kSqlClient, "SELECT", "orders");
  span.database = &kOrders;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "SELECT orders");
  EXPECT_EQ(decoded.kind, kClient);
  EXPECT_EQ(decoded.status_code, 0);
  EXPECT_EQ(decoded.attributes, with_server({{"db.system.name", "postgresql"},
                                             {"db.operation.name", "SELECT"},
                                             {"db.collection.name", "orders"},
                                             {"db.namespace", "shop"}}));
}

TEST(DatabaseSpan, OfAServerHasNoPeer) {
  model::Span span = span_of(EventType::kSqlServer, "", "");
  constexpr model::DatabaseCall kUnknown = {.system = "mysql"};
  span.database = &kUnknown;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "SQL");
  EXPECT_EQ(decoded.kind, kServer);
  EXPECT_EQ(decoded.attributes, as_server({{"db.system.name", "mysql"}}));
}

TEST(DatabaseSpan, ReportsTheQueryOnlyWhereSelected) {
  model::Span span = span_of(EventType::kSqlClient, "SELECT", "orders");
  span.database = &kOrders;
  EXPECT_THAT(encoded_and_decoded(span, selecting({"db.query.text"})).attributes,
              Contains(Pair("db.query.text", "SELECT * FROM orders WHERE id = ?")));
  constexpr model::DatabaseCall kUnknown = {.system = "postgresql"};
  span.database = &kUnknown;
  EXPECT_THAT(encoded_and_decoded(span, selecting({"db.query.text"})).attributes,
              Not(Contains(Key("db.query.text"))));
}

TEST(DatabaseSpan, ReportsErrorCodesOfErrorsOnly) {
  model::Span span = span_of(EventType::kSqlClient, "SELECT", "orders");
  span.database = &kOrders;
  span.status = 1;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.status_code, 2);
  EXPECT_EQ(decoded.status_message, "") << "it may hold values of users";
  EXPECT_THAT(decoded.attributes, IsSupersetOf(Attributes{{"db.response.status_code", "42501"},
                                                          {"error.type", "42P01"}}));
}

TEST(DatabaseSpan, TheErrorsTextIsTheStatusMessageForWhoAsksForIt) {
  model::Span span = span_of(EventType::kSqlClient, "SELECT", "orders");
  span.database = &kOrders;
  const auto selection = selecting({"db.response.error"});
  EXPECT_EQ(encoded_and_decoded(span, selection).status_message, "");
  span.status = 1;
  const DecodedSpan decoded = encoded_and_decoded(span, selection);
  EXPECT_EQ(decoded.status_message,
            "SQL Server errored: error_code=42501 sql_state=42P01 message=no such relation");
  EXPECT_THAT(decoded.attributes, Not(Contains(Key("db.response.error"))));

  constexpr model::DatabaseCall kWithoutCode = {
      .system = "postgresql", .sql_state = "42P01", .error_message = "gone"};
  span.database = &kWithoutCode;
  EXPECT_EQ(encoded_and_decoded(span, selection).status_message,
            "SQL Server errored: error_code=NA sql_state=42P01 message=gone");

  constexpr model::DatabaseCall kRedis = {
      .system = "redis", .error_code = "WRONGTYPE", .error_message = "WRONGTYPE of key"};
  span = span_of(EventType::kRedisClient, "INCR");
  span.database = &kRedis;
  span.status = 1;
  EXPECT_EQ(encoded_and_decoded(span, selection).status_message, "WRONGTYPE of key");
  EXPECT_THAT(encoded_and_decoded(span).attributes,
              IsSupersetOf(Attributes{{"db.response.status_code", "WRONGTYPE"},
                                      {"error.type", "WRONGTYPE"}}));
  constexpr model::DatabaseCall kWithoutAny = {.system = "redis"};
  span.database = &kWithoutAny;
  EXPECT_THAT(encoded_and_decoded(span).attributes, Contains(Pair("error.type", "_OTHER")));
}

TEST(DatabaseSpan, OfEachStoreHasItsNameAndKind) {
  struct Case {
    EventType type;
    std::string_view system, method, path;
    std::string_view name;
    int kind;
  };
  for (const Case& one :
       {Case{EventType::kRedisClient, "redis", "GET", "", "GET", kClient},
        Case{EventType::kRedisServer, "redis", "", "", "REDIS", kServer},
        Case{EventType::kMemcachedClient, "memcached", "set", "", "set", kClient},
        Case{EventType::kMemcachedServer, "memcached", "", "", "MEMCACHED", kServer},
        Case{EventType::kMongoClient, "mongodb", "find", "users", "find users", kClient},
        Case{EventType::kCouchbaseClient, "couchbase", "GET", "s.c", "GET s.c", kClient},
        Case{EventType::kAerospikeClient, "aerospike", "PUT", "set", "PUT ns.set", kClient}}) {
    const model::DatabaseCall call = {
        .system = one.system, .name_space = one.type == EventType::kAerospikeClient ? "ns" : ""};
    model::Span span = span_of(one.type, one.method, one.path);
    span.database = &call;
    const DecodedSpan decoded = encoded_and_decoded(span);
    EXPECT_EQ(decoded.name, one.name);
    EXPECT_EQ(decoded.kind, one.kind) << one.name;
    EXPECT_THAT(decoded.attributes, Contains(Pair("db.system.name", one.system)));
    EXPECT_EQ(decoded.attributes.contains("service.peer.name"), one.kind == kClient) << one.name;
    EXPECT_EQ(decoded.attributes.contains("db.operation.name"), !one.method.empty()) << one.name;
    EXPECT_EQ(decoded.attributes.contains("db.collection.name"), !one.path.empty()) << one.name;
  }
}

TEST(DatabaseSpan, CountsWhatABatchHolds) {
  constexpr model::DatabaseCall kBatch = {
      .system = "aerospike", .name_space = "ns", .batch_size = 12};
  model::Span span = span_of(EventType::kAerospikeClient, "BATCH");
  span.database = &kBatch;
  EXPECT_EQ(encoded_and_decoded(span).attributes,
            with_server({{"db.system.name", "aerospike"},
                         {"db.operation.name", "BATCH"},
                         {"db.namespace", "ns"},
                         {"db.operation.batch.size", "#12"}}));
}

TEST(AnySpan, ThatHasNoAnswerIsAnErrorWithoutStatus) {
  constexpr model::MessagingCall kMessage = {.system = "kafka"};
  constexpr model::DnsLookup kLookup = {};
  constexpr model::RpcCall kCall = {};
  model::Span http = span_of(EventType::kHttpServer, "GET", "/a");
  model::Span database = span_of(EventType::kSqlClient, "SELECT", "orders");
  database.database = &kOrders;
  model::Span message = span_of(EventType::kKafkaClient, "publish", "orders");
  message.messaging = &kMessage;
  model::Span lookup = span_of(EventType::kDns, "A", "db.example");
  lookup.dns = &kLookup;
  model::Span call = span_of(EventType::kSunRpcClient, "GETATTR", "nfs");
  call.rpc = &kCall;
  for (model::Span span : {http, database, message, lookup, call}) {
    span.failure = model::Failure::kReset;
    const DecodedSpan decoded = encoded_and_decoded(span, selecting({"db.response.error"}));
    EXPECT_EQ(decoded.status_code, 2);
    EXPECT_EQ(decoded.status_message, "");
    EXPECT_THAT(decoded.attributes, Contains(Pair("error.type", "reset")));
    EXPECT_THAT(decoded.attributes, Not(Contains(Key("http.response.status_code"))));
    EXPECT_THAT(decoded.attributes, Not(Contains(Key("db.response.status_code"))));
  }
}

TEST(HttpSpan, AnErrorsTypeIsItsStatusUnlessItsConnectionEnded) {
  model::Span span = span_of(EventType::kHttpServer, "GET", "/a");
  span.status = 404;
  EXPECT_THAT(encoded_and_decoded(span).attributes, Not(Contains(Key("error.type"))));
  span.status = 503;
  EXPECT_THAT(encoded_and_decoded(span).attributes, Contains(Pair("error.type", "503")));
  span.status = 200;
  span.failure = model::Failure::kEof;
  EXPECT_THAT(
      encoded_and_decoded(span).attributes,
      IsSupersetOf(Attributes{{"error.type", "eof"}, {"http.response.status_code", "#200"}}));
}

TEST(FailedConnectionSpan, ReportsBothEndsAndWhy) {
  model::Span span = span_of(EventType::kFailedConnect, "");
  span.status = ECONNREFUSED;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "CONNECT");
  EXPECT_EQ(decoded.kind, kClient);
  EXPECT_EQ(decoded.status_code, 2);
  EXPECT_EQ(decoded.attributes, (Attributes{{"client.address", "10.0.0.1"},
                                            {"server.address", "10.0.0.2"},
                                            {"server.port", "#81"},
                                            {"error.type", "ECONNREFUSED"}}));
  span.status = 0;
  EXPECT_THAT(encoded_and_decoded(span).attributes, Contains(Pair("error.type", "_OTHER")));
}

TEST(AnyClientsSpan, HasTheResolvedNameOfItsPeer) {
  constexpr model::DatabaseCall kCall = {.system = "redis"};
  model::Span span = span_of(EventType::kRedisClient, "GET");
  span.database = &kCall;
  span.server_name = "cache";
  span.other_namespace = "back";
  const Attributes attributes = encoded_and_decoded(span).attributes;
  EXPECT_THAT(attributes, Contains(Pair("server.address", "cache.back")));
  EXPECT_THAT(attributes, Contains(Pair("service.peer.name", "cache.back")));
}

}  // namespace
}  // namespace obi::exporting::otlp
