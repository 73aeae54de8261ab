// SPDX-License-Identifier: Apache-2.0
// For tests: a conversation that is fed parts of text, and a sink that keeps spans and notes.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/http1/conversation.hpp"

namespace obi::protocol::http1 {

using model::Direction;
using Note = SpanSink::Note;

inline constexpr Direction kIn = Direction::kReceive;
inline constexpr Direction kOut = Direction::kSend;

class CollectingSink final : public SpanSink {
 public:
  RequestIdentity begin(const RequestOrigin& origin, std::uint64_t count) override {
    if (count > 0) note(Note::RequestSeen, count);
    const RequestIdentity request = identify(origin, ids_);
    return begun[request.span_id.bytes] = request;
  }
  model::Span& add_span(model::EventType type) override {
    return spans.emplace_back(model::Span{.type = type});
  }
  base::Arena& arena() override { return arena_; }
  void note(Note what, std::uint64_t count) override { notes[what] += count; }
  void request_stream() override { ++stream_requests; }

  /// "GET /a?q 200 3/5" per span: method, path, query, status, request and response bytes; then
  /// "!reset" if it failed.
  [[nodiscard]] std::vector<std::string> reported() const {
    std::vector<std::string> lines;
    for (const model::Span& span : spans) {
      std::string line = std::string(span.method) + " " + std::string(span.path);
      if (!span.query.empty()) line += "?" + std::string(span.query);
      lines.push_back(line + " " + std::to_string(span.status) + " " +
                      std::to_string(span.request_bytes) + "/" +
                      std::to_string(span.response_bytes));
      if (span.failure != model::Failure::kNone)
        lines.back().append(" !").append(to_string(span.failure));
    }
    return lines;
  }

  /// Every span has ids that a request was given, each its own; what the span is in the trace, when
  /// and where it began is the request's.
  [[nodiscard]] bool has_begun_ids() const {
    std::set<std::array<std::uint8_t, 8>> used;
    return std::ranges::all_of(spans, [&](const model::Span& span) {
      const auto found = begun.find(span.span_id.bytes);
      if (found == begun.end() || !used.insert(span.span_id.bytes).second) return false;
      const RequestIdentity& request = found->second;
      return span.trace_id == request.context.trace_id &&
             span.parent_id == request.context.span_id && span.start_ns == request.start_ns &&
             span.pid == request.task.pid;
    });
  }

  std::vector<model::Span> spans;
  std::map<std::array<std::uint8_t, 8>, RequestIdentity> begun;  // by span id
  std::map<Note, std::uint64_t> notes;
  int stream_requests = 0;

 private:
  base::Arena arena_;
  model::IdSource ids_{1};
};

struct Part {
  Direction direction;
  std::string text;
  std::uint64_t missing = 0;
  std::string tail = {};
};

/// A connection that is fed calls 10 ns apart. At its end it is closed, and every request head must
/// be accounted for.
struct Talk {
  explicit Talk(std::uint64_t timeout_ns = 0) : state(Options{.request_timeout_ns = timeout_ns}) {}
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() {
    close();
    expect_account();
  }

  ChunkResult say(const Part& part) {
    now += 10;
    Chunk chunk;
    chunk.direction = part.direction;
    chunk.bytes = std::as_bytes(std::span(part.text));
    chunk.missing_bytes = part.missing;
    chunk.tail = std::as_bytes(std::span(part.tail));
    chunk.start_ns = chunk.end_ns = now;
    chunk.task = {.pid = 7, .tid = 8};
    return conversation.on_chunk(chunk, sink);
  }
  void say_all(const std::vector<Part>& parts) {
    for (const Part& part : parts) say(part);
  }
  void gap(Direction direction, std::uint64_t missing) {
    conversation.on_gap(direction, missing, sink);
  }
  /// Nothing happens for as long as a conversation may wait for something.
  void stay_quiet() { conversation.on_tick(now += 11'000'000'000, sink); }
  void close(model::ConnectionEnd end = model::ConnectionEnd::kUnknown) {
    now += 10;
    conversation.on_close({.ns = now + 10, .end_ns = now, .end = end}, sink);
  }

  void expect_account() {
    const std::uint64_t explained =
        sink.spans.size() + sink.notes[Note::RequestNoResponse] +
        sink.notes[Note::RequestLostResponse] + sink.notes[Note::RequestUpgraded] +
        sink.notes[Note::RequestUnreadable] + sink.notes[Note::RequestOverflow] +
        sink.notes[Note::RequestOpen];
    EXPECT_EQ(sink.notes[Note::RequestSeen], explained);
    EXPECT_TRUE(sink.has_begun_ids());
  }

  State state;
  Http1Conversation conversation{state};
  CollectingSink sink;
  std::uint64_t now = 1000;
};

/// A request and a response that end with their heads, but for the two bytes of kOk.
inline std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\n\r\n"; }
inline std::string answer(int status) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n";
}
inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace obi::protocol::http1
