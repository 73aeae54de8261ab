// SPDX-License-Identifier: Apache-2.0
#include "protocol/nats/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::nats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kInfo =
    R"(INFO {"server_id":"NA","version":"2.9.10","headers":true,"max_payload":1048576})"
    "\r\n";
const std::string kConnect =
    R"(CONNECT {"verbose":false,"user":"joe","pass":"hunter2","auth_token":"t0ps3cret",)"
    R"("nested":{"name":"wrong"},"name":"order \"service\"","lang":"go"})"
    "\r\n";

std::vector<Call> typical() {
  return {{true, kInfo},
          {false, kConnect + "PING\r\n"},
          {true, "PONG\r\n"},
          {false, "SUB orders.* workers 1\r\nSUB _INBOX.x 2\r\nPUB orders.new 5\r\nhello\r\n"},
          {true, "MSG orders.new 1 5\r\nhello\r\n"},
          {false, "HPUB orders.old reply.to 12 15\r\nNATS/1.0\r\n\r\nabc\r\nPUB empty 0\r\n\r\n"},
          {true, "HMSG orders.old 1 reply.to 12 15\r\nNATS/1.0\r\n\r\nabc\r\n+OK\r\n"},
          {true, "PING\r\n-ERR 'Permissions Violation'\r\n"},
          {false, "PONG\r\nUNSUB 1 5\r\n"}};
}

TEST(Nats, EveryMessageIsASpanOfItsOwn) {
  const std::string id = R"( client=[order "service"])";
  EXPECT_THAT(spans_of("nats", typical()),
              ElementsAre("publish orders.new 0" + id, "process orders.new 0" + id,
                          "publish orders.old 0" + id, "publish empty 0" + id,
                          "process orders.old 0" + id));
}

TEST(Nats, IsRobust) { expect_robust("nats", typical()); }

TEST(Nats, CommandsMayBeInAnyCaseWithAnyBlanks) {
  Talk talk("nats");
  talk.server(kInfo);
  talk.client("pub \t a  \t 2 \r\nhi\r\n");
  talk.client("Pub b 2\nhi\r\n");
  talk.server("mSg a 7 2\r\nhi\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish b 0", "process a 0"));
}

TEST(Nats, TimesAndSizesAreThoseOfTheMessage) {
  Talk talk("nats");
  talk.client("PUB a 10\r\n");
  talk.client("01234");
  talk.client("56789\r\n");
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.request_start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1030U);
  EXPECT_EQ(span.request_bytes, 22);
  EXPECT_EQ(span.messaging->envelope_bytes, 10);
  EXPECT_EQ(span.messaging->system, "nats");
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.type, model::EventType::kNatsClient);
}

TEST(Nats, AtTheServerTheSpansAreTheServers) {
  Talk talk("nats", {.client_direction = model::Direction::kReceive});
  talk.client("PUB a 2\r\nhi\r\n");
  talk.server("MSG a 1 2\r\nhi\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "process a 0"));
  for (const model::Span& span : talk.sink.spans)
    EXPECT_EQ(span.type, model::EventType::kNatsServer);
}

TEST(Nats, ATextThatLooksLikeACommandInAPayloadIsNone) {
  Talk talk("nats");
  talk.client("PUB a 15\r\nPUB b 2\r\nhi\r\n..\r\nPUB c 0\r\n\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish c 0"));
}

TEST(Nats, BytesThatWereNotCapturedInsideAPayloadCostNothing) {
  Talk talk("nats");
  talk.client("PUB a 1000\r\n0123", 998);
  talk.client("PUB b 2\r\nhi\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish b 0"));
  EXPECT_EQ(talk.sink.stream_requests, 1);
}

TEST(Nats, AfterALossItGoesOnWithACallThatIsAMessage) {
  Talk talk("nats");
  talk.client("PUB a 2\r\nhi\r\n");
  talk.lose_of_client(0);
  talk.client("PUB unknown 9000\r\nabc", 8999);
  talk.client("rest of a payload");
  talk.client("PUB cut 5\r\nabc");
  talk.client("PUB b 2\r\nhi\r\n");
  talk.server("MSG s 1 2\r\nhi\r\n");
  talk.lose_of_server(100);
  talk.server("MSG t 1 2\r\nhi\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("publish a 0", "publish b 0", "process s 0", "process t 0"));
}

TEST(Nats, AfterALossALongMessageIsOneWhereALineHasEnded) {
  Talk talk("nats");
  talk.client("PUB a 9000\r\nabc", 9016, "l  0\r\n\r\n");  // "PUB small  0" is behind it
  talk.client("PUB b 9000\r\nabc", 8999);
  talk.client("PUB c 0\r\n\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish b 0", "publish c 0"));
}

TEST(Nats, AMessageThatDoesNotEndAsItSaysIsNone) {
  Talk talk("nats");
  talk.client("PUB a 2\r\nhiXX");
  talk.client("PUB b 2\r\nhi\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0"));
  EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 1U);
}

TEST(Nats, WhereTlsIsRequiredNothingMoreIsRead) {
  Talk talk("nats");
  talk.server(R"(INFO {"server_id":"NA","tls_required" : true,"x":1})"
              "\r\n");
  EXPECT_EQ(talk.client("\x16\x03\x01"), ChunkResult::Handover);
}

