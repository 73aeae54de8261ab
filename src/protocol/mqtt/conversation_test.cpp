// SPDX-License-Identifier: Apache-2.0
#include "protocol/mqtt/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::mqtt {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}
std::string text(std::string_view value) {
  return u16(static_cast<unsigned>(value.size())) + std::string(value);
}
std::string packet(unsigned first, const std::string& body) {
  std::string out(1, static_cast<char>(first));
  std::size_t left = body.size();
  do {
    out += static_cast<char>((left & 0x7fU) | (left > 0x7f ? 0x80U : 0));
    left >>= 7U;
  } while (left > 0);
  return out + body;
}
// Clean session, user and password.
std::string connect(int level, const std::string& client = "cid") {
  return packet(0x10, text("MQTT") + static_cast<char>(level) + '\xc2' + u16(60) +
                          (level == 5 ? std::string(1, '\0') : "") + text(client) + text("joe") +
                          text("hunter2"));
}
std::string publish(std::string_view topic, unsigned qos = 0, unsigned id = 0,
                    const std::string& properties = "", unsigned flags = 0) {
  return packet(0x30 | qos << 1U | flags,
                text(topic) + (qos > 0 ? u16(id) : "") + properties + "payload");
}
std::string ack(unsigned first, unsigned id, const std::string& rest = "") {
  return packet(first, u16(id) + rest);
}
std::string alias(unsigned number) { return std::string("\3\x23") + u16(number); }
const std::string kNone(1, '\0');  // no properties
const std::string kConnack4("\x20\2\0\0", 4);
const std::string kConnack5("\x20\3\0\0\0", 5);

std::vector<Call> typical() {
  return {{false, connect(5)},
          {true, kConnack5},
          {false, packet(0x82, u16(1) + kNone + text("a/+") + '\1' + text("b") + '\0')},
          {true, ack(0x90, 1, kNone + '\1' + '\0')},
          {false, publish("a/1", 0, 0, alias(1)) + publish("", 1, 2, alias(1)) +
                      publish("c", 2, 3, kNone)},
          {true, ack(0x40, 2) + ack(0x50, 3) + publish("s", 1, 2, alias(9)) + "\xd0" + kNone},
          {false, ack(0x62, 3) + ack(0x40, 2)},
          {true, ack(0x70, 3) + publish("", 2, 7, alias(9))},
          {false, ack(0x50, 7)},
          {true, ack(0x62, 7)},
          {false, ack(0x70, 7) + "\xc0" + kNone},
          {false, packet(0xa2, u16(9) + kNone + text("b"))},
          {true, ack(0xb0, 9, kNone + '\0')},
          {false, std::string("\xe0\0", 2)}};
}

TEST(Mqtt, PublishesOfEachQosAndSubscribes) {
  EXPECT_THAT(spans_of("mqtt", typical()),
              ElementsAre("process a/+ 0 client=[cid]", "publish a/1 0 client=[cid]",
                          "publish a/1 0 client=[cid]", "process s 0 client=[cid]",
                          "publish c 0 client=[cid]", "process s 0 client=[cid]"));
}

TEST(Mqtt, IsRobust) { expect_robust("mqtt", typical()); }

TEST(Mqtt, QosZeroEndsWithTheMessageAndOneWithItsAcknowledgement) {
  Talk talk("mqtt");
  talk.client(connect(4));
  talk.server(kConnack4);
  talk.client(publish("zero"));       // at 1030
  talk.client(publish("one", 1, 5));  // 1040
  talk.client(publish("two", 2, 6));  // 1050
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.server(ack(0x50, 6));  // 1060
  talk.client(ack(0x62, 6));  // 1070
  talk.server(ack(0x70, 6));  // 1080
  talk.server(ack(0x40, 5));  // 1090
  ASSERT_EQ(talk.sink.spans.size(), 3U);
  const auto& spans = talk.sink.spans;
  EXPECT_EQ(std::pair(spans[0].start_ns, spans[0].end_ns), std::pair(1030UL, 1030UL));
  EXPECT_EQ(std::pair(spans[1].start_ns, spans[1].end_ns), std::pair(1050UL, 1080UL));
  EXPECT_EQ(std::pair(spans[2].start_ns, spans[2].end_ns), std::pair(1040UL, 1090UL));
  EXPECT_EQ(spans[2].request_bytes, static_cast<std::int64_t>(publish("one", 1, 5).size()));
  EXPECT_EQ(spans[2].response_bytes, 4);
  EXPECT_EQ(spans[2].messaging->system, "mqtt");
  EXPECT_EQ(spans[2].type, model::EventType::kMqttClient);
  EXPECT_FALSE(talk.conversation().has_open_request());
}

