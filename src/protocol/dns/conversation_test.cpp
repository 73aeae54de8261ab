// SPDX-License-Identifier: Apache-2.0
#include "protocol/dns/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"
#include "protocol/dns/message_fixture.hpp"
#include "protocol/dns/options.hpp"

namespace obi::protocol::dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kName = "dns";
constexpr ConversationStart kUdp{.server_port = 53, .datagrams = true};
constexpr ConversationStart kMulticast{.server_port = 5353, .datagrams = true};

std::string_view answers_of(const Talk& talk, std::size_t span = 0) {
  return talk.sink.spans.at(span).dns->answers;
}

TEST(DnsConversation, AQuestionAndItsAnswerAreOneSpan) {
  Talk talk(kName, kUdp);
  const std::string asked = query(7, "www.Example.org", 1);
  const std::string answered = response(7, "www.example.org", 1, a_record(1) + a_record(2), 2);
  talk.client(asked);
  talk.server(answered);
  ASSERT_THAT(talk.reported(), ElementsAre("A www.Example.org 0"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kDns);
  EXPECT_EQ(span.dns->answers, "10.0.0.1,10.0.0.2");
  EXPECT_EQ(span.dns->answer_count, 2);
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1020U);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, static_cast<std::int64_t>(asked.size()));
  EXPECT_EQ(span.response_bytes, static_cast<std::int64_t>(answered.size()));
}

TEST(DnsConversation, AnswersMayComeInAnyOrder) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.client(query(8, "a.test", 28));
  talk.server(response(8, "a.test", 28, {}, 0, 3));
  talk.server(response(7, "a.test", 1, a_record(9), 1));
  EXPECT_THAT(talk.reported(), ElementsAre("AAAA a.test 3", "A a.test 0"));
  EXPECT_EQ(answers_of(talk, 0), "");
  EXPECT_EQ(answers_of(talk, 1), "10.0.0.9");
}

TEST(DnsConversation, WhatIsAskedAgainIsTheSameLookUp) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.client(query(7, "a.test", 1));
  talk.server(response(7, "a.test", 1, a_record(1), 1));
  talk.server(response(7, "a.test", 1, a_record(1), 1));
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 0"));
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1010U);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 1U);
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
}

TEST(DnsConversation, AnAnswerToSomethingElseIsNoAnswer) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.server(response(7, "b.test", 1, a_record(6), 1));
  talk.server(response(7, "a.test", 28, a_record(6), 1));
  talk.server(response(9, "a.test", 1, a_record(6), 1));
  talk.server(response(7, "A.TEST", 1, a_record(1), 1));
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 0"));
  EXPECT_EQ(answers_of(talk), "10.0.0.1");
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 3U);
}

TEST(DnsConversation, ARefusalMayLeaveOutTheQuestion) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.server(u16s({7, 0x8181, 0, 0, 0, 0}));
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 1"));
}

