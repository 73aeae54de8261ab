// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp091/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU);
  return out;
}
std::string shortstr(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}
std::string longstr(std::string_view text) { return number(text.size(), 4) + std::string(text); }
std::string frame(int type, int channel, const std::string& payload) {
  return static_cast<char>(type) + number(static_cast<unsigned>(channel), 2) +
         number(payload.size(), 4) + payload + '\xce';
}
std::string method(std::uint32_t id, const std::string& arguments, int channel = 1) {
  return frame(1, channel, number(id, 4) + arguments);
}
std::string content(const std::string& body, int channel = 1, std::size_t split = 1'000'000) {
  std::string out =
      frame(2, channel, number(60, 2) + number(0, 2) + number(body.size(), 8) + number(0, 2));
  for (std::size_t at = 0; at < body.size(); at += split)
    out += frame(3, channel, body.substr(at, split));
  return out;
}
std::string publish(std::string_view exchange, std::string_view key, int channel = 1) {
  return method(kBasicPublish, number(0, 2) + shortstr(exchange) + shortstr(key) + '\0', channel);
}
std::string deliver(std::string_view exchange, std::string_view key, int channel = 1) {
  return method(kBasicDeliver,
                shortstr("ctag") + number(1, 8) + '\0' + shortstr(exchange) + shortstr(key),
                channel);
}
std::string confirmation(std::uint32_t id, std::uint64_t tag, bool multiple = false) {
  return method(id, number(tag, 8) + static_cast<char>(multiple ? 1 : 0));
}
std::string start_ok() {
  const std::string table = shortstr("product") + 'S' + longstr("pika") + shortstr("capabilities") +
                            'F' + longstr(shortstr("connection_name") + 'S' + longstr("wrong")) +
                            shortstr("connection_name") + 'S' + longstr("billing");
  return method(kConnectionStartOk,
                longstr(table) + shortstr("PLAIN") + longstr(std::string("\0joe\0hunter2", 12)) +
                    shortstr("en_US"),
                0);
}
const std::string kSelect = method(kConfirmSelect, std::string(1, '\0'));
const std::string kSelectOk = method(method_id(85, 11), "");
const std::string kHeartbeat = frame(8, 0, "");

std::vector<Call> typical() {
  return {{false, std::string(kProtocolHeader)},
          {true,
           method(method_id(10, 10),
                  std::string("\0\x09", 2) + longstr("") + longstr("PLAIN") + longstr("en_US"), 0)},
          {false, start_ok()},
          {false, method(kChannelOpen, shortstr(""))},
          {true, method(method_id(20, 11), longstr(""))},
          {false, publish("", "queue") + content("hello")},
          {false, publish("ex", "key") + content("hello world", 1, 4)},
          {true, deliver("ex", "key") + content("hello world", 1, 4) + kHeartbeat},
          {false, kSelect},
          {true, kSelectOk},
          {false, publish("ex", "") + content("") + publish("", "b") + content("x") +
                      publish("", "c") + content("x")},
          {true, confirmation(kBasicAck, 2, true) + confirmation(kBasicNack, 3)},
          {true, method(kBasicGetOk,
                        number(9, 8) + '\0' + shortstr("") + shortstr("queue") + number(0, 4)) +
                     content("got")},
          {true, method(kBasicReturn, number(312, 2) + shortstr("NO_ROUTE") + shortstr("ex") +
                                          shortstr("nowhere")) +
                     content("returned")},
          {false, method(method_id(60, 80), number(1, 8) + '\0') + kHeartbeat}};
}

TEST(Amqp091, MessagesEachWay) {
  const std::string id = " client=[billing]";
  EXPECT_THAT(spans_of("amqp091", typical()),
              ElementsAre("publish queue 0" + id, "publish ex:key 0" + id, "process ex:key 0" + id,
                          "publish ex 0" + id, "publish b 0" + id, "publish c 1" + id,
                          "process queue 0" + id));
}

TEST(Amqp091, IsRobust) { expect_robust("amqp091", typical()); }

std::string tune_ok(std::uint32_t frame_max) {
  return method(kConnectionTuneOk, number(2047, 2) + number(frame_max, 4) + number(60, 2), 0);
}

