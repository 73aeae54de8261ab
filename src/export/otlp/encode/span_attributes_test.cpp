// SPDX-License-Identifier: Apache-2.0
// What spans of databases, messaging, RPC, DNS and failed connections say in OTLP: every attribute,
// of every type, and when it is left out.
#include "export/otlp/encode/span_attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "export/otlp/encode/decoded_span.hpp"

namespace obi::exporting::otlp {
namespace {

using model::EventType;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;
using Attributes = std::map<std::string, std::string>;

constexpr int kInternal = 1;
constexpr int kServer = 2;
constexpr int kClient = 3;
constexpr int kProducer = 4;
constexpr int kConsumer = 5;

model::Span span_of(EventType type, std::string_view method, std::string_view path = {}) {
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
Attributes with_server(Attributes own) {
  own.insert({{"server.address", "10.0.0.2"}, {"server.port", "#81"}, {"service.peer.name", ""}});
  return own;
}
/// … of a server's span.
Attributes as_server(Attributes own) {
  own.insert({{"server.address", "10.0.0.2"}, {"server.port", "#81"}});
  return own;
}

metrics::AttributeSelection selecting(std::vector<std::string> names) {
  return metrics::AttributeSelection({{"traces", {std::move(names), {}}}});
}

constexpr model::DatabaseCall kOrders = {.system = "postgresql",
                                         .name_space = "shop",
                                         .query_text = "SELECT * FROM orders WHERE id = ?",
                                         .query_summary = "SELECT orders",
                                         .error_code = "42501",
                                         .sql_state = "42P01",
                                         .error_message = "no such relation"};

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

TEST(MessagingSpan, OfKafkaReportsWhereInTheTopic) {
  constexpr model::MessagingCall kPlace = {
      .system = "kafka", .client_id = "cart-1", .partition = 3, .offset = 77};
  model::Span span = span_of(EventType::kKafkaClient, "process", "orders");
  span.messaging = &kPlace;
  const DecodedSpan consumer = encoded_and_decoded(span);
  EXPECT_EQ(consumer.name, "process orders");
  EXPECT_EQ(consumer.kind, kConsumer);
  Attributes expected = with_server({{"messaging.system", "kafka"},
                                     {"messaging.destination.name", "orders"},
                                     {"messaging.client.id", "cart-1"},
                                     {"messaging.operation.name", "process"},
                                     {"messaging.operation.type", "process"},
                                     {"messaging.destination.partition.id", "3"},
                                     {"messaging.kafka.offset", "#77"}});
  EXPECT_EQ(consumer.attributes, expected);
  span.method = "publish";
  const DecodedSpan producer = encoded_and_decoded(span);
  EXPECT_EQ(producer.kind, kProducer);
  expected["messaging.operation.name"] = expected["messaging.operation.type"] = "publish";
  expected.erase("messaging.kafka.offset");
  EXPECT_EQ(producer.attributes, expected);
}

TEST(MessagingSpan, LeavesOutWhatIsUnknown) {
  constexpr model::MessagingCall kCall = {.system = "mqtt"};
  model::Span span = span_of(EventType::kMqttClient, "publish");
  span.messaging = &kCall;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "publish");
  EXPECT_EQ(decoded.attributes, with_server({{"messaging.system", "mqtt"},
                                             {"messaging.destination.name", ""},
                                             {"messaging.client.id", ""},
                                             {"messaging.operation.name", "publish"},
                                             {"messaging.operation.type", "publish"}}));
}

TEST(MessagingSpan, OfNatsReportsTheSizeOfTheMessage) {
  constexpr model::MessagingCall kCall = {.system = "nats", .envelope_bytes = 0};
  model::Span span = span_of(EventType::kNatsClient, "publish", "a.b");
  span.messaging = &kCall;
  EXPECT_THAT(encoded_and_decoded(span).attributes,
              Contains(Pair("messaging.message.envelope.size", "#0")));
}

TEST(MessagingSpan, OfAmqpHasADestination) {
  constexpr model::MessagingCall kCall = {.system = "amqp"};
  model::Span span = span_of(EventType::kAmqpClient, "process", "orders");
  span.messaging = &kCall;
  EXPECT_EQ(encoded_and_decoded(span).attributes,
            with_server({{"messaging.system", "amqp"},
                         {"messaging.destination.name", "orders"},
                         {"messaging.operation.name", "process"},
                         {"messaging.operation.type", "process"}}));
}

TEST(MessagingSpan, OfABrokerIsAServers) {
  constexpr model::MessagingCall kCall = {.system = "kafka"};
  for (const EventType type :
       {EventType::kKafkaServer, EventType::kMqttServer, EventType::kNatsServer}) {
    for (const char* method : {"publish", "process"}) {
      model::Span span = span_of(type, method, "orders");
      span.messaging = &kCall;
      const DecodedSpan decoded = encoded_and_decoded(span);
      EXPECT_EQ(decoded.kind, kServer);
      EXPECT_THAT(decoded.attributes, Not(Contains(Key("service.peer.name"))));
    }
  }
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

TEST(MessagingSpan, IsNeverAnError) {
  constexpr model::MessagingCall kCall = {.system = "kafka"};
  model::Span span = span_of(EventType::kKafkaClient, "publish", "orders");
  span.messaging = &kCall;
  span.status = 3;
  EXPECT_EQ(encoded_and_decoded(span).status_code, 0);
}

TEST(RpcSpan, ReportsProgramAndProcedure) {
  constexpr model::RpcCall kCall = {.program = "nfs",
                                    .procedure = "GETATTR",
                                    .procedure_number = 1,
                                    .version = 3,
                                    .auth_flavor = "auth_sys"};
  model::Span span = span_of(EventType::kSunRpcClient, "GETATTR", "nfs");
  span.rpc = &kCall;
  span.status = 1;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "nfs/GETATTR");
  EXPECT_EQ(decoded.kind, kClient);
  EXPECT_EQ(decoded.status_code, 2);
  EXPECT_EQ(decoded.status_message, "");
  EXPECT_EQ(decoded.attributes, with_server({{"rpc.system.name", "onc_rpc"},
                                             {"rpc.method", "GETATTR"},
                                             {"rpc.response.status_code", "denied"},
                                             {"error.type", "denied"},
                                             {"onc_rpc.program.name", "nfs"},
                                             {"onc_rpc.procedure.name", "GETATTR"},
                                             {"onc_rpc.procedure.number", "#1"},
                                             {"onc_rpc.version", "#3"},
                                             {"onc_rpc.auth.flavor", "auth_sys"}}));
}

TEST(RpcSpan, LeavesOutWhatIsUnknown) {
  constexpr model::RpcCall kCall = {};
  model::Span span = span_of(EventType::kSunRpcServer, "reply");
  span.rpc = &kCall;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "sunrpc/reply");
  EXPECT_EQ(decoded.kind, kServer);
  EXPECT_EQ(decoded.attributes, as_server({{"rpc.system.name", "onc_rpc"},
                                           {"rpc.method", "reply"},
                                           {"rpc.response.status_code", "0"}}));
}

TEST(DnsSpan, ReportsQuestionAnswersAndWhoWasAsked) {
  constexpr model::DnsLookup kLookup = {.answers = "10.0.0.9,10.0.0.8", .answer_count = 2};
  model::Span span = span_of(EventType::kDns, "A", "db.example");
  span.dns = &kLookup;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.name, "A db.example");
  EXPECT_EQ(decoded.kind, kInternal);
  EXPECT_EQ(decoded.status_code, 0);
  EXPECT_EQ(decoded.status_message, "");
  EXPECT_EQ(decoded.attributes, (Attributes{{"client.address", "10.0.0.1"},
                                            {"server.address", "10.0.0.2"},
                                            {"server.port", "#81"},
                                            {"dns.answers", "10.0.0.9,10.0.0.8"},
                                            {"dns.question.name", "db.example"}}));
}

TEST(DnsSpan, TheQuestionCanBeLeftOut) {
  constexpr model::DnsLookup kLookup = {};
  model::Span span = span_of(EventType::kDns, "A", "db.example");
  span.dns = &kLookup;
  EXPECT_THAT(encoded_and_decoded(span, selecting({"url.query"})).attributes,
              Not(Contains(Key("dns.question.name"))));
}

TEST(DnsSpan, AnErrorsMessageIsItsName) {
  constexpr model::DnsLookup kLookup = {};
  model::Span span = span_of(EventType::kDns, "A", "db.example");
  span.dns = &kLookup;
  span.status = 3;
  const DecodedSpan decoded = encoded_and_decoded(span);
  EXPECT_EQ(decoded.status_code, 2);
  EXPECT_EQ(decoded.status_message, "NXDomain");
  EXPECT_THAT(decoded.attributes, Contains(Pair("error.type", "NXDomain")));
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
