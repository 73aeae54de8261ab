// SPDX-License-Identifier: Apache-2.0
// What spans of messaging, RPC and DNS say in OTLP: every attribute, and when it is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/otlp/encode/decoded_span.hpp"
#include "export/otlp/encode/span_attributes.hpp"
#include "export/otlp/encode/span_fixture.hpp"

namespace obi::exporting::otlp {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

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

}  // namespace
}  // namespace obi::exporting::otlp
