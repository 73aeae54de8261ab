// SPDX-License-Identifier: Apache-2.0
// A connection on which bytes were lost in the midst of a long request isn't left alone: what can't
// be read is the rest of that request.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "pipeline/track/connection.hpp"
#include "protocol/conversation_fixture.hpp"

namespace obi::pipeline {
namespace {

using model::Direction;
using testing::Test;

class BulkTest : public Test {
 protected:
  BulkTest() : connection_(opened()) {}
  static model::ConnectionOpened opened() {
    model::ConnectionOpened opened;
    opened.id = 1;
    opened.role = model::ConnectionRole::kClient;
    opened.remote.port = 6379;
    return opened;
  }
  void say(Direction direction, std::string_view text) {
    const auto own = static_cast<std::size_t>(direction);
    model::Segment segment;
    segment.direction = direction;
    segment.total_bytes = static_cast<std::uint32_t>(text.size());
    segment.has_position = true;
    segment.position = next_[own];
    segment.peer_position = next_[1 - own];
    segment.payload = std::as_bytes(std::span(text));
    segment.start_ns = segment.end_ns = now_ns_ += 1000;
    next_[own] += segment.total_bytes;
    connection_.on_segment(segment, context());
    for (int i = 0; i < 2; ++i) connection_.on_tick(now_ns_ += 500, context());
  }
  void lose(Direction direction, std::uint32_t count) {
    next_[static_cast<std::size_t>(direction)] += count;
  }
  ConnectionContext context() { return {.ledger = ledger_, .sink = sink_, .options = options_}; }

  model::Ledger ledger_;
  protocol::CollectingSink sink_;
  protocol::ConversationOptions options_;
  Connection connection_;
  std::array<std::uint32_t, 2> next_{100, 9000};
  std::uint64_t now_ns_ = 1000;
};

TEST_F(BulkTest, ALongRequestWithALossIsASpanAndSoIsTheNext) {
  say(Direction::kSend, "*5\r\n$4\r\nMSET\r\n$1\r\nk\r\n$100000\r\n" + std::string(9000, 'x'));
  lose(Direction::kSend,
       120'000);  // the end of the value, a key and the beginning of another value
  for (int i = 0; i < 100; ++i) say(Direction::kSend, std::string(900, 'y'));
  const std::uint64_t end_ns = now_ns_;
  say(Direction::kReceive, "+OK\r\n");
  say(Direction::kSend, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
  say(Direction::kReceive, "$-1\r\n");
  ASSERT_EQ(sink_.spans.size(), 2U) << ::testing::PrintToString(sink_.reported());
  EXPECT_EQ(sink_.spans[0].method, "MSET");
  EXPECT_GT(sink_.spans[0].end_ns, end_ns);
  EXPECT_EQ(sink_.spans[1].method, "GET");
  EXPECT_FALSE(connection_.is_silent());
}

}  // namespace
}  // namespace obi::pipeline
