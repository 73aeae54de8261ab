// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp10/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::amqp10 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kNull = "\x40", kTrue = "\x41", kFalse = "\x42";

std::string number(std::uint32_t value) {
  std::string out = "\x70";
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(value >> shift & 0xffU);
  return out;
}
std::string text(std::string_view value) {
  return '\xa1' + std::string(1, static_cast<char>(value.size())) + std::string(value);
}
std::string binary(std::string_view value) {
  return '\xa0' + std::string(1, static_cast<char>(value.size())) + std::string(value);
}
std::string list(int descriptor, std::initializer_list<std::string> fields) {
  std::string content;
  for (const std::string& field : fields) content += field;
  std::string size = number(static_cast<std::uint32_t>(content.size() + 4));
  std::string count = number(static_cast<std::uint32_t>(fields.size()));
  return std::string("\0\x53", 2) + static_cast<char>(descriptor) + '\xd0' + size.substr(1) +
         count.substr(1) + content;
}
std::string frame(const std::string& body, unsigned channel = 0, int type = 0) {
  return number(static_cast<std::uint32_t>(body.size() + 8)).substr(1) + '\2' +
         static_cast<char>(type) + static_cast<char>(channel >> 8U) +
         static_cast<char>(channel & 0xffU) + body;
}
std::string layer(char id) { return std::string("AMQP") + id + std::string("\1\0\0", 3); }
std::string open(std::string_view id) { return frame(list(0x10, {text(id), text("host")})); }
std::string begin(unsigned channel, const std::string& remote) {
  return frame(list(0x11, {remote, number(0), number(100), number(100)}), channel);
}
std::string attach(unsigned handle, bool sends, std::string_view source, std::string_view target,
                   unsigned channel = 0) {
  return frame(list(0x12, {text("link"), number(handle), sends ? kFalse : kTrue, kNull, kNull,
                           list(0x28, {text(source)}), list(0x29, {text(target)})}),
               channel);
}
struct TransferOf {
  unsigned handle = 0;
  std::uint32_t id = 0;
  bool settled = false;
  bool more = false;
  bool aborted = false;
  std::string payload = std::string("\0\x53\x75\xa0\2hi", 7);
};
std::string transfer(const TransferOf& t, unsigned channel = 0) {
  return frame(list(0x14, {number(t.handle), number(t.id), binary("tag"), number(0),
                           t.settled ? kTrue : kFalse, t.more ? kTrue : kFalse, kNull, kNull, kNull,
                           t.aborted ? kTrue : kFalse}) +
                   t.payload,
               channel);
}
std::string go_on(unsigned handle, bool more) {
  return frame(list(0x14, {number(handle), kNull, kNull, kNull, kNull, more ? kTrue : kFalse}) +
               "more");
}
std::string disposition(std::uint32_t first, const std::string& last, int outcome,
                        unsigned channel = 0) {
  return frame(list(0x15, {kTrue, number(first), last, kTrue, list(outcome, {})}), channel);
}
const std::string kHeartbeat = frame("");

std::vector<Call> greeting() {
  return {
      {false, layer(3)},
      {true, layer(3) + frame(list(0x40, {text("PLAIN")}), 0, 1)},
      {false, frame(list(0x41, {text("PLAIN"), binary(std::string("\0joe\0hunter2", 12))}), 0, 1)},
      {true, frame(list(0x44, {std::string("\x50\0", 2)}), 0, 1)},
      {false, layer(0) + open("billing") + begin(0, kNull)},
      {true, layer(0) + open("broker") + begin(5, number(0))},
      {false, attach(0, true, "", "orders") + attach(1, false, "events", "")},
      {true, attach(0, false, "", "orders", 5) + attach(1, true, "events", "", 5)}};
}
std::vector<Call> typical() {
  auto calls = greeting();
  const std::vector<Call> more = {
      {false, transfer({.id = 0, .settled = true}) + transfer({.id = 1}) +
                  transfer({.id = 2, .more = true})},
      {false, go_on(0, true) + go_on(0, false) + transfer({.id = 3})},
      {true, disposition(1, number(2), 0x24, 5) + disposition(3, kNull, 0x25, 5)},
      {true, transfer({.handle = 1, .id = 0}, 5) + kHeartbeat},
      {false, frame(list(0x15, {kTrue, number(0), kNull, kTrue, list(0x24, {})})) + kHeartbeat},
      {false,
       frame(list(0x16, {number(0), kTrue})) + frame(list(0x17, {})) + frame(list(0x18, {}))}};
  calls.insert(calls.end(), more.begin(), more.end());
  return calls;
}

