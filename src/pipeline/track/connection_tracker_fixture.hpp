// SPDX-License-Identifier: Apache-2.0
// For tests of the connection tracker: one that collects what it makes, and connections to feed it
// with. At the end of each test the ledger's sums must hold.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/track/connection_tracker.hpp"

namespace obi::pipeline {

inline constexpr std::uint64_t kTickNs = 100'000'000;

/// One server connection as TCP would number its bytes: what is said can be reported at once, later
/// or never.
class Talk {
 public:
  explicit Talk(std::uint64_t id) : id_(id) {}

  model::Segment receive(std::string_view text) { return say(model::Direction::kReceive, text); }
  model::Segment send(std::string_view text) { return say(model::Direction::kSend, text); }
  [[nodiscard]] model::ConnectionOpened opened() const {
    model::ConnectionOpened opened;
    opened.id = id_;
    opened.pid = 7;
    opened.role = model::ConnectionRole::kServer;
    opened.local.port = 8080;
    opened.remote.port = 40'000;
    return opened;
  }

 private:
  model::Segment say(model::Direction direction, std::string_view text) {
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
  std::map<model::Direction, std::uint32_t> next_{{model::Direction::kReceive, 100},
                                                  {model::Direction::kSend, 9'000}};
};

class ConnectionTrackerTest : public testing::Test {
 protected:
  void start(const ConnectionTrackerOptions& options = {},
             const SpanBatcherOptions& batches = {.length = 1}) {
    batcher_.emplace(batches, ledger_, pool_, [this](model::BatchRef&& batch) {
      ++batches_;
      for (const model::Span& span : batch->spans) {
        spans_.push_back(std::string(span.method) + " " + std::string(span.path) + " " +
                         std::to_string(span.status));
        ports_.push_back(span.server.port);
        traces_.push_back({.trace_id = span.trace_id, .span_id = span.parent_id});
        ids_.push_back(span.span_id);
      }
      batch = model::BatchRef();
    });
    tracker_.emplace(
        options, *batcher_,
        [this](std::uint64_t id, model::Source source, model::CaptureMode mode) {
          modes_[{id, source}] = mode;
        },
        [this](std::uint32_t pid) { unseen_pids_.push_back(pid); });
  }
  void tick(int times = 2) {
    while (times-- > 0) {
      tracker_->on_tick(now_ns_ += kTickNs);
      batcher_->on_tick(now_ns_);
    }
  }
  void TearDown() override {
    if (!tracker_) return;
    tracker_->finish(now_ns_);
    batcher_->finish();
    using model::LedgerKind;
    EXPECT_EQ(ledger_.get(model::Reason::SegmentsSeen), ledger_.explained(LedgerKind::Segment));
    EXPECT_EQ(ledger_.get(model::Reason::RequestsSeen), ledger_.explained(LedgerKind::Request));
  }

  using Spans = std::vector<std::string>;
  model::Ledger ledger_;
  model::MemoryAccount memory_{1'000'000'000};
  model::BatchPool pool_{4};
  std::optional<SpanBatcher> batcher_;
  std::optional<ConnectionTracker> tracker_;
  Spans spans_;
  std::vector<std::uint16_t> ports_;
  std::vector<model::TraceContext> traces_;  // with the parents
  std::vector<model::SpanId> ids_;
  std::vector<std::uint32_t> unseen_pids_;  // of connections with TLS
  int batches_ = 0;
  std::map<std::pair<std::uint64_t, model::Source>, model::CaptureMode> modes_;
  std::uint64_t now_ns_ = 10'000;
};

inline constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
inline constexpr const char* kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

inline std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: shop\r\n\r\n";
}

}  // namespace obi::pipeline