TEST(Nats, WhereTlsIsAvailableTheClientsFirstByteDecides) {
  Talk talk("nats");
  talk.server(R"(INFO {"server_id":"NA","tls_available":true,"tls_required":false})"
              "\r\n");
  talk.client("\x16\x03\x01");
  EXPECT_EQ(talk.server("\x16\x03\x01"), ChunkResult::Handover);
}

TEST(Nats, CredentialsStayWhereTheyWere) {
  Talk talk("nats");
  for (const Call& call : typical())
    call.from_server ? talk.server(call.bytes) : talk.client(call.bytes);
  for (const std::string& line : talk.reported()) {
    EXPECT_EQ(line.find("hunter2"), std::string::npos);
    EXPECT_EQ(line.find("t0ps3cret"), std::string::npos);
  }
}

TEST(NatsDetect, TheGreetingProves) {
  EXPECT_EQ(classified({{true, kInfo}}), "nats");
  EXPECT_EQ(classified({{true, kInfo.substr(0, 18)}, {true, kInfo.substr(18)}}), "nats");
}

TEST(NatsDetect, InMidLifeAMessageProves) {
  const auto client = model::ConnectionRole::kClient;
  EXPECT_EQ(classified({{false, "PUB a 2\r\nhi\r\n"}}, client, 0, true), "nats");
  EXPECT_EQ(classified({{true, "MSG a 1 2\r\nhi\r\n"}}, client, 0, true), "nats");
  const std::vector<Call> heartbeat{{false, "PING\r\n"}, {true, "PONG\r\n"}};
  EXPECT_EQ(classified(heartbeat, client, 0, true), "");
  EXPECT_EQ(
      classified({heartbeat[0], heartbeat[1], {true, "MSG a 1 2\r\nhi\r\n"}}, client, 0, true),
      "nats");
}

TEST(NatsDetect, WhatLooksAlikeIsNot) {
  const auto client = model::ConnectionRole::kClient;
  EXPECT_NE(classified({{false, "PING\r\n"}, {true, "+PONG\r\n"}}), "nats");
  EXPECT_NE(classified({{true, "+OK POP3 ready\r\n"}, {false, "USER x\r\n"}}), "nats");
  EXPECT_NE(classified({{false, "CONNECT a:443 HTTP/1.1\r\n\r\n"}}, client, 0, true), "nats");
  EXPECT_NE(classified({{false, "PUB a 2\r\nhiXX"}}, client, 0, true), "nats");
  EXPECT_NE(classified({{false, "PUBLIC a\r\n"}}, client, 0, true), "nats");
}

TEST(NatsCommand, WhatBreaksTheRulesIsRefused) {
  const auto error_of = [](PeerRole from, std::string_view text) {
    const auto command = parse_command(from, std::as_bytes(std::span(text)));
    return command ? -1 : static_cast<int>(command.error());
  };
  const auto malformed = static_cast<int>(ParseError::Malformed);
  const auto truncated = static_cast<int>(ParseError::Truncated);
  const auto other = static_cast<int>(ParseError::NotThisProtocol);
  for (const char* text : {"PUB a\r\n", "PUB a b c d\r\n", "PUB a -1\r\n", "PUB a 99999999999\r\n",
                           "PUB a 2x\r\n", "HPUB a 5 2\r\n", "SUB a\r\n", "PING x\r\n",
                           "CONNECT\r\n", "PUB a b c d e f g\r\n", "PUB a\x01 2\r\n"})
    EXPECT_EQ(error_of(PeerRole::kClient, text), malformed) << text;
  for (const char* text : {"P", "PUB", "PUB ", "PUB a 2", "pong"})
    EXPECT_EQ(error_of(PeerRole::kClient, text), truncated) << text;
  for (const char* text : {"MSG a 1 2\r\n", "INFO {}\r\n", "X", "PUBS a", "\r\n", "\n"})
    EXPECT_EQ(error_of(PeerRole::kClient, text), other) << text;
  EXPECT_EQ(error_of(PeerRole::kServer, "PUB a 2\r\n"), other);
}

TEST(NatsJson, FindsMembersOfTheObjectItself) {
  const std::string_view json =
      R"( {"a":"x","b":{"c":"inner","d":[1,2,"]"]},"c":"outer","n": 12 ,"t":true,"u":"\u00e9\n"})";
  const std::string_view object = json.substr(1);
  EXPECT_EQ(json_member(object, "a"), "x");
  EXPECT_EQ(json_member(object, "c"), "outer");
  EXPECT_EQ(json_member(object, "n"), "12");
  EXPECT_EQ(json_member(object, "t"), "true");
  EXPECT_EQ(json_member(object, "u"), "\xc3\xa9 ");
  EXPECT_EQ(json_member(object, "d"), "");
  EXPECT_EQ(json_member(json, "a"), "");
  for (std::size_t i = 0; i < object.size(); ++i) json_member(object.substr(0, i), "u");
}

}  // namespace
}  // namespace obi::protocol::nats