void play_greeting(Talk& talk) {
  for (const Call& call : greeting())
    call.from_server ? talk.server(call.bytes) : talk.client(call.bytes);
}

TEST(Amqp10, DeliveriesEachWay) {
  const std::string id = " client=[billing]";
  EXPECT_THAT(spans_of("amqp10", typical()),
              ElementsAre("publish orders 0" + id, "publish orders 0" + id, "publish orders 0" + id,
                          "publish orders 1" + id, "process events 0" + id));
}

TEST(Amqp10, IsRobust) { expect_robust("amqp10", typical()); }

TEST(Amqp10, ADeliveryThatIsNotSettledEndsWithItsOutcome) {
  Talk talk("amqp10");
  play_greeting(talk);                             // up to 1080
  talk.client(transfer({.id = 7, .more = true}));  // 1090
  talk.client(go_on(0, false));                    // 1100
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.server(disposition(7, kNull, 0x24, 5));        // 1110
  talk.client(transfer({.id = 8, .settled = true}));  // 1120
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  const auto& spans = talk.sink.spans;
  EXPECT_EQ(std::pair(spans[0].start_ns, spans[0].end_ns), std::pair(1090UL, 1110UL));
  EXPECT_EQ(std::pair(spans[1].start_ns, spans[1].end_ns), std::pair(1120UL, 1120UL));
  EXPECT_EQ(
      spans[0].request_bytes,
      static_cast<std::int64_t>(transfer({.id = 7, .more = true}).size() + go_on(0, false).size()));
  EXPECT_EQ(spans[0].messaging->system, "amqp");
  EXPECT_EQ(spans[0].type, model::EventType::kAmqpClient);
  EXPECT_FALSE(talk.conversation().has_open_request());
}

TEST(Amqp10, AStateThatIsNoOutcomeEndsNothing) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(transfer({.id = 7}));
  talk.server(frame(list(0x15, {kTrue, number(7), kNull, kFalse, list(0x23, {})}), 5));
  talk.server(frame(list(0x15, {kFalse, number(7), kNull, kTrue, list(0x24, {})}), 5));  // a sender
  talk.server(disposition(7, kNull, 0x24, 4));  // another session
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(disposition(7, kNull, 0x24, 5));
  EXPECT_EQ(talk.reported().size(), 1U);
}

