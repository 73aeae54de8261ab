// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/stream_order.hpp"

#include <gtest/gtest.h>

namespace obi::pipeline {
namespace {

using model::Direction;

model::Segment segment(Direction direction, std::uint32_t position, std::uint32_t size,
                       std::uint32_t peer) {
  model::Segment result;
  result.direction = direction;
  result.position = position;
  result.total_bytes = size;
  result.peer_position = peer;
  result.has_position = true;
  return result;
}

Arrival look(const StreamOrder& order, const model::Segment& segment, bool patient = true) {
  std::uint32_t missing = 0;
  return order.look(segment, patient, missing);
}

TEST(StreamOrder, BytesThatFollowOneAnotherAreInOrder) {
  StreamOrder order;
  const auto first = segment(Direction::kReceive, 100, 10, 500);
  EXPECT_EQ(look(order, first), Arrival::kInOrder);
  order.take(first);
  EXPECT_EQ(look(order, segment(Direction::kReceive, 110, 5, 500)), Arrival::kInOrder);
}

TEST(StreamOrder, AnAnswerWaitsForTheRequestThatAnotherThreadIsStillReporting) {
  StreamOrder order;
  order.take(segment(Direction::kSend, 100, 10, 500));
  order.take(segment(Direction::kReceive, 500, 20, 110));
  const auto answer = segment(Direction::kReceive, 520, 30, 160);
  EXPECT_EQ(look(order, answer), Arrival::kEarly);
  order.take(segment(Direction::kSend, 110, 50, 520));
  EXPECT_EQ(look(order, answer), Arrival::kInOrder);
}

TEST(StreamOrder, OnANewConnectionTheFirstMoverIsWaitedFor) {
  StreamOrder order;
  order.set_first_mover(Direction::kSend);
  const auto answer = segment(Direction::kReceive, 500, 30, 160);
  EXPECT_EQ(look(order, answer), Arrival::kEarly);
  order.take(segment(Direction::kSend, 110, 50, 500));
  EXPECT_EQ(look(order, answer), Arrival::kInOrder);
}

TEST(StreamOrder, AServerMaySpeakFirst) {
  for (const Direction servers : {Direction::kSend, Direction::kReceive}) {
    const Direction clients = opposite(servers);
    StreamOrder order;
    order.set_first_mover(clients);
    const auto greeting = segment(servers, 500, 30, 100);
    const auto request = segment(clients, 100, 50, 530);
    EXPECT_EQ(look(order, greeting), Arrival::kEarly);
    order.compare(greeting, request);
    EXPECT_EQ(look(order, request), Arrival::kEarly);
    EXPECT_EQ(look(order, greeting), Arrival::kInOrder);
    order.take(greeting);
    EXPECT_EQ(look(order, request), Arrival::kInOrder);
  }
}

TEST(StreamOrder, AnAnswerThatWasReportedBeforeItsRequestIsNoGreeting) {
  StreamOrder order;
  order.set_first_mover(Direction::kSend);
  const auto answer = segment(Direction::kReceive, 500, 30, 150);
  const auto request = segment(Direction::kSend, 100, 50, 500);
  order.compare(answer, request);
  EXPECT_EQ(look(order, answer), Arrival::kEarly);
  EXPECT_EQ(look(order, request), Arrival::kInOrder);
}

TEST(StreamOrder, WhatNeverComesIsAGapOfKnownSize) {
  StreamOrder order;
  order.take(segment(Direction::kReceive, 100, 10, 500));
  const auto later = segment(Direction::kReceive, 150, 10, 500);
  EXPECT_EQ(look(order, later), Arrival::kEarly);
  std::uint32_t missing = 0;
  EXPECT_EQ(order.look(later, false, missing), Arrival::kGap);
  EXPECT_EQ(missing, 40U);
}

TEST(StreamOrder, BytesSeenBeforeAreDuplicatesAndOverlapIsCut) {
  StreamOrder order;
  order.take(segment(Direction::kReceive, 100, 50, 500));
  EXPECT_EQ(look(order, segment(Direction::kReceive, 100, 50, 500)), Arrival::kDuplicate);
  EXPECT_EQ(look(order, segment(Direction::kReceive, 120, 30, 500)), Arrival::kDuplicate);
  const auto overlapping = segment(Direction::kReceive, 140, 30, 500);
  EXPECT_EQ(look(order, overlapping), Arrival::kInOrder);
  EXPECT_EQ(order.overlap(overlapping), 10U);
}

TEST(StreamOrder, PositionsWrapRound) {
  StreamOrder order;
  order.take(segment(Direction::kReceive, 0xfffffff0U, 0x20, 1));
  const auto next = segment(Direction::kReceive, 0x10, 8, 1);
  EXPECT_EQ(look(order, next), Arrival::kInOrder);
  EXPECT_EQ(order.overlap(next), 0U);
}

TEST(StreamOrder, TheFinTakesANumberAndIsNotWaitedFor) {
  StreamOrder order;
  order.take(segment(Direction::kSend, 100, 10, 500));
  order.take(segment(Direction::kReceive, 500, 10, 110));
  EXPECT_EQ(look(order, segment(Direction::kReceive, 510, 10, 111)), Arrival::kInOrder);
}

TEST(StreamOrder, AReadThatTakesTheFinAlongIsInOrder) {
  StreamOrder order;
  order.take(segment(Direction::kReceive, 100, 10, 500));
  EXPECT_EQ(look(order, segment(Direction::kReceive, 111, 19, 500)), Arrival::kInOrder);
}

TEST(StreamOrder, WithoutPositionsEverythingPasses) {
  StreamOrder order;
  model::Segment any;
  any.total_bytes = 10;
  EXPECT_EQ(look(order, any), Arrival::kInOrder);
  order.take(any);
  EXPECT_EQ(look(order, any), Arrival::kInOrder);
}

TEST(HeldSegment, OwnsItsBytes) {
  std::array<std::byte, 4> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  model::Segment original;
  original.payload = std::span(bytes).first(3);
  original.tail = std::span(bytes).last(1);
  std::vector<HeldSegment> held;
  held.emplace_back(original);
  for (int i = 0; i < 10; ++i) held.emplace_back(original);
  bytes.fill(std::byte{0});
  ASSERT_EQ(held[0].segment.payload.size(), 3U);
  EXPECT_EQ(held[0].segment.payload[2], std::byte{3});
  ASSERT_EQ(held[0].segment.tail.size(), 1U);
  EXPECT_EQ(held[0].segment.tail[0], std::byte{4});
}

}  // namespace
}  // namespace obi::pipeline
