// SPDX-License-Identifier: Apache-2.0
// What the end of a connection makes of the requests that are open: a span of each that was seen
// without a gap, marked as failed; a loss of each that may have been answered in bytes that were
// not read. The one way for all protocols.
#pragma once
#include <cstdint>

#include "protocol/conversation.hpp"

namespace obi::protocol {

/// Passes everything on; each span that is made through it is one of a request that failed.
class FailedSpans final : public SpanSink {
 public:
  FailedSpans(SpanSink& sink, model::Failure failure) : sink_(sink), failure_(failure) {}
  RequestIdentity begin(const RequestOrigin& origin, std::uint64_t count) override {
    return sink_.begin(origin, count);
  }
  model::Span& add_span(model::EventType type) override {
    model::Span& span = sink_.add_span(type);
    span.failure = failure_;
    return span;
  }
  base::Arena& arena() override { return sink_.arena(); }
  void note(Note what, std::uint64_t count) override { sink_.note(what, count); }
  void request_stream() override { sink_.request_stream(); }

 private:
  SpanSink& sink_;
  model::Failure failure_;
};

class Unanswered {
 public:
  /// `closing` of a connection that really ended. `is_client`: this end asks. `unread_ns`: when
  /// bytes moved last, either way, that were not read; 0 = never.
  Unanswered(const Closing& closing, bool is_client, std::uint64_t unread_ns, SpanSink& sink)
      : closing_(closing),
        is_client_(is_client),
        unread_ns_(unread_ns),
        sink_(sink),
        failed_(sink, model::failure_of(closing.end, is_client)) {}

  /// Until when a request that began at `start_ns` was waited for: a client sees the end of the
  /// connection, a server whose client has gone works until it closes.
  [[nodiscard]] std::uint64_t end_ns(std::uint64_t start_ns) const {
    const bool works_on = !is_client_ && closing_.end == model::ConnectionEnd::kPeerClosed;
    return works_on || closing_.end_ns < start_ns ? closing_.ns : closing_.end_ns;
  }
  /// It may have been answered, in bytes that were not read.
  [[nodiscard]] bool may_be_answered(std::uint64_t start_ns) const {
    return start_ns <= unread_ns_;
  }
  /// Ends one operation, or several that one request holds, which began at `start_ns`:
  /// `emit_spans(end_ns, sink)` emits as many spans, unless they may have been answered.
  template <typename F>
  void end(std::uint64_t start_ns, std::uint64_t spans, F&& emit_spans) {
    if (may_be_answered(start_ns)) return sink_.note(SpanSink::Note::RequestLostResponse, spans);
    emit_spans(end_ns(start_ns), static_cast<SpanSink&>(failed_));
  }

 private:
  const Closing& closing_;
  bool is_client_;
  std::uint64_t unread_ns_;
  SpanSink& sink_;
  FailedSpans failed_;
};

}  // namespace obi::protocol