TEST(Amqp10, ARangeMayWrapAndBeLongerThanWhatWaits) {
  Talk talk("amqp10");
  play_greeting(talk);
  for (const std::uint32_t id : {0xffff'fffeU, 0xffff'ffffU, 0U, 1U})
    talk.client(transfer({.id = id}));
  talk.server(disposition(0xffff'ffffU, number(0), 0x24, 5));
  EXPECT_EQ(talk.reported().size(), 2U);
  talk.server(disposition(0xffff'fff0U, number(1000), 0x24, 5));
  EXPECT_EQ(talk.reported().size(), 4U);
}

TEST(Amqp10, ALinkWithoutAddressTakesThatOfTheMessage) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(frame(list(
      0x12, {text("anonymous"), number(4), kFalse, kNull, kNull, kNull, list(0x29, {kNull})})));
  const std::string message = list(0x70, {kTrue}) + list(0x73, {number(1), kNull, text("to-here")});
  talk.client(transfer({.handle = 4, .settled = true, .payload = message}));
  talk.client(transfer({.handle = 4, .id = 1, .settled = true}));
  EXPECT_THAT(talk.reported(),
              ElementsAre("publish to-here 0 client=[billing]", "publish  0 client=[billing]"));
}

TEST(Amqp10, TransactionsAreNoMessages) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(
      frame(list(0x12, {text("tx"), number(4), kFalse, kNull, kNull, kNull, list(0x30, {})})));
  talk.client(transfer({.handle = 4, .id = 0}));
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(Amqp10, WhatIsAbortedIsCountedAndWhatIsNeverSettledHasFailed) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(transfer({.id = 0, .more = true}) + transfer({.id = 0, .aborted = true}));
  talk.client(transfer({.id = 1}) + transfer({.id = 2, .more = true}));
  talk.close(model::ConnectionEnd::kPeerReset);
  EXPECT_EQ(talk.sink.notes[Note::RequestNoResponse], 1U);
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  for (const model::Span& span : talk.sink.spans) EXPECT_EQ(span.failure, model::Failure::kReset);
}

TEST(Amqp10, ASessionThatEndsTakesWhatIsUnsettledWithIt) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(transfer({.id = 1}));
  talk.client(frame(list(0x17, {})));
  EXPECT_TRUE(talk.conversation().has_open_request());  // outcomes may still be on their way
  talk.server(frame(list(0x17, {}), 5));
  EXPECT_FALSE(talk.conversation().has_open_request());
  EXPECT_EQ(talk.sink.notes[Note::RequestNoResponse], 1U);
}

TEST(Amqp10, AfterALossALinkHasNoAddressRatherThanAWrongOne) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.client(transfer({.id = 0, .more = true}));
  talk.lose_of_client(0);
  talk.client("\1\2\3");
  talk.client(transfer({.id = 1, .settled = true}));
  talk.client(attach(0, true, "", "again") + transfer({.id = 2, .settled = true}));
  EXPECT_THAT(talk.reported(),
              ElementsAre("publish  0 client=[billing]", "publish again 0 client=[billing]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Amqp10, AfterTheSessionMayHaveChangedNothingWaitsForAnOutcome) {
  Talk talk("amqp10");
  play_greeting(talk);
  talk.lose_of_server(0);
  talk.client(transfer({.id = 1}));
  EXPECT_EQ(talk.reported().size(), 1U);
  talk.server(disposition(1, kNull, 0x24, 5));
  EXPECT_EQ(talk.reported().size(), 1U);
}

TEST(Amqp10, InMidLifeDeliveriesHaveNoDestination) {
  Talk talk("amqp10", {.mid_life = true});
  talk.client("rest");
  talk.client(transfer({.id = 9}));
  talk.server(transfer({.handle = 3, .id = 9}, 2));
  EXPECT_THAT(talk.reported(), ElementsAre("publish  0", "process  0"));
}

TEST(Amqp10, MoreThanCanWaitLosesNothing) {
  Talk talk("amqp10");
  play_greeting(talk);
  for (std::uint32_t id = 0; id < 3000; ++id) talk.client(transfer({.id = id}));
  talk.server(disposition(0, number(2999), 0x24, 5));
  EXPECT_EQ(talk.reported().size(), 3000U);
}

TEST(Amqp10, AfterTheHeaderOfTlsNothingIsRead) {
  Talk talk("amqp10");
  talk.client(layer(2));
  talk.server(layer(2));
  EXPECT_EQ(talk.client("\x16\x03\x01"), ChunkResult::Handover);
}

TEST(Amqp10, TheBrokersSideHasNoSpans) {
  Talk talk("amqp10", {.client_direction = model::Direction::kReceive});
  talk.client(layer(0));
  EXPECT_EQ(talk.client(transfer({.id = 1, .settled = true})), ChunkResult::Handover);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(Amqp10, PasswordsStayWhereTheyWere) {
  for (const std::string& line : spans_of("amqp10", typical()))
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
}

TEST(Amqp10Detect, AHeaderOrAPerformativeProves) {
  const auto client = model::ConnectionRole::kClient;
  EXPECT_EQ(classified({{false, layer(3)}}), "amqp10");
  EXPECT_EQ(classified({{false, layer(0)}}), "amqp10");
  EXPECT_EQ(classified({{false, "AMQ"}, {false, layer(0).substr(3)}}), "amqp10");
  EXPECT_NE(classified({{false, layer(1)}}), "amqp10");
  EXPECT_EQ(classified({{false, transfer({})}}, client, 0, true), "amqp10");
  EXPECT_EQ(classified({{true, kHeartbeat + kHeartbeat}, {true, transfer({})}}, client, 0, true),
            "amqp10");
  EXPECT_NE(classified({{false, kHeartbeat}}, client, 0, true), "amqp10");
  EXPECT_NE(classified({{false, transfer({})}}), "amqp10");  // does not begin so
}

}  // namespace
}  // namespace obi::protocol::amqp10