TEST(Mqtt, TheSameIdInBothDirectionsIsTwoDeliveries) {
  Talk talk("mqtt");
  talk.client(publish("mine", 1, 5));
  talk.server(publish("yours", 1, 5));
  talk.client(ack(0x40, 5));
  talk.server(ack(0x40, 5));
  EXPECT_THAT(talk.reported(), ElementsAre("process yours 0", "publish mine 0"));
}

TEST(Mqtt, ARetransmissionIsNoSecondOperation) {
  Talk talk("mqtt");
  talk.client(publish("a", 1, 5));
  talk.client(publish("a", 1, 5, "", 8));
  talk.server(ack(0x40, 5));
  talk.server(ack(0x40, 5));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 1U);
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1010U);
}

TEST(Mqtt, ARetransmissionOnANewConnectionIsTheOperation) {
  Talk talk("mqtt");
  talk.client(connect(4));
  talk.client(publish("a", 1, 5, "", 8));
  talk.server(ack(0x40, 5));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[cid]"));
}

TEST(Mqtt, RefusalsHaveTheirReason) {
  Talk talk("mqtt");
  talk.client(connect(5));
  talk.client(publish("a", 1, 1, kNone) + publish("b", 2, 2, kNone) +
              packet(0x82, u16(3) + kNone + text("c") + '\1'));
  talk.server(ack(0x40, 1, "\x87") + ack(0x50, 2, "\x97") + ack(0x90, 3, kNone + '\x80'));
  EXPECT_THAT(talk.reported(),
              ElementsAre("publish a 135 client=[cid]", "publish b 151 client=[cid]",
                          "process c 128 client=[cid]"));
}

TEST(Mqtt, AtTheBrokerTheSpansAreTheServers) {
  Talk talk("mqtt", {.client_direction = model::Direction::kReceive});
  talk.client(connect(4));
  talk.client(publish("in"));
  talk.server(publish("out"));
  EXPECT_THAT(talk.reported(),
              ElementsAre("publish in 0 client=[cid]", "process out 0 client=[cid]"));
  for (const model::Span& span : talk.sink.spans)
    EXPECT_EQ(span.type, model::EventType::kMqttServer);
}

TEST(Mqtt, AnIdThatTheServerAssignsIsTheClients) {
  Talk talk("mqtt");
  talk.client(connect(5, ""));
  talk.server(packet(0x20, std::string("\0\0\x0a\x12", 4) + text("auto-42")));
  talk.client(publish("a", 0, 0, kNone));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[auto-42]"));
}

TEST(Mqtt, AliasesAreOfOneDirectionAndMayBeGivenAgain) {
  Talk talk("mqtt");
  talk.client(connect(5));
  talk.client(publish("a", 0, 0, alias(1)));
  talk.server(publish("", 0, 0, alias(1)));
  talk.client(publish("b", 0, 0, alias(1)));
  talk.client(publish("", 0, 0, alias(1)));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[cid]", "process  0 client=[cid]",
                                           "publish b 0 client=[cid]", "publish b 0 client=[cid]"));
}

TEST(Mqtt, AfterALossAnAliasNamesNoTopic) {
  Talk talk("mqtt");
  talk.client(connect(5));
  talk.client(publish("a", 0, 0, alias(1)));
  talk.lose_of_client(0);
  talk.client(publish("", 0, 0, alias(1)));
  talk.client(publish("b", 0, 0, alias(1)));
  talk.client(publish("", 0, 0, alias(1)));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[cid]", "publish  0 client=[cid]",
                                           "publish b 0 client=[cid]", "publish b 0 client=[cid]"));
}

TEST(Mqtt, WhatIsNeverAcknowledgedHasFailed) {
  Talk talk("mqtt");
  talk.client(publish("a", 1, 1));
  talk.server(publish("b", 2, 1));
  talk.close(model::ConnectionEnd::kPeerReset);
  EXPECT_THAT(talk.reported(), UnorderedElementsAre("publish a 0 !reset", "process b 0 !reset"));
}

