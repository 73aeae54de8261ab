// SPDX-License-Identifier: Apache-2.0
// PROXY preambles in front of whole connections: what is behind them is reported as without them.
#include "pipeline/track/preamble_filter.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "pipeline/track/connection_tracker.hpp"

namespace obi::pipeline {
namespace {

using model::Direction;
using model::Reason;

struct Part {
  Direction direction;
  std::string text;
};
constexpr Direction kIn = Direction::kReceive;
constexpr Direction kOut = Direction::kSend;

const std::string kLine = "PROXY TCP4 10.9.8.7 127.0.0.1 5000 80\r\n";
const std::string kBinary = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f", 16) +
                            std::string("\x0a\x09\x08\x07\x7f\0\0\x01\x13\x88\0\x50", 12) +
                            std::string("\x04\0\0", 3);
const std::string kLocal = std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16);
const std::string kGet = "GET /a HTTP/1.1\r\n\r\n";
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// One connection, of which the server's end is traced unless `role` says otherwise.
class Preamble : public testing::Test {
 protected:
  void talk(const std::vector<Part>& parts,
            model::ConnectionRole role = model::ConnectionRole::kServer, bool mid_life = false) {
    SpanBatcher batcher({.length = 1}, ledger_, pool_, [this](model::BatchRef&& batch) {
      for (const model::Span& span : batch->spans) {
        reported_.push_back(std::string(span.method) + " " + std::string(span.path) + " from " +
                            to_string(span.client.address) + ":" +
                            std::to_string(span.client.port));
      }
      batch = model::BatchRef();
    });
    ConnectionTracker tracker({}, batcher, [](std::uint64_t, model::Source, model::CaptureMode) {});
    model::ConnectionOpened opened{.id = 1, .mid_life = mid_life, .role = role};
    opened.local.port = role == model::ConnectionRole::kClient ? 40'000 : 80;
    opened.remote.port = role == model::ConnectionRole::kClient ? 80 : 40'000;
    tracker.on_opened(opened);
    std::map<Direction, std::uint32_t> next{{kIn, 100}, {kOut, 9'000}};
    std::uint64_t now = 1'000;
    for (const Part& part : parts) {
      model::Segment segment;
      segment.connection_id = 1;
      segment.start_ns = segment.end_ns = ++now;
      segment.direction = part.direction;
      segment.total_bytes = static_cast<std::uint32_t>(part.text.size());
      segment.has_position = true;
      segment.position = next[part.direction];
      segment.peer_position = next[opposite(part.direction)];
      segment.payload = std::as_bytes(std::span(part.text));
      next[part.direction] += segment.total_bytes;
      tracker.on_segment(segment);
    }
    tracker.finish(now);
    using model::LedgerKind;
    EXPECT_EQ(ledger_.get(Reason::SegmentsSeen), ledger_.explained(LedgerKind::Segment));
    EXPECT_EQ(ledger_.get(Reason::RequestsSeen), ledger_.explained(LedgerKind::Request));
  }
  std::vector<std::string> take_reported() { return std::exchange(reported_, {}); }

  model::Ledger ledger_;
  model::BatchPool pool_{4};
  std::vector<std::string> reported_;
};

using Lines = std::vector<std::string>;

TEST_F(Preamble, NamesTheClientOfAServer) {
  for (const std::string& preamble : {kLine, kBinary}) {
    talk({{kIn, preamble + kGet}, {kOut, kOk}});
    EXPECT_EQ(take_reported(), Lines{"GET /a from 10.9.8.7:5000"});
    talk({{kIn, preamble}, {kIn, kGet}, {kOut, kOk}, {kIn, kGet}, {kOut, kOk}});
    EXPECT_EQ(take_reported(), Lines(2, "GET /a from 10.9.8.7:5000"));
  }
  talk({{kIn, kLocal + kGet}, {kOut, kOk}});
  EXPECT_EQ(take_reported(), Lines{"GET /a from :40000"});
}

TEST_F(Preamble, OfAProxyIsOnlyTakenOff) {
  for (const std::string& preamble : {kLine, kBinary, kLocal}) {
    talk({{kOut, preamble}, {kOut, kGet}, {kIn, kOk}}, model::ConnectionRole::kClient);
    EXPECT_EQ(take_reported(), Lines{"GET /a from :40000"});
  }
}

TEST_F(Preamble, IsTakenOffWhereverItIsCut) {
  for (const std::string& preamble : {kLine, kBinary, kLocal}) {
    const std::string all = preamble + kGet;
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
      talk({{kIn, all.substr(0, cut)}, {kIn, all.substr(cut)}, {kOut, kOk}});
      EXPECT_EQ(take_reported().size(), 1U) << cut;
    }
    std::vector<Part> bytes;
    for (const char c : all) bytes.push_back({kIn, std::string(1, c)});
    bytes.push_back({kOut, kOk});
    talk(bytes);
    EXPECT_EQ(take_reported().size(), 1U);
  }
}

TEST_F(Preamble, StandsBeforeAnyProtocol) {
  talk({{kIn, kLine + "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"}, {kOut, "$-1\r\n"}});
  EXPECT_EQ(take_reported(), Lines{"GET  from 10.9.8.7:5000"});
}

TEST_F(Preamble, IsReadBehindTheGreetingOfAServerThatSpeaksFirst) {
  const std::string greeting = "INFO {\"server_id\":\"a\",\"version\":\"2\"}\r\n";
  const std::string publish = "CONNECT {\"verbose\":false}\r\nPUB orders 2\r\nhi\r\n";
  for (const std::string& preamble : {kLine, kBinary}) {
    talk({{kOut, greeting}, {kIn, preamble + publish}});
    EXPECT_EQ(take_reported(), Lines{"publish orders from 10.9.8.7:5000"});
    talk({{kIn, preamble}, {kOut, greeting}, {kIn, publish}});
    EXPECT_EQ(take_reported(), Lines{"publish orders from 10.9.8.7:5000"});
  }
}

TEST_F(Preamble, WhatOnlyBeginsLikeOneIsLeftAlone) {
  for (const std::string& request :
       {std::string("POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), "\r\n\r\n" + kGet,
        std::string("PROPFIND /a HTTP/1.1\r\n\r\n"), std::string("PROXY /a HTTP/1.1\r\n\r\n")}) {
    std::vector<Part> bytes;
    for (const char c : request) bytes.push_back({kIn, std::string(1, c)});
    bytes.push_back({kOut, kOk});
    talk(bytes);
    EXPECT_EQ(take_reported().size(), 1U) << request;
    talk({{kIn, request}, {kOut, kOk}});
    EXPECT_EQ(take_reported().size(), 1U) << request;
  }
}

TEST_F(Preamble, InTheMiddleOfAConnectionIsNone) {
  talk({{kIn, kLine}, {kIn, kGet}, {kOut, kOk}}, model::ConnectionRole::kServer, true);
  EXPECT_EQ(take_reported(), Lines{"GET /a from :40000"});
  talk({{kIn, kGet}, {kOut, kOk}, {kIn, kLine + kGet}, {kOut, kOk}, {kIn, kGet}, {kOut, kOk}});
  EXPECT_EQ(take_reported(), Lines(2, "GET /a from :40000"));
}

TEST_F(Preamble, AloneOrCutShortIsAccountedFor) {
  talk({{kIn, kLine}});
  EXPECT_EQ(ledger_.get(Reason::SegmentsParsed), 1U);
  talk({{kIn, kLine.substr(0, 20)}});
  talk({{kIn, "P"}, {kOut, "no"}, {kIn, "x"}});
  EXPECT_EQ(take_reported(), Lines());
}

TEST_F(Preamble, BeforeWhatNoProtocolReadsAnAnswerIsOfARequest) {
  talk({{kIn, kLine + "\x16\x03\x01\x02"},
        {kOut, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}});
  EXPECT_EQ(ledger_.get(Reason::RequestsUnreadable), 1U);
}

}  // namespace
}  // namespace obi::pipeline
