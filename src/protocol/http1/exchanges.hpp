// SPDX-License-Identifier: Apache-2.0
// The exchanges of one connection: pairs each final response with the oldest request that waits for
// one (RFC 9112 section 9.3.2), makes the spans, and accounts for every request that gets none.
//
// Pairing by order is right only while no message is missed. When bytes were lost that may have
// held messages, the requests that could get a wrong response are abandoned. After that a
// connection on which pipelining was seen is unsynchronised: nothing is paired until everything has
// been quiet for a while. Where it was not seen, the client is taken to send one request at a time,
// as nearly all do.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/http1/head.hpp"
#include "protocol/http1/methods.hpp"
#include "protocol/http1/pending.hpp"
#include "protocol/unanswered.hpp"

namespace obi::protocol::http1 {

/// Where and when a request's first byte moved.
struct RequestStart {
  RequestOrigin origin;
  bool https = false;
};

struct ResponseEnd {
  std::uint64_t body_bytes = 0;
  std::uint64_t end_ns = 0;  ///< when its last byte moved
  bool was_seen = true;      ///< false: it was concluded from something else
};

class Exchanges {
 public:
  /// As in Options; null: the conventions' methods.
  explicit Exchanges(std::uint64_t request_timeout_ns, const Methods* methods = nullptr)
      : request_timeout_ns_(request_timeout_ns), methods_(methods) {}

  /// Which end of the connection this is; before the first request or response.
  void set_type(model::EventType type) { type_ = type; }

  /// Once its head is known, and so whether that names a trace.
  void open_request(const RequestHead& head, RequestStart& start, SpanSink& sink);
  /// Bytes of the body of the newest request, so far.
  void set_request_body(std::uint64_t bytes);
  /// `is_unpaired`: no request waited when its first byte came.
  void open_response(int status, bool is_unpaired, SpanSink& sink);
  void close_response(const ResponseEnd& end, SpanSink& sink);

  /// The request that the response just opened answers; null if unknown.
  [[nodiscard]] const Pending* answered() const {
    return answer_ == Answer::kOldest ? &pending_.front() : nullptr;
  }
  /// Requests without complete response, those in overflow not included.
  [[nodiscard]] std::size_t waiting() const { return pending_.size(); }
  /// … besides the one whose response is under way.
  [[nodiscard]] bool others_wait() const { return waiting() > (is_answering() ? 1U : 0U); }
  /// Is the response that was opened last under way, and one that answers no known request?
  [[nodiscard]] bool is_unpaired() const { return answer_ == Answer::kUnpaired; }
  /// … or one that answers the oldest request?
  [[nodiscard]] bool is_answering() const { return answer_ == Answer::kOldest; }

  /// Requests may have been missed.
  void miss_requests(SpanSink& sink);
  /// Where a request was due the client sent something else: if it gets a response it was one.
  void see_unreadable_request() { unreadable_ = true; }
  /// Responses may have been missed.
  void miss_responses(SpanSink& sink);
  /// Bytes went by that were no response, though nothing was missed.
  void question_response(SpanSink& sink);
  /// The end of a message was lost sight of; on a connection that pipelines, messages with it.
  void miss_end(SpanSink& sink);
  /// Response bytes were lost: so that may be why a request seemed to come before its turn.
  void excuse_order();
  /// Pair nothing that comes from here on, until `settle`.
  void lose_synchronisation(SpanSink& sink);
  /// Nothing moved for long.
  void settle();
  /// The connection has ended: what waits has failed, the response under way with `body_bytes` of
  /// it seen.
  void end_all(Unanswered& open, std::uint64_t body_bytes, SpanSink& sink);
  /// Whatever waits is abandoned for the reason `why`.
  void abandon(SpanSink::Note why, SpanSink& sink);
  /// Makes 408 spans of requests that have waited too long for their response to begin.
  void time_out(std::uint64_t now_ns, SpanSink& sink);

  void release_idle_memory() { pending_.release_idle_memory(); }
  [[nodiscard]] std::size_t held_bytes() const { return pending_.held_bytes(); }

 private:
  enum class Answer : std::uint8_t { kNone, kInterim, kUnpaired, kOldest };
  struct Outcome {
    int status = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t end_ns = 0;
  };
  void keep(const RequestHead& head, const RequestIdentity& identity, bool https, SpanSink& sink);
  void emit_span(const Pending& request, const Outcome& outcome, SpanSink& sink);
  void request_stream(SpanSink& sink);

  std::uint64_t request_timeout_ns_;
  const Methods* methods_;
  PendingRequests pending_;
  std::size_t overflowed_ = 0;  // requests beyond the bounds of pending_, behind all of it
  int status_ = 0;              // of the response under way
  model::EventType type_ = model::EventType::kNone;
  Answer answer_ = Answer::kNone;
  bool newest_is_kept_ = false;  // the newest request has its slot, the last one
  bool pipelines_ = false;    // several requests were outstanding, and that is no mistake of ours
  bool in_question_ = false;  // the only request that waits may have got garbage for an answer
  bool unsynchronised_ = false;
  bool unreadable_ = false;  // what was last sent was no request, as far as that can be read
  bool stream_requested_ = false;
};

}  // namespace obi::protocol::http1
