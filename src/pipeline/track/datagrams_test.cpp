// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection_tracker_fixture.hpp"

namespace obi::pipeline {
namespace {

using model::Direction;
using model::Reason;

const std::string kQuestion =
    std::string("\0\0\1\0\0\0\0\0\0", 9) + "\1a\4test" + std::string("\0\0\1\0\1", 5);
std::string query(char id) { return std::string("\0", 1) + id + "\1" + kQuestion; }
std::string response(char id) { return std::string("\0", 1) + id + "\x81" + kQuestion; }

model::ConnectionOpened resolver() {
  model::ConnectionOpened opened;
  opened.id = 1;
  opened.ns = 10'000;
  opened.role = model::ConnectionRole::kClient;
  opened.remote.port = 53;
  opened.datagrams = true;
  return opened;
}

model::Segment datagram(Direction direction, std::string_view text, std::uint64_t ns) {
  model::Segment segment;
  segment.connection_id = 1;
  segment.direction = direction;
  segment.start_ns = segment.end_ns = ns;
  segment.total_bytes = static_cast<std::uint32_t>(text.size());
  segment.payload = std::as_bytes(std::span(text));
  return segment;
}

TEST_F(ConnectionTrackerTest, AQuietConnectionOfDatagramsIsForgottenAndMayBeAnnouncedAgain) {
  start();
  const std::string first = query(1);
  const std::string answer = response(1);
  tracker_->on_opened(resolver());
  tracker_->on_segment(datagram(Direction::kSend, first, now_ns_));
  tracker_->on_segment(datagram(Direction::kReceive, answer, now_ns_));
  EXPECT_EQ(spans_, Spans{"A a.test 0"});
  tracker_->on_opened(resolver());
  EXPECT_EQ(tracker_->connection_count(), 1U);
  tick(45);
  EXPECT_EQ(tracker_->connection_count(), 0U);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsClosed), 1U);
  tracker_->on_opened(resolver());
  tracker_->on_segment(datagram(Direction::kSend, first, now_ns_));
  tracker_->on_segment(datagram(Direction::kReceive, answer, now_ns_));
  EXPECT_EQ(spans_.size(), 2U);
}

TEST_F(ConnectionTrackerTest, AQuestionThatWaitsKeepsItsConnectionUntilItIsAbandoned) {
  start();
  const std::string first = query(1);
  tracker_->on_opened(resolver());
  tracker_->on_segment(datagram(Direction::kSend, first, now_ns_));
  tick(45);
  EXPECT_EQ(tracker_->connection_count(), 1U);
  tick(25);
  EXPECT_EQ(spans_, Spans{"A a.test 5"});
  EXPECT_EQ(tracker_->connection_count(), 0U);
}

TEST_F(ConnectionTrackerTest, AConnectionThatIsForgottenAccountsForWhatItHeld) {
  start();
  const std::string first = query(1);
  tracker_->on_opened(resolver());
  model::Segment known = datagram(Direction::kReceive, first, now_ns_);
  known.has_position = true;
  tracker_->on_segment(known);
  known.position = 1'000'000;  // what goes before it may be on its way
  tracker_->on_segment(known);
  tracker_->on_tick(now_ns_ += 4'000'000'000);
  EXPECT_EQ(tracker_->connection_count(), 0U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsSeen), 2U);
}

}  // namespace
}  // namespace obi::pipeline
