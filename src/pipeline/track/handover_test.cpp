// SPDX-License-Identifier: Apache-2.0
// A conversation that ends in another protocol: a toy, whose first line is all of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "pipeline/track/collecting_batcher.hpp"

namespace obi::pipeline {
namespace {

using model::Direction;
using protocol::ChunkResult;

class OneLine final : public protocol::Conversation {
 public:
  ChunkResult on_chunk(const protocol::Chunk& chunk, protocol::SpanSink&) override {
    const std::size_t line = is_over_ ? 0 : protocol::text_of(chunk.bytes).find('\n') + 1;
    is_over_ = true;
    unread_ = chunk.bytes.size() - line;
    return unread_ > 0 ? ChunkResult::Handover : ChunkResult::Message;
  }
  [[nodiscard]] protocol::Handover handover() const override {
    return {.to = protocol::Handover::To::kProtocol,
            .row = protocol::find_protocol("http1"),
            .unread = unread_};
  }
  void on_end_of_stream(Direction, std::uint64_t, protocol::SpanSink&) override {}
  void on_gap(Direction, std::uint64_t, protocol::SpanSink&) override {}
  void on_close(const protocol::Closing&, protocol::SpanSink&) override {}
  void on_tick(std::uint64_t, protocol::SpanSink&) override {}
  [[nodiscard]] bool has_open_request() const override { return false; }
  [[nodiscard]] std::size_t held_bytes() const override { return sizeof(*this); }

 private:
  bool is_over_ = false;
  std::size_t unread_ = 0;
};

class HandoverTest : public testing::Test {
 protected:
  HandoverTest() {
    stream_.begin(std::make_unique<OneLine>(), {.client_direction = Direction::kReceive});
  }
  void say(Direction direction, std::string_view text) {
    model::Segment segment;
    segment.direction = direction;
    segment.total_bytes = static_cast<std::uint32_t>(text.size());
    segment.payload = std::as_bytes(std::span(text));
    segment.start_ns = segment.end_ns = ++now_ns_;
    stream_.on_segment(segment);
  }
  CollectingBatcher made_;
  model::ConnectionOpened info_{.id = 1, .role = model::ConnectionRole::kServer};
  Stream stream_{made_.context, info_, model::Source::kPlain};
  std::uint64_t now_ns_ = 1'000;
};

constexpr std::string_view kRequest = "GET /a HTTP/1.1\r\n\r\n";
constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";

TEST_F(HandoverTest, BytesBehindItInTheSameCallAreTheNextProtocols) {
  say(Direction::kReceive, "upgrade\nGET /a HTTP/1.1\r\n\r\n");
  say(Direction::kSend, kAnswer);
  made_.batcher.finish();
  EXPECT_EQ(made_.spans.reported(), std::vector<std::string>{"GET /a 204"});
  EXPECT_EQ(made_.ledger.get(model::Reason::SegmentsParsed), 2U);
}

TEST_F(HandoverTest, WhatComesWithTheNextCallIsTheNextProtocols) {
  say(Direction::kReceive, "upgrade\n");
  say(Direction::kReceive, kRequest);
  say(Direction::kSend, kAnswer);
  made_.batcher.finish();
  EXPECT_EQ(made_.spans.reported(), std::vector<std::string>{"GET /a 204"});
  EXPECT_EQ(made_.ledger.get(model::Reason::SegmentsParsed), 3U);
  EXPECT_FALSE(made_.is_silenced);
}

}  // namespace
}  // namespace obi::pipeline
