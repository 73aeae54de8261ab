// SPDX-License-Identifier: Apache-2.0
// Cutting streams into messages, with a protocol made for it: a message is one byte of length,
// itself included, and text; or 0xfe, one byte of length and text. An answer belongs to the oldest
// request.
#include "protocol/message_conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/in_order.hpp"

namespace obi::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Toy final : public MessageConversation {
 public:
  explicit Toy(const ConversationStart& start = {}) : MessageConversation(start, 16) {}

 protected:
  Size measure(PeerRole, std::span<const std::byte> bytes) override {
    const auto size = std::to_integer<std::uint64_t>(bytes[0]);
    if (size == 0xff) return std::unexpected(ParseError::Unsupported);
    if (size == 0xfe && bytes.size() < 2) return std::unexpected(ParseError::Truncated);
    if (size == 0xfe && bytes[1] > std::byte{2}) return std::to_integer<std::uint64_t>(bytes[1]);
    if (size < 2 || size == 0xfe) return std::unexpected(ParseError::Malformed);
    return size;
  }
  void on_message(const Message& message, SpanSink& sink) override {
    if (message.from == PeerRole::kClient) {
      if (Request* request = requests_.push(message.take_origin(), true, sink))
        request->text = text_of(message.bytes.subspan(1));
      return;
    }
    if (requests_.empty()) return sink.note(Note::ResponseUnpaired);
    model::Span& span = sink.emit_span(model::EventType::kRedisClient, requests_.front().identity,
                                       {.end_ns = message.end_ns, .response_bytes = message.size});
    span.method = sink.arena().copy(requests_.front().text);
    span.path = sink.arena().copy(text_of(message.bytes.subspan(1)));
    requests_.pop();
  }
  void on_part(PeerRole from, std::span<const std::byte> bytes, std::uint64_t missing,
               SpanSink&) override {
    if (from != PeerRole::kServer) return;
    parts += text_of(bytes);
    parts += std::string(missing, '?');
  }
  void on_lost(PeerRole, SpanSink& sink) override { requests_.lose(sink); }
  bool on_missing(PeerRole, std::uint64_t, std::span<const std::byte> tail, std::uint64_t,
                  SpanSink&) override {
    return text_of(tail).ends_with("END");
  }
  bool ends_loss(PeerRole, std::uint64_t, std::span<const std::byte> tail, std::uint64_t,
                 SpanSink&) override {
    return text_of(tail).ends_with("END");
  }
  void on_unanswered(Unanswered& open, SpanSink&) override {
    requests_.end_all(open, [](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
      model::Span& span =
          failed.emit_span(model::EventType::kRedisClient, request.identity, {.end_ns = end_ns});
      span.method = failed.arena().copy(request.text);
    });
  }
  void abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) override {
    requests_.abandon(why, sink);
  }
  void on_time(std::uint64_t, bool quiet, SpanSink&) override {
    if (quiet) requests_.settle();
  }
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }
  [[nodiscard]] std::size_t state_bytes() const override { return requests_.held_bytes(); }

 public:
  std::string parts;  // of the server's messages

 private:
  struct Request {
    RequestIdentity identity;
    std::string text;
  };
  InOrder<Request> requests_;
};

class MessageConversationTest : public testing::Test {
 protected:
  ~MessageConversationTest() override {
    toy.on_close({.ns = now}, sink);
    EXPECT_TRUE(sink.adds_up());
    EXPECT_TRUE(sink.has_begun_ids());
  }
  ChunkResult say(bool client, std::string_view bytes, std::uint64_t missing = 0,
                  std::string_view tail = {}) {
    now += 10;
    return toy.on_chunk({.direction = client ? model::Direction::kSend : model::Direction::kReceive,
                         .bytes = std::as_bytes(std::span(bytes)),
                         .missing_bytes = missing,
                         .tail = std::as_bytes(std::span(tail)),
                         .start_ns = now,
                         .end_ns = now},
                        sink);
  }
  ChunkResult client(std::string_view bytes, std::uint64_t missing = 0,
                     std::string_view tail = {}) {
    return say(true, bytes, missing, tail);
  }
  ChunkResult server(std::string_view bytes, std::uint64_t missing = 0,
                     std::string_view tail = {}) {
    return say(false, bytes, missing, tail);
  }

  Toy toy;
  CollectingSink sink;
  std::uint64_t now = 1000;
};

TEST_F(MessageConversationTest, AHeaderThatComesInPartsAndMakesNoSenseLeavesNothingBehind) {
  client("\4abc");
  server("\3ok");
  client("\xfe");
  client("\1 what is this");
  client("\4def");
  server("\3ok");
  ASSERT_EQ(sink.spans.size(), 2U);
  EXPECT_EQ(sink.spans[1].method, "def");
}

TEST_F(MessageConversationTest, AMessageThatComesInPartsIsOneFromItsFirstToItsLastByte) {
  client("\4");
  client("ab");
  client("c\3de");
  server("\3x");
  server("y");
  server("\2z");
  EXPECT_THAT(sink.reported(), ElementsAre("abc xy 0", "de z 0"));
  EXPECT_EQ(sink.spans[0].start_ns, 1010U);
  EXPECT_EQ(sink.spans[0].end_ns, 1050U);
}