TEST(Mqtt, AnAcknowledgementThatWasLostIsNotTakenFromTheNextUserOfTheId) {
  Talk talk("mqtt");
  talk.client(publish("a", 1, 1));
  talk.lose_of_server(4);
  talk.client(publish("b", 1, 1));
  talk.server(ack(0x40, 1));
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Mqtt, WhatWaitsForLongAfterALossIsAbandoned) {
  Talk talk("mqtt");
  talk.client(publish("a", 1, 1));
  talk.lose_of_server(4);
  talk.stay_quiet(50'000'000'000);
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.stay_quiet(50'000'000'000);
  EXPECT_FALSE(talk.conversation().has_open_request());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Mqtt, AfterALossItGoesOnWithACallThatIsAPacket) {
  Talk talk("mqtt");
  talk.client(publish("a"));
  talk.lose_of_client(0);
  talk.client("yload");
  talk.client(publish("b"));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish b 0"));
}

TEST(Mqtt, APayloadThatWasNotCapturedCostsNothing) {
  Talk talk("mqtt");
  const std::string large = packet(0x32, text("a") + u16(1) + std::string(5000, 'x'));
  talk.client(large.substr(0, 100), large.size() - 100);
  talk.server(ack(0x40, 1));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0"));
}

TEST(Mqtt, ATopicThatWasNotCapturedIsLeftOut) {
  Talk talk("mqtt");
  const std::string whole = publish("a/long/topic", 1, 1);
  talk.client(whole.substr(0, 6), whole.size() - 6);
  talk.server(ack(0x40, 1));
  EXPECT_THAT(talk.reported(), ElementsAre("publish  0"));
  EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 1U);
}

TEST(Mqtt, MoreThanCanWaitLosesNothing) {
  Talk talk("mqtt");
  const std::string topic(3000, 't');
  for (unsigned id = 1; id <= 1000; ++id) talk.client(publish(topic, 1, id));
  EXPECT_LT(talk.conversation().held_bytes(), 4U << 20U);
  for (unsigned id = 1; id <= 1000; ++id) talk.server(ack(0x40, id));
  EXPECT_EQ(talk.sink.spans.size(), 1000U);
}

TEST(Mqtt, PasswordsStayWhereTheyWere) {
  Talk talk("mqtt");
  for (const Call& call : typical())
    call.from_server ? talk.server(call.bytes) : talk.client(call.bytes);
  for (const std::string& line : talk.reported())
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
}

TEST(MqttDetect, AConnectProves) {
  EXPECT_EQ(classified({{false, connect(4)}}), "mqtt");
  EXPECT_EQ(classified({{false, connect(5).substr(0, 5)}, {false, connect(5).substr(5)}}), "mqtt");
  EXPECT_NE(classified({{false, publish("a")}}), "mqtt");
  EXPECT_NE(classified({{false, packet(0x10, text("MQTX") + "\4\2" + u16(60) + text("c"))}}),
            "mqtt");
}

TEST(MqttDetect, InMidLifeItTakesTwoSidesThatFitOrSeveralMessages) {
  const auto detected = [](const std::vector<Call>& calls) {
    return classified(calls, model::ConnectionRole::kClient, 0, true);
  };
  EXPECT_EQ(detected({{false, publish("a", 1, 5)}, {true, ack(0x40, 5)}}), "mqtt");
  EXPECT_NE(detected({{false, publish("a", 1, 5)}, {true, ack(0x40, 6)}}), "mqtt");
  EXPECT_NE(detected({{false, publish("a")}}), "mqtt");
  EXPECT_EQ(detected({{false, publish("a") + publish("b")}, {false, publish("c")}}), "mqtt");
  EXPECT_EQ(detected({{false, std::string("\xc0\0", 2)}, {true, std::string("\xd0\0", 2)}}),
            "mqtt");
  EXPECT_NE(detected({{false, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}}), "mqtt");
}

TEST(MqttPacket, WhatBreaksTheRulesIsRefused) {
  const auto refused = [](PeerRole from, const std::string& bytes) {
    const auto header = parse_fixed_header(from, std::as_bytes(std::span(bytes)));
    return !header && header.error() == ParseError::NotThisProtocol;
  };
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\0\0", 2)));
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\x36\5", 2)));  // QoS 3
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\x80\5", 2)));  // flags
  EXPECT_TRUE(refused(PeerRole::kServer, std::string("\x82\6", 2)));  // not the server's
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\x90\3", 2)));  // not the client's
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\xc0\1", 2)));  // a PINGREQ is empty
  EXPECT_TRUE(refused(PeerRole::kClient, std::string("\x30\xff\xff\xff\xff", 5)));
}

}  // namespace
}  // namespace obi::protocol::mqtt
