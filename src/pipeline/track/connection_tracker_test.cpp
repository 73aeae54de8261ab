// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection_tracker_fixture.hpp"

namespace obi::pipeline {
namespace {

using model::Reason;

TEST_F(ConnectionTrackerTest, ARequestAndItsAnswerAreASpanWithTheConnectionsEnds) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  tracker_->on_segment(talk.receive(request));
  tracker_->on_segment(talk.send(kOk));
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
  EXPECT_EQ(ports_, std::vector<std::uint16_t>{8080});
}

TEST_F(ConnectionTrackerTest, ASegmentsTraceContextIsItsRequestsAlsoWhereTheSegmentWaited) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string first = get("/a");
  const std::string second = get("/b");
  tracker_->on_segment(talk.receive(first));
  const auto answer = talk.send(kOk);
  auto segment = talk.receive(second);
  auto context = std::make_unique<model::SegmentContext>();
  context->parent.trace_id.bytes.fill(3);
  context->parent.span_id.bytes.fill(4);
  const model::TraceContext parent = context->parent;
  segment.context = context.get();
  tracker_->on_segment(segment);
  context.reset();
  tracker_->on_segment(answer);
  tracker_->on_segment(talk.send(kOk));
  ASSERT_EQ(traces_.size(), 2U);
  EXPECT_TRUE(traces_[0].trace_id.is_set());
  EXPECT_FALSE(traces_[0].span_id.is_set());
  EXPECT_EQ(traces_[1], parent);
  EXPECT_TRUE(ids_[0].is_set() && ids_[1].is_set() && ids_[0] != ids_[1]);
}

TEST_F(ConnectionTrackerTest, AnAnswerReportedBeforeItsRequestWaits) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  const auto first = talk.receive(request);
  tracker_->on_segment(talk.send(kOk));
  EXPECT_TRUE(spans_.empty());
  tracker_->on_segment(first);
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
}

TEST_F(ConnectionTrackerTest, ALostAnswerCostsItsOwnRequestOnly) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string lost = get("/lost");
  const std::string next = get("/next");
  const std::string last = get("/last");
  tracker_->on_segment(talk.receive(lost));
  talk.send(kOk);  // its record never came
  tracker_->on_segment(talk.receive(next));
  tracker_->on_segment(talk.send(kCreated));
  EXPECT_TRUE(spans_.empty()) << "it may still come";
  tick();
  tracker_->on_segment(talk.receive(last));
  tracker_->on_segment(talk.send(kOk));
  EXPECT_EQ(spans_, (Spans{"GET /next 201", "GET /last 200"}));
  EXPECT_EQ(ledger_.get(Reason::RequestsLostResponse), 1U);
  EXPECT_EQ(ledger_.get(Reason::StreamGaps), 1U);
}

TEST_F(ConnectionTrackerTest, ALostRequestLeavesNoTraceOnItsNeighbours) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string first = get("/first");
  const std::string lost = get("/lost");
  const std::string last = get("/last");
  tracker_->on_segment(talk.receive(first));
  tracker_->on_segment(talk.send(kOk));
  talk.receive(lost);
  tracker_->on_segment(talk.send(kCreated));
  tick();
  tracker_->on_segment(talk.receive(last));
  tracker_->on_segment(talk.send(kOk));
  EXPECT_EQ(spans_, (Spans{"GET /first 200", "GET /last 200"}));
  EXPECT_EQ(ledger_.get(Reason::ResponsesUnpaired), 1U);
}

TEST_F(ConnectionTrackerTest, SegmentsHeldByTheTableAreBounded) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  tracker_->on_segment(talk.receive(request));
  talk.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 200; ++i) tracker_->on_segment(talk.send("0123456789"));
  EXPECT_EQ(ledger_.get(Reason::StreamGaps), 1U) << "given up without a tick";
}

TEST_F(ConnectionTrackerTest, BytesOfNoKnownProtocolSilenceTheConnection) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  for (int i = 0; i < 30; ++i) tracker_->on_segment(talk.receive("\x16\x03\x01 not for us"));
  EXPECT_EQ((modes_[{1, model::Source::kPlain}]), model::CaptureMode::kSilent);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsSilenced), 1U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsUnrecognised), 30U);
}

TEST_F(ConnectionTrackerTest, AFullTableForgetsTheQuietestConnection) {
  start({.max_connections = 2});
  Talk quiet(1);
  Talk busy(2);
  Talk late(3);
  const std::string request = get("/a");
  tracker_->on_opened(quiet.opened());
  tracker_->on_opened(busy.opened());
  tracker_->on_segment(quiet.receive(request));
  tracker_->on_segment(busy.receive(request));
  tracker_->on_opened(late.opened());
  EXPECT_EQ(tracker_->connection_count(), 2U);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsEvicted), 1U);
  tracker_->on_segment(busy.send(kOk));
  tracker_->on_segment(quiet.send(kOk));
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
  EXPECT_EQ(ledger_.get(Reason::SegmentsOrphaned), 1U);
}