TEST_F(MessageConversationTest, WhatIsBeyondTheKeptBytesIsCutAndItsLengthKnown) {
  client("\2q");
  server(
      "\x20"
      "0123456789",
      0);
  server("0123456789", 11);
  EXPECT_THAT(sink.reported(), ElementsAre("q 012345678901234 0"));
  EXPECT_EQ(sink.spans[0].response_bytes, 32);
}

TEST_F(MessageConversationTest, BytesThatWereNotCapturedInsideAMessageCostNothing) {
  client("\2q");
  server(
      "\x20"
      "01",
      29);
  client("\2r");
  server("\2s");
  EXPECT_THAT(sink.reported(), ElementsAre("q 01 0", "r s 0"));
}

TEST_F(MessageConversationTest, AMessageIsShownInParts) {
  client("\2q");
  server(
      "\x0c"
      "01234");
  server("5", 2);
  toy.on_gap(model::Direction::kReceive, 1, sink);
  server("9a\2x");
  EXPECT_EQ(toy.parts,
            "\x0c"
            "012345"
            "???"
            "9a\2x");
}

TEST_F(MessageConversationTest, MessagesThatWereNotCapturedCostTheRequestsWhoseAnswersTheyMayBe) {
  client("\2a\2b\2c");
  server("\2x", 4);
  client("\2d");
  EXPECT_EQ(sink.notes[Note::RequestLostResponse],
            3U);  // the last one: answers can't be assigned yet
  toy.on_tick(now += 11'000'000'000, sink);
  client("\2e");
  server("\2y");
  EXPECT_THAT(sink.reported(), ElementsAre("a x 0", "e y 0"));
}

TEST_F(MessageConversationTest, ATailMayProveThatMissingBytesEndWithAMessage) {
  client("\2a");
  server("\2x", 30, "....END");
  client("\2b");
  server("\2y");
  EXPECT_THAT(sink.reported(), ElementsAre("a x 0", "b y 0"));
}

TEST_F(MessageConversationTest, ATailMayEndALossToo) {
  client("\2a");
  server("", 4, "....");
  server("garbage, or not", 8, "....END");
  client("\2b");
  server("\2y");
  EXPECT_THAT(sink.reported(), ElementsAre("b y 0"));
}

TEST_F(MessageConversationTest, AClientThatNeverPipelinesIsFollowedAgainAtOnce) {
  client("\2a");
  toy.on_gap(model::Direction::kReceive, 0, sink);
  client("\2b");
  server("\2y");
  EXPECT_THAT(sink.reported(), ElementsAre("b y 0"));
  EXPECT_EQ(sink.notes[Note::RequestLostResponse], 1U);
}

TEST_F(MessageConversationTest, AGapThatEndsInsideAMessageIsBridged) {
  client("\2a");
  server(
      "\6"
      "12");
  toy.on_gap(model::Direction::kReceive, 2, sink);
  server("5");
  client("\2b");
  server("\2y");
  EXPECT_THAT(sink.reported(), ElementsAre("a 12 0", "b y 0"));
}

TEST_F(MessageConversationTest, AGapThatEndsWithAMessageIsBridged) {
  client("\2a");
  server(
      "\6"
      "12");
  toy.on_gap(model::Direction::kReceive, 3, sink);
  EXPECT_THAT(sink.reported(), ElementsAre("a 12 0"));
}

TEST_F(MessageConversationTest, WhatCantBeReadAnyMoreIsLeft) {
  client("\2a");
  EXPECT_EQ(server("\xff"), ChunkResult::Message);
  EXPECT_EQ(client("\2b"), ChunkResult::Handover);
  EXPECT_EQ(sink.notes[Note::RequestUpgraded], 1U);
  EXPECT_EQ(sink.notes[Note::MessageUnsupported], 1U);
}

TEST_F(MessageConversationTest, GarbageIsSkippedUpToACallThatBeginsAMessage) {
  EXPECT_EQ(client("\1"), ChunkResult::Unrecognised);
  EXPECT_EQ(client("\2a"), ChunkResult::Message);
  server("\2x\1garbage");
  EXPECT_EQ(server("\1"), ChunkResult::Resync);
  client("\2b");
  EXPECT_EQ(server("\2y"), ChunkResult::Message);
  EXPECT_THAT(sink.reported(), ElementsAre("a x 0", "b y 0"));
  EXPECT_EQ(sink.notes[Note::MessageMalformed], 1U);
}

TEST_F(MessageConversationTest, SeveralRequestsAtOnceAskForEveryByte) {
  client("\2a\2b\2c");
  EXPECT_EQ(sink.stream_requests, 1);
}

TEST(MessageConversation, InMidLifeItWaitsForACallThatBeginsAMessage) {
  Toy toy({.mid_life = true});
  CollectingSink sink;
  const auto say = [&](model::Direction direction, std::string_view bytes) {
    return toy.on_chunk({.direction = direction, .bytes = std::as_bytes(std::span(bytes))}, sink);
  };
  EXPECT_EQ(say(model::Direction::kReceive, "\x30 rest of an answer"), ChunkResult::Unrecognised);
  say(model::Direction::kSend, "\2a");
  say(model::Direction::kReceive, "\2x");
  EXPECT_THAT(sink.reported(), ElementsAre("a x 0"));
  toy.on_close({}, sink);
}

}  // namespace
}  // namespace obi::protocol