// A body of many frames, sent in calls of which the beginning is captured.
class Amqp091LongBody : public testing::Test {
 protected:
  Amqp091LongBody() {
    talk_.client(tune_ok(4096));
    talk_.client(method(kChannelOpen, shortstr("")));
  }
  const std::string long_ = publish("", "long") + content(std::string(100'000, 'x'), 1, 4088);
  const std::string small_ = publish("", "small") + content("x");
  Talk talk_{"amqp091"};
};

TEST_F(Amqp091LongBody, EndsWithItsCall) {
  talk_.client(long_.substr(0, 9000), long_.size() - 9000);
  talk_.client(small_);
  ASSERT_THAT(talk_.reported(), ElementsAre("publish long 0", "publish small 0"));
  EXPECT_EQ(talk_.sink.spans[0].request_bytes, static_cast<std::int64_t>(long_.size()));
}

TEST_F(Amqp091LongBody, EndsInALaterCall) {
  talk_.client(long_.substr(0, 9000), 20'000);
  talk_.client(long_.substr(29'000, 100), 10'000);
  talk_.lose_of_client(1000);
  talk_.client(long_.substr(40'100) + small_);
  talk_.client(long_.substr(0, 9000));
  talk_.lose_of_client(long_.size() - 9000);
  EXPECT_THAT(talk_.reported(), ElementsAre("publish long 0", "publish small 0", "publish long 0"));
}

TEST_F(Amqp091LongBody, HasTheLengthOfItsFramesWhereNoneWasSeenAgreed) {
  Talk talk("amqp091");
  talk.client(long_.substr(0, 9000));
  talk.lose_of_client(20'000);
  talk.client(long_.substr(29'000) + small_);
  EXPECT_THAT(talk.reported(), ElementsAre("publish long 0", "publish small 0"));
}

TEST_F(Amqp091LongBody, EndsWhereItWasToEndWhateverIsAgreedMeanwhile) {
  const std::string whole = deliver("", "long") + content(std::string(100'000, 'x'), 1, 4088);
  const std::size_t body = whole.find('x') - 7;  // of its first frame
  talk_.server(whole.substr(0, body), 10'000);
  talk_.client(tune_ok(0));
  talk_.server(whole.substr(body + 10'000));
  talk_.server(deliver("", "small") + content("x"));
  EXPECT_THAT(talk_.reported(), ElementsAre("process long 0", "process small 0"));
}

TEST_F(Amqp091LongBody, BytesThatWereNeverTransferredAreNotCounted) {
  talk_.client(long_.substr(0, 9000), 20'000);
  talk_.close(model::ConnectionEnd::kPeerReset);
  ASSERT_EQ(talk_.sink.spans.size(), 1U);
  EXPECT_LE(talk_.sink.spans[0].request_bytes, 29'000);
}

TEST_F(Amqp091LongBody, WhatIsBehindItIsLost) {
  talk_.client(long_.substr(0, 9000), long_.size() - 9000 + small_.size());
  talk_.client(small_);
  EXPECT_THAT(talk_.reported(), ElementsAre("publish long 0", "publish small 0"));
}

TEST_F(Amqp091LongBody, IsNotBelievedToBeOfAnySize) {
  const std::string header =
      frame(2, 1, number(60, 2) + number(0, 2) + number(~std::uint64_t{0} - 4, 8) + number(0, 2));
  talk_.client(publish("", "huge") + header + frame(3, 1, std::string(4088, 'x')), 100);
  talk_.client(small_);
  EXPECT_THAT(talk_.reported(), ElementsAre("publish small 0"));
}

TEST_F(Amqp091LongBody, IsNotGuessedBesideAnother) {
  const std::string other = content(std::string(5000, 'x'), 2, 4088);
  talk_.client(publish("", "other", 2) +
               other.substr(0, other.find(std::string(4088, 'x')) + 4089));
  talk_.client(long_.substr(0, 9000), long_.size() - 9000);
  EXPECT_THAT(talk_.reported(), IsEmpty());
}

TEST(Amqp091, ASpanGoesFromTheMethodToTheLastFrame) {
  Talk talk("amqp091");
  const std::string bytes = content("hello world", 1, 4);
  talk.client(publish("", "q"));     // 1010
  talk.client(bytes.substr(0, 30));  // 1020
  talk.client(bytes.substr(30));     // 1030
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(std::pair(span.start_ns, span.end_ns), std::pair(1010UL, 1030UL));
  EXPECT_EQ(span.request_bytes, static_cast<std::int64_t>(publish("", "q").size() + bytes.size()));
  EXPECT_EQ(span.messaging->system, "amqp");
  EXPECT_EQ(span.type, model::EventType::kAmqpClient);
}

TEST(Amqp091, WithConfirmsItEndsWhenTheBrokerConfirms) {
  Talk talk("amqp091");
  talk.client(kSelect);                          // 1010
  talk.client(publish("", "q") + content("x"));  // 1020
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.server(confirmation(kBasicAck, 1));  // 1030
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1020U);
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1030U);
  EXPECT_FALSE(talk.conversation().has_open_request());
}

TEST(Amqp091, ConfirmsMayComeInAnyOrderAndSeveralAtOnce) {
  Talk talk("amqp091");
  talk.client(kSelect);
  for (const char* key : {"1", "2", "3", "4", "5"}) talk.client(publish("", key) + content("x"));
  talk.server(confirmation(kBasicAck, 4));
  talk.server(confirmation(kBasicAck, 9));  // none has that number
  talk.server(confirmation(kBasicNack, 2, true));
  talk.server(confirmation(kBasicAck, 0, true));
  EXPECT_THAT(talk.reported(), ElementsAre("publish 4 0", "publish 1 1", "publish 2 1",
                                           "publish 3 0", "publish 5 0"));
}

TEST(Amqp091, ChannelsAreApart) {
  Talk talk("amqp091");
  const std::string first = content("first", 1, 2), second = content("second", 2, 2);
  talk.client(publish("", "a", 1) + publish("", "b", 2) + second.substr(0, 20));
  talk.client(second.substr(20) + first);
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0", "publish a 0"));
}

TEST(Amqp091, WhatIsOpenWhenTheConnectionEndsHasFailed) {
  Talk talk("amqp091");
  talk.client(kSelect + publish("", "a") + content("x") + publish("", "b"));
  talk.server(deliver("", "c"));
  talk.close(model::ConnectionEnd::kPeerClosed);
  ASSERT_EQ(talk.sink.spans.size(), 3U);
  for (const model::Span& span : talk.sink.spans) EXPECT_EQ(span.failure, model::Failure::kEof);
}

TEST(Amqp091, AChannelThatClosesTakesItsUnconfirmedPublishesWithIt) {
  Talk talk("amqp091");
  talk.client(kSelect + publish("", "a") + content("x") + publish("", "b"));
  talk.server(method(kChannelCloseOk, ""));
  EXPECT_EQ(talk.sink.notes[Note::RequestNoResponse], 2U);
  talk.client(publish("", "c") + content("x"));  // confirms must be asked for again
  EXPECT_THAT(talk.reported(), ElementsAre("publish c 0"));
}

TEST(Amqp091, AMessageThatWasLostInPartIsCounted) {
  Talk talk("amqp091");
  talk.client(publish("", "a") + content("hello world", 1, 4).substr(0, 40));
  talk.lose_of_client(0);
  talk.client(frame(3, 1, "ello"));
  talk.client(publish("", "b") + content("x"));
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Amqp091, AfterAPublishMayHaveBeenLostConfirmsAreNotCounted) {
  Talk talk("amqp091");
  talk.client(kSelect + publish("", "a") + content("x"));
  talk.lose_of_client(0);
  talk.client(publish("", "b") + content("x"));
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0"));
  talk.server(confirmation(kBasicAck, 1));
  talk.server(confirmation(kBasicAck, 2));
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0", "publish a 0"));
}

TEST(Amqp091, LostDeliveriesLeaveTheClientsSideAlone) {
  Talk talk("amqp091");
  talk.client(kSelect + publish("", "a") + content("x"));
  talk.server(deliver("", "q") + content("hello").substr(0, 10));
  talk.lose_of_server(0);
  talk.server(confirmation(kBasicAck, 1));
  talk.server(deliver("", "r") + content("hello"));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "process r 0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Amqp091, ABodyThatWasNotCapturedCostsNothing) {
  Talk talk("amqp091");
  const std::string whole = publish("", "a") + content(std::string(5000, 'x'));
  talk.client(whole.substr(0, 100), whole.size() - 100);
  talk.client(publish("", "b") + content("x"));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0", "publish b 0"));
  EXPECT_EQ(talk.sink.stream_requests, 1);
}

TEST(Amqp091, MoreThanCanWaitLosesNothing) {
  Talk talk("amqp091");
  talk.client(kSelect);
  for (int i = 0; i < 5000; ++i) talk.client(publish("", "q") + content("x"));
  talk.server(confirmation(kBasicAck, 5000, true));
  EXPECT_EQ(talk.sink.spans.size(), 5000U);
}

TEST(Amqp091, TheBrokersSideHasNoSpans) {
  Talk talk("amqp091", {.client_direction = model::Direction::kReceive});
  EXPECT_EQ(talk.client(std::string(kProtocolHeader)), ChunkResult::Message);
  EXPECT_EQ(talk.client(publish("", "a") + content("x")), ChunkResult::Handover);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(Amqp091, PasswordsStayWhereTheyWere) {
  for (const std::string& line : spans_of("amqp091", typical()))
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
}

TEST(Amqp091Detect, TheHeaderOrAFrameProves) {
  const auto client = model::ConnectionRole::kClient;
  EXPECT_EQ(classified({{false, std::string(kProtocolHeader)}}), "amqp091");
  EXPECT_EQ(classified({{false, "AMQP"}, {false, std::string(kProtocolHeader.substr(4))}}),
            "amqp091");
  EXPECT_EQ(classified({{false, publish("", "a")}}, client, 0, true), "amqp091");
  EXPECT_EQ(classified({{true, deliver("", "a")}}, client, 0, true), "amqp091");
  EXPECT_NE(classified({{false, deliver("", "a")}}, client, 0, true),
            "amqp091");                                           // not the client's
  EXPECT_NE(classified({{false, publish("", "a")}}), "amqp091");  // does not begin so
  std::string no_end = publish("", "a");
  no_end.back() = 0;
  EXPECT_NE(classified({{false, no_end}}, client, 0, true), "amqp091");
  EXPECT_NE(classified({{false, std::string("AMQP\1\1\0\x09", 8)}}), "amqp091");  // 0-9
}

}  // namespace
}  // namespace obi::protocol::amqp091