TEST_F(ConnectionTrackerTest, AnIncompleteBatchLeavesAfterItsTimeOut) {
  start({}, {.length = 100, .timeout = std::chrono::nanoseconds(3 * kTickNs)});
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  for (int i = 0; i < 3; ++i) {
    tracker_->on_segment(talk.receive(request));
    tracker_->on_segment(talk.send(kOk));
  }
  tick(2);
  EXPECT_EQ(batches_, 0);
  tick(3);
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(spans_.size(), 3U);
}

TEST_F(ConnectionTrackerTest, WhatIsUnansweredAtTheEndIsAFailedSpan) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  tracker_->on_segment(talk.receive(request));
  tracker_->on_closed({.id = 1, .ns = now_ns_, .end = model::ConnectionEnd::kPeerReset});
  EXPECT_EQ(tracker_->connection_count(), 0U);
  tracker_->finish(now_ns_);
  EXPECT_EQ(spans_, Spans{"GET /a 0"});
}

TEST_F(ConnectionTrackerTest, WhatIsUnansweredWhenTheAgentStopsIsOpen) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  tracker_->on_segment(talk.receive(request));
  tracker_->finish(now_ns_);
  EXPECT_EQ(ledger_.get(Reason::RequestsOpen), 1U);
  EXPECT_EQ(spans_, Spans{});
}

// The answer moved, and its record found no room in the ring.
TEST_F(ConnectionTrackerTest, WhatWasAnsweredInBytesThatWereNeverReportedIsLost) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/a");
  const model::Segment asked = talk.receive(request);
  tracker_->on_segment(asked);
  tracker_->on_closed({.id = 1,
                       .ns = now_ns_,
                       .end = model::ConnectionEnd::kClosed,
                       .has_position = true,
                       .send_position = asked.peer_position + 1 + 100,  // 1: the FIN
                       .receive_position = asked.position + asked.total_bytes});
  tracker_->finish(now_ns_);
  EXPECT_EQ(spans_, Spans{});
  EXPECT_EQ(ledger_.get(Reason::StreamGaps), 1U);
  EXPECT_EQ(ledger_.get(Reason::RequestsLostResponse), 1U);
}

TEST_F(ConnectionTrackerTest, ShedsWhatTheQuietestKeepAndGoesOn) {
  start({.memory = &memory_});
  std::vector<Talk> talks;
  for (std::uint64_t id = 1; id <= 4; ++id) talks.emplace_back(id);
  for (Talk& talk : talks) {
    tracker_->on_opened(talk.opened());
    tracker_->on_segment(talk.receive("GET /begun HTTP/1.1\r\nHost: a"));
  }
  tracker_->give_way();
  EXPECT_EQ(ledger_.get(Reason::ConnectionsShed), 0U);
  const std::size_t held = memory_.held(model::MemoryHolder::HeldBytes);
  memory_.set_budget(memory_.total() - held / 2);
  tracker_->give_way();
  EXPECT_GE(memory_.given_back(model::MemoryHolder::HeldBytes), held / 2);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsShed), 2);
  EXPECT_EQ(tracker_->connection_count(), 4);
  // The quietest two start anew, the others finish what they began.
  for (Talk& talk : talks) {
    tracker_->on_segment(talk.receive("\r\n\r\n"));
    tracker_->on_segment(talk.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    tracker_->on_segment(talk.receive("GET /after HTTP/1.1\r\n\r\n"));
    tracker_->on_segment(talk.send("HTTP/1.1 204 No Content\r\n\r\n"));
  }
  EXPECT_EQ(std::ranges::count(spans_, "GET /begun 200"), 2);
  EXPECT_EQ(std::ranges::count(spans_, "GET /after 204"), 4);
}

TEST_F(ConnectionTrackerTest, TheQuietestOfThousandsOfConnectionsAreForgottenForWantOfMemory) {
  start({.memory = &memory_});
  constexpr std::uint64_t kConnections = 5000;
  for (std::uint64_t id = 1; id <= kConnections; ++id) tracker_->on_opened(Talk(id).opened());
  tracker_->give_way();
  EXPECT_EQ(tracker_->connection_count(), kConnections);
  memory_.set_budget(memory_.total() / 2);
  tracker_->give_way();
  EXPECT_LE(memory_.total(), memory_.budget());
  EXPECT_GE(tracker_->connection_count(), kConnections / 2 - 1);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsEvicted), kConnections - tracker_->connection_count());
  Talk latest(kConnections);
  tracker_->on_segment(latest.receive(get("/a")));
  tracker_->on_segment(latest.send(kOk));
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
}

TEST_F(ConnectionTrackerTest, ABatchThatACloseFillsLeavesAtOnce) {
  start();
  Talk talk(1);
  tracker_->on_opened(talk.opened());
  const std::string request = get("/until-close");
  tracker_->on_segment(talk.receive(request));
  tracker_->on_segment(talk.send("HTTP/1.1 200 OK\r\n\r\nall that comes"));
  EXPECT_EQ(batches_, 0);
  tracker_->on_closed({.id = 1, .ns = now_ns_});
  EXPECT_EQ(batches_, 1);
  EXPECT_EQ(spans_, Spans{"GET /until-close 200"});
}

}  // namespace
}  // namespace obi::pipeline