TEST(DnsConversation, AnIdThatIsUsedAgainAbandonsTheFirst) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.client(query(7, "b.test", 1));
  talk.server(response(7, "b.test", 1, a_record(1), 1));
  EXPECT_THAT(talk.reported(), ElementsAre("A b.test 0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(DnsConversation, WithoutAnswerItIsRefusedAfterAWhile) {
  Talk talk(kName, kUdp, ProtocolOptions().set(Options{.timeout_ns = 2'000'000'000}));
  talk.client(query(7, "a.test", 1));
  talk.stay_quiet(1'000'000'000);
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.stay_quiet(1'500'000'000);
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 5"));
  EXPECT_EQ(talk.sink.spans[0].end_ns, talk.sink.spans[0].start_ns + 2'000'000'000);
  EXPECT_EQ(answers_of(talk), "");
  EXPECT_FALSE(talk.conversation().has_open_request());
  talk.server(response(7, "a.test", 1, a_record(1), 1));
  EXPECT_EQ(talk.sink.spans.size(), 1U);
}

TEST(DnsConversation, ADatagramThatIsCutIsReadAsFarAsItWasCaptured) {
  Talk talk(kName, kUdp);
  talk.client(query(7, "a.test", 1));
  talk.server(response(7, "a.test", 1, a_record(1) + a_record(2), 3).substr(0, 60), 500);
  talk.client(query(8, "a.test", 1));
  talk.server(response(8, "a.test", 1, a_record(3), 1));
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 0", "A a.test 0"));
  EXPECT_EQ(answers_of(talk, 1), "10.0.0.3");
}

TEST(DnsConversation, GarbageInADatagramIsNoted) {
  Talk talk(kName, kUdp);
  talk.client("?");
  talk.client(query(7, "a.test", 1).substr(0, 15));
  talk.client(query(7, "a.test", 1));
  talk.server("garbage");
  talk.server(response(7, "a.test", 1));
  EXPECT_THAT(talk.reported(), ElementsAre("A a.test 0"));
  EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 3U);
}

TEST(DnsConversation, TcpMayPipelineAndSplit) {
  Talk talk(kName);
  const std::string both = framed(query(1, "a.test", 1)) + framed(query(2, "b.test", 15));
  talk.client(both.substr(0, 1));
  talk.client(both.substr(1));
  const std::string answers =
      framed(response(2, "b.test", 15)) + framed(response(1, "a.test", 1, a_record(1), 1));
  talk.server(answers.substr(0, 30));
  talk.server(answers.substr(30));
  EXPECT_THAT(talk.reported(), ElementsAre("MX b.test 0", "A a.test 0"));
}

TEST(DnsConversation, LostBytesOfATcpConnectionCostTheirAnswersOnly) {
  Talk talk(kName);
  talk.client(framed(query(1, "a.test", 1)) + framed(query(2, "b.test", 1)));
  talk.lose_of_server(0);
  talk.server(framed(response(2, "b.test", 1, a_record(1), 1)));
  EXPECT_THAT(talk.reported(), ElementsAre("A b.test 0"));
  talk.close();
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(DnsConversation, TheAnsweringSideHasNoSpans) {
  Talk talk(kName, {.client_direction = model::Direction::kReceive, .server_port = 53});
  talk.client(framed(query(1, "a.test", 1)));
  talk.server(framed(response(1, "a.test", 1, a_record(1), 1)));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_TRUE(talk.sink.notes.empty());
}

TEST(DnsConversation, UpdatesAndNotificationsAreNoLookUps) {
  Talk talk(kName, kUdp);
  talk.client(u16s({1, 0x2800, 1, 0, 0, 0}) + question("a.test", 6));
  talk.server(u16s({1, 0xa800, 1, 0, 0, 0}) + question("a.test", 6));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_TRUE(talk.sink.notes.empty());
}

TEST(DnsConversation, MulticastAnswersStandForThemselves) {
  Talk talk(kName, kMulticast);
  talk.client(u16s({0, 0, 2, 0, 0, 0}) + question("a.local", 1) + question("b.local", 28));
  const std::string elsewhere =
      name("a.local") + u16s({1, 0x8001, 0, 60, 4}) + std::string("\x0a\0\0\x05", 4);
  const std::string unasked =
      name("c.local") + u16s({1, 0x8001, 0, 60, 4}) + std::string("\x0a\0\0\x06", 4);
  talk.server(u16s({0, 0, 1, 0, 0, 0}) + question("a.local", 1));  // a neighbour asks, too
  talk.server(u16s({0, 0x8400, 0, 2, 0, 0}) + unasked + elsewhere);
  talk.server(u16s({0, 0x8400, 0, 1, 0, 0}) + unasked);
  talk.client(u16s({0, 0x8400, 0, 1, 0, 0}) + unasked);  // our own answer to a neighbour
  ASSERT_THAT(talk.reported(), ElementsAre("A a.local 0"));
  EXPECT_EQ(answers_of(talk), "10.0.0.5");
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
  talk.stay_quiet(6'000'000'000);
  EXPECT_THAT(talk.reported(), ElementsAre("A a.local 0", "AAAA b.local 5"));
}

TEST(DnsConversation, IsRobust) {
  expect_robust(kName, {{false, framed(query(1, "www.a.test", 1))},
                        {true, framed(response(1, "www.a.test", 1, a_record(1), 1))},
                        {false, framed(query(2, "b", 28)) + framed(query(3, "c.d", 12))},
                        {true, framed(response(3, "c.d", 12, record(12, name("e.f")), 1))},
                        {true, framed(response(2, "b", 28, option_record(1), 0, 2, 1))}});
}

TEST(DnsConversation, DatagramsOfAnyContentAreHarmless) {
  const std::string whole = response(1, "www.a.test", 1, a_record(1), 1);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Talk talk(kName, at % 2 == 0 ? kUdp : kMulticast);
      talk.client(query(1, "www.a.test", 1));
      std::string flipped = whole;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ 1U << bit);
      talk.server(flipped);
      talk.server(whole.substr(0, at));
    }
  }
}

TEST(DnsClassifier, KnowsAWholeQuery) {
  const std::string asked = framed(query(1, "www.a.test", 1));
  EXPECT_EQ(classified({{false, asked}}), kName);
  EXPECT_EQ(classified({{false, asked.substr(0, 2)}, {false, asked.substr(2)}}), kName);
  EXPECT_EQ(classified({{false, asked}}, model::ConnectionRole::kServer, 8053), kName);
  EXPECT_EQ(classified({{true, framed(response(9, "a", 1))}, {false, asked}},
                       model::ConnectionRole::kClient, 53, true),
            kName);
}

TEST(DnsClassifier, IsNotDeceived) {
  EXPECT_EQ(classified({{false, framed(query(1, "a", 1) + "x")}}), "");
  EXPECT_EQ(classified({{false, framed(response(1, "a", 1))}}), "");
  EXPECT_EQ(classified({{false, framed(u16s({1, 0x0100, 0, 0, 0, 0}))}}), "");
}

std::string classified_datagram(std::string_view bytes) {
  const Protocols protocols;
  Classifier classifier(
      {.role = model::ConnectionRole::kClient, .remote_port = 53, .datagrams = true}, protocols);
  Chunk chunk;
  chunk.direction = model::Direction::kSend;
  chunk.bytes = std::as_bytes(std::span(bytes));
  const auto decision = classifier.show(chunk);
  if (decision.match != Match::kYes) return "";
  EXPECT_TRUE(decision.start.datagrams);
  EXPECT_EQ(decision.start.server_port, 53);
  return std::string(decision.row->name);
}

TEST(DnsClassifier, ADatagramIsAMessageOrNone) {
  EXPECT_EQ(classified_datagram(query(1, "a.test", 1)), kName);
  EXPECT_EQ(classified_datagram(framed(query(1, "a.test", 1))), "");
  EXPECT_EQ(classified_datagram("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
}

}  // namespace
}  // namespace obi::protocol::dns
