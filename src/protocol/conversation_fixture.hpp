// SPDX-License-Identifier: Apache-2.0
// For tests of any protocol: a sink that keeps spans and notes, a connection that is fed calls, and
// the checks that every parser must pass.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/classifier.hpp"
#include "protocol/conversation_script.hpp"
#include "protocol/protocols.hpp"
#include "protocol/sql/options.hpp"

namespace obi::protocol {

using Note = SpanSink::Note;

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

  /// "SELECT users 0" per span: method, path, status; then in brackets what there is of error code,
  /// namespace, query text; "!reset" at the end of one that failed.
  [[nodiscard]] std::vector<std::string> reported() const {
    std::vector<std::string> lines;
    for (const model::Span& span : spans) {
      std::string line = fmt::format("{} {} {}", span.method, span.path, span.status);
      if (const model::DatabaseCall* call = span.database; call != nullptr) {
        for (const auto& [name, text] : {std::pair("code", call->error_code),
                                         {"state", call->sql_state},
                                         {"db", call->name_space},
                                         {"text", call->query_text}}) {
          if (!text.empty()) line += fmt::format(" {}=[{}]", name, text);
        }
      }
      if (const model::MessagingCall* call = span.messaging; call != nullptr) {
        if (!call->client_id.empty()) line += fmt::format(" client=[{}]", call->client_id);
        if (call->partition >= 0) line += fmt::format(" partition={}", call->partition);
        if (call->offset >= 0) line += fmt::format(" offset={}", call->offset);
      }
      if (span.failure != model::Failure::kNone)
        line += fmt::format(" !{}", to_string(span.failure));
      lines.push_back(std::move(line));
    }
    return lines;
  }
  /// Every request that was seen became a span or a loss.
  [[nodiscard]] bool adds_up() const {
    std::uint64_t explained = spans.size();
    for (const Note loss :
         {Note::RequestNoResponse, Note::RequestLostResponse, Note::RequestUpgraded,
          Note::RequestOverflow, Note::RequestOpen, Note::RequestUnreadable}) {
      const auto found = notes.find(loss);
      if (found != notes.end()) explained += found->second;
    }
    const auto seen = notes.find(Note::RequestSeen);
    return explained == (seen == notes.end() ? 0 : seen->second);
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

/// Those that are off by default too.
inline ProtocolOptions all_protocols() {
  return ProtocolOptions().set(sql::Options{.heuristic = true});
}

/// A connection of the traced process, which is the client by default, fed calls 10 ns apart. At
/// its end it is closed, and every request must be accounted for.
class Talk {
 public:
  explicit Talk(std::string_view protocol, ConversationStart start = {},
                const ProtocolOptions& options = all_protocols())
      : Talk(protocol, start, std::make_shared<Protocols>(options)) {}
  /// `protocols` has what is shared with other connections.
  Talk(std::string_view protocol, ConversationStart start, std::shared_ptr<Protocols> protocols)
      : start_(start), protocols_(std::move(protocols)) {
    const ProtocolRow& row = *find_protocol(protocol);
    conversation_ = protocols_->converse(row, start);
    if (row.captures_whole) sink.request_stream();
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() {
    close();
    EXPECT_TRUE(sink.adds_up());
    EXPECT_TRUE(sink.has_begun_ids());
  }

  /// The client's or the server's call; `missing` bytes more moved that were not captured, of which
  /// `tail` are the last.
  ChunkResult client(std::string_view bytes, std::uint64_t missing = 0,
                     std::string_view tail = {}) {
    return say(start_.client_direction, bytes, missing, tail);
  }
  ChunkResult server(std::string_view bytes, std::uint64_t missing = 0,
                     std::string_view tail = {}) {
    return say(opposite(start_.client_direction), bytes, missing, tail);
  }
  void lose_of_client(std::uint64_t missing) {
    conversation_->on_gap(start_.client_direction, missing, sink);
  }
  void lose_of_server(std::uint64_t missing) {
    conversation_->on_gap(opposite(start_.client_direction), missing, sink);
  }
  /// Nothing happens for as long as a conversation may wait for something.
  void stay_quiet(std::uint64_t ns = 11'000'000'000) { conversation_->on_tick(now_ns += ns, sink); }
  /// It ends, in a way that isn't known unless said; 10 ns later its socket is gone.
  void close(model::ConnectionEnd end = model::ConnectionEnd::kUnknown) {
    now_ns += 10;
    conversation_->on_close({.ns = now_ns + 10, .end_ns = now_ns, .end = end}, sink);
  }
  [[nodiscard]] std::vector<std::string> reported() const { return sink.reported(); }
  [[nodiscard]] Conversation& conversation() { return *conversation_; }

  CollectingSink sink;
  std::uint64_t now_ns = 1000;
  std::optional<model::SegmentContext> context;  // of the kernel side, for the next call

 private:
  ChunkResult say(model::Direction direction, std::string_view bytes, std::uint64_t missing,
                  std::string_view tail) {
    now_ns += 10;
    Chunk chunk;
    chunk.direction = direction;
    chunk.bytes = std::as_bytes(std::span(bytes));
    chunk.missing_bytes = missing;
    chunk.tail = std::as_bytes(std::span(tail));
    chunk.start_ns = chunk.end_ns = now_ns;
    chunk.task = {.pid = 7, .tid = 8};
    const auto own = std::exchange(context, std::nullopt);
    if (own) chunk.context = &*own;
    return conversation_->on_chunk(chunk, sink);
  }

  ConversationStart start_;
  std::shared_ptr<Protocols> protocols_;
  std::unique_ptr<Conversation> conversation_;
};

/// One call of a scripted conversation.
struct Call {
  bool from_server = false;
  std::string bytes;
};

/// What the classifier makes of the calls, in order: the name of the protocol, "" if it is none or
/// undecided.
inline std::string classified(const std::vector<Call>& calls,
                              model::ConnectionRole role = model::ConnectionRole::kClient,
                              std::uint16_t server_port = 0, bool mid_life = false,
                              Classifier::Facts facts = {}, const ProtocolOptions& options = {}) {
  const bool client = role != model::ConnectionRole::kServer;
  facts.role = role;
  facts.mid_life = mid_life;
  facts.local_port = client ? std::uint16_t{40'000} : server_port;
  facts.remote_port = client ? server_port : std::uint16_t{40'000};
  const Protocols protocols(options);
  Classifier classifier(facts, protocols);
  for (const Call& call : calls) {
    Chunk chunk;
    chunk.direction =
        call.from_server == client ? model::Direction::kReceive : model::Direction::kSend;
    chunk.bytes = std::as_bytes(std::span(call.bytes));
    const auto decision = classifier.show(chunk);
    if (decision.match == Match::kYes) return std::string(decision.row->name);
    if (decision.match == Match::kNo) return "";
  }
  return "";
}

/// Plays the calls; the spans as lines. Split at `split` bytes of all that is said (0 = as it is).
inline std::vector<std::string> spans_of(std::string_view protocol, const std::vector<Call>& calls,
                                         std::size_t split = 0,
                                         const ProtocolOptions& options = all_protocols()) {
  Talk talk(protocol, {}, options);
  const auto say = [&](bool from_server, std::string_view bytes) {
    if (!bytes.empty()) from_server ? talk.server(bytes) : talk.client(bytes);
  };
  std::size_t at = 0;
  for (const Call& call : calls) {
    const bool here = split > at && split < at + call.bytes.size();
    const std::string_view bytes = call.bytes;
    say(call.from_server, here ? bytes.substr(0, split - at) : bytes);
    if (here) say(call.from_server, bytes.substr(split - at));
    at += bytes.size();
  }
  talk.close();
  return talk.reported();
}

inline std::size_t total_bytes(const std::vector<Call>& calls) {
  std::size_t total = 0;
  for (const Call& call : calls) total += call.bytes.size();
  return total;
}

/// However a call is divided in two, the spans are the same.
inline void expect_splits_change_nothing(std::string_view protocol, const std::vector<Call>& calls,
                                         const ProtocolOptions& options = all_protocols()) {
  const auto whole = spans_of(protocol, calls, 0, options);
  EXPECT_FALSE(whole.empty());
  for (std::size_t split = 1; split < total_bytes(calls); ++split) {
    EXPECT_EQ(spans_of(protocol, calls, split, options), whole) << "split at " << split;
  }
}

/// The conversation ends after any number of bytes: never more spans than all of it has, and every
/// request accounted for.
inline void expect_prefixes_are_harmless(std::string_view protocol,
                                         const std::vector<Call>& calls) {
  const std::size_t whole = spans_of(protocol, calls).size();
  for (std::size_t length = 0; length < total_bytes(calls); ++length) {
    std::vector<Call> prefix;
    std::size_t left = length;
    for (const Call& call : calls) {
      if (left == 0) break;
      prefix.push_back({call.from_server, call.bytes.substr(0, left)});
      left -= prefix.back().bytes.size();
    }
    EXPECT_LE(spans_of(protocol, prefix).size(), whole) << "first " << length << " bytes";
  }
}

/// Any one byte is something else: no crash, and every request accounted for (Talk checks it).
inline void expect_flips_are_harmless(std::string_view protocol, const std::vector<Call>& calls) {
  for (std::size_t at = 0; at < total_bytes(calls); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      std::vector<Call> flipped = calls;
      std::size_t index = at;
      for (Call& call : flipped) {
        if (index < call.bytes.size()) {
          call.bytes[index] =
              static_cast<char>(static_cast<unsigned char>(call.bytes[index]) ^ flip);
          break;
        }
        index -= call.bytes.size();
      }
      spans_of(protocol, flipped);
    }
  }
}

/// Bytes without meaning are harmless.
inline void expect_garbage_is_harmless(std::string_view protocol) {
  std::uint32_t state = 12345;
  for (int round = 0; round < 200; ++round) {
    std::vector<Call> calls(6);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      calls[i].from_server = i % 2 == 1;
      for (int n = 0; n < 64; ++n) {
        state = state * 1664525 + 1013904223;
        calls[i].bytes += static_cast<char>(state >> 24U);
      }
    }
    spans_of(protocol, calls);
  }
}

/// All of the above.
inline void expect_robust(std::string_view protocol, const std::vector<Call>& calls) {
  expect_splits_change_nothing(protocol, calls);
  expect_prefixes_are_harmless(protocol, calls);
  expect_flips_are_harmless(protocol, calls);
  expect_garbage_is_harmless(protocol);
}

}  // namespace obi::protocol
