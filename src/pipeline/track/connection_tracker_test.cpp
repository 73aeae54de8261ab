// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection_tracker.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace obi::pipeline {
namespace {

using model::Direction;
using model::Reason;

constexpr std::uint64_t kTickNs = 100'000'000;

/// One server connection as TCP would number its bytes: what is said can be reported at once, later
/// or never.
class Talk {
 public:
  explicit Talk(std::uint64_t id) : id_(id) {}

  model::Segment receive(std::string_view text) { return say(Direction::kReceive, text); }
  model::Segment send(std::string_view text) { return say(Direction::kSend, text); }
  [[nodiscard]] model::ConnectionOpened opened() const {
    model::ConnectionOpened opened;
    opened.id = id_;
    opened.role = model::ConnectionRole::kServer;
    opened.local.port = 8080;
    opened.remote.port = 40'000;
    return opened;
  }

 private:
  model::Segment say(Direction direction, std::string_view text) {
    model::Segment segment;
    segment.connection_id = id_;
    segment.pid = 7;
    segment.tid = 8;
    segment.start_ns = segment.end_ns = ++now_ns_;
    segment.direction = direction;
    segment.total_bytes = static_cast<std::uint32_t>(text.size());
    segment.has_position = true;
    segment.position = next_[direction];
    segment.peer_position = next_[opposite(direction)];
    segment.payload = std::as_bytes(std::span(text));
    next_[direction] += segment.total_bytes;
    return segment;
  }

  std::uint64_t id_;
  std::uint64_t now_ns_ = 1'000;
  std::map<Direction, std::uint32_t> next_{{Direction::kReceive, 100}, {Direction::kSend, 9'000}};
};

class ConnectionTrackerTest : public testing::Test {
 protected:
  void start(const ConnectionTrackerOptions& options = {.batch_length = 1}) {
    tracker_.emplace(
        options, ledger_, pool_,
        [this](model::BatchRef&& batch) {
          ++batches_;
          for (const model::Span& span : batch->spans) {
            spans_.push_back(std::string(span.method) + " " + std::string(span.path) + " " +
                             std::to_string(span.status));
            ports_.push_back(span.server.port);
            traces_.push_back({.trace_id = span.trace_id, .span_id = span.parent_id});
            ids_.push_back(span.span_id);
          }
          batch = model::BatchRef();
        },
        [this](std::uint64_t id, model::CaptureMode mode) { modes_[id] = mode; });
  }
  void tick(int times = 2) {
    while (times-- > 0) tracker_->on_tick(now_ns_ += kTickNs);
  }
  void TearDown() override {
    if (!tracker_) return;
    tracker_->finish(now_ns_);
    using model::LedgerKind;
    EXPECT_EQ(ledger_.get(Reason::SegmentsSeen), ledger_.explained(LedgerKind::Segment));
    EXPECT_EQ(ledger_.get(Reason::RequestsSeen), ledger_.explained(LedgerKind::Request));
  }

  using Spans = std::vector<std::string>;
  model::Ledger ledger_;
  model::MemoryAccount memory_{1'000'000'000};
  model::BatchPool pool_{4};
  std::optional<ConnectionTracker> tracker_;
  Spans spans_;
  std::vector<std::uint16_t> ports_;
  std::vector<model::TraceContext> traces_;  // with the parents
  std::vector<model::SpanId> ids_;
  int batches_ = 0;
  std::map<std::uint64_t, model::CaptureMode> modes_;
  std::uint64_t now_ns_ = 10'000;
};

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: shop\r\n\r\n";
}

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
  segment.trace_context.trace_id.bytes.fill(3);
  segment.trace_context.span_id.bytes.fill(4);
  tracker_->on_segment(segment);
  tracker_->on_segment(answer);
  tracker_->on_segment(talk.send(kOk));
  ASSERT_EQ(traces_.size(), 2U);
  EXPECT_TRUE(traces_[0].trace_id.is_set());
  EXPECT_FALSE(traces_[0].span_id.is_set());
  EXPECT_EQ(traces_[1], segment.trace_context);
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
  EXPECT_EQ(modes_[1], model::CaptureMode::kSilent);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsSilenced), 1U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsUnrecognised), 30U);
}

TEST_F(ConnectionTrackerTest, AFullTableForgetsTheQuietestConnection) {
  start({.max_connections = 2, .batch_length = 1});
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
  start({.batch_length = 100, .batch_timeout = std::chrono::nanoseconds(3 * kTickNs)});
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
  start({.batch_length = 1, .memory = &memory_});
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
  start({.batch_length = 1, .memory = &memory_});
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

TEST_F(ConnectionTrackerTest, AFailedConnectIsASpanOfItsOwn) {
  start();
  tracker_->on_connect_failed({.start_ns = 5,
                               .end_ns = 9,
                               .pid = 7,
                               .error = 111,
                               .local = {.address = {}, .port = 40'000},
                               .remote = {.address = {}, .port = 8080}});
  EXPECT_EQ(spans_, Spans{"  111"});
  EXPECT_TRUE(traces_[0].trace_id.is_set() && ids_[0].is_set());
  EXPECT_EQ(ports_, std::vector<std::uint16_t>{8080});
  EXPECT_EQ(ledger_.get(Reason::RequestsSeen), 1U);
}

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
