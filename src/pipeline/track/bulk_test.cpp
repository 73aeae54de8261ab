// SPDX-License-Identifier: Apache-2.0
// A connection on which bytes were lost in the midst of a long request isn't left alone: what can't
// be read is the rest of that request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/track/collecting_batcher.hpp"

namespace obi::pipeline {
namespace {

using model::Direction;
using testing::Contains;
using testing::StartsWith;
using testing::Test;

class BulkTest : public Test {
 protected:
  static model::ConnectionOpened opened() {
    model::ConnectionOpened opened;
    opened.id = 1;
    opened.role = model::ConnectionRole::kClient;
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
    connection_.on_segment(segment);
    for (int i = 0; i < 2; ++i) connection_.on_tick(now_ns_ += 500);
    made_.batcher.flush_if_full();
  }
  void lose(Direction direction, std::uint32_t count) {
    next_[static_cast<std::size_t>(direction)] += count;
  }

  CollectingBatcher made_;
  protocol::CollectingSink& sink_ = made_.spans;
  Connection connection_{made_.context, opened()};
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
  EXPECT_FALSE(made_.is_silenced);
}

// Where the loss holds the end of one message and the beginning of another, nothing says how long
// what follows will go on, and nothing is open.
struct Messages {
  std::string_view protocol;
  std::string_view greeting;  // of the server
  std::string begin;          // a whole message and the beginning of a long one
  std::string next;           // a whole message
  std::string_view span;      // of that
};

std::string operator""_s(const char* text, std::size_t size) { return {text, size}; }

std::string amqp091_publish(char key) {
  return "\1\0\1\0\0\0\x0a\0\x3c\0\x28\0\0\0\1"_s + key + "\0\xce"_s +  // basic.publish
         "\2\0\1\0\0\0\x0e\0\x3c\0\0\0\0\0\0\0\0\0\1\0\0\xce"_s +       // content header
         "\3\0\1\0\0\0\1x\xce"_s;
}

std::vector<Messages> messages_of_protocols() {
  const std::string x(9000, 'x');
  return {
      {"amqp091", "", "AMQP\0\0\x09\1"_s + amqp091_publish('a') + "\3\0\1\0\1\0\0"_s + x,
       amqp091_publish('b'), "publish b"},
      {"nats", "INFO {}\r\n", "CONNECT {}\r\nPUB a 1\r\nx\r\nPUB a 60000\r\n" + x,
       "PUB b 1\r\nx\r\n", "publish b"},
      {"mqtt", "", "\x10\x0c\0\4MQTT\4\2\0\x3c\0\0\x30\4\0\1ax\x30\xe0\xd4\3\0\1a"_s + x,
       "\x30\4\0\1bx"_s, "publish b"},
      {"memcached", "", "set a 0 0 1 noreply\r\nx\r\nset a 0 0 60000 noreply\r\n" + x,
       "set b 0 0 1 noreply\r\nx\r\n", "SET  0 text=[b]"},
  };
}

class BulkMessagesTest : public BulkTest, public testing::WithParamInterface<Messages> {};

TEST_P(BulkMessagesTest, WhatFollowsALossIsFoundHoweverLongTheRestOfAMessageIs) {
  if (!GetParam().greeting.empty()) say(Direction::kReceive, GetParam().greeting);
  say(Direction::kSend, GetParam().begin);
  lose(Direction::kSend, 120'000);
  for (int i = 0; i < 100; ++i) say(Direction::kSend, std::string(900, 'y'));
  say(Direction::kSend, GetParam().next);
  say(Direction::kSend, GetParam().next);
  EXPECT_EQ(made_.ledger.get(model::Reason::ConnectionsReclassified), 0U);
  EXPECT_FALSE(made_.is_silenced);
  EXPECT_THAT(sink_.reported(), Contains(StartsWith(GetParam().span)).Times(2));
}

INSTANTIATE_TEST_SUITE_P(Protocols, BulkMessagesTest, testing::ValuesIn(messages_of_protocols()),
                         [](const auto& each) { return std::string(each.param.protocol); });

}  // namespace
}  // namespace obi::pipeline
