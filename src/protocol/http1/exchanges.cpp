// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/exchanges.hpp"

#include <algorithm>
#include <utility>

#include "protocol/http1/span_text.hpp"

namespace obi::protocol::http1 {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kMaxTarget = 8 * 1024;  // of a request target; servers' limits are like that
constexpr std::size_t kMaxHost = 512;         // twice the longest name (RFC 1035 section 2.3.4)

bool is_interim(int status) { return status < 200 && status != 101; }

}  // namespace

void Exchanges::open_request(const RequestHead& head, RequestStart& start, SpanSink& sink) {
  if (!head.fields.traceparent.empty())
    start.origin.set_header_context(model::parse_traceparent(head.fields.traceparent));
  const RequestIdentity identity = sink.begin(start.origin);
  newest_is_kept_ = unreadable_ = false;
  if (std::exchange(in_question_, false)) miss_responses(sink);  // the client has taken it for one
  if (unsynchronised_) {
    sink.note(Note::RequestLostResponse);
  } else if (overflowed_ > 0 || pending_.is_full()) {
    ++overflowed_;
    pipelines_ = true;
    sink.note(Note::RequestOverflow);
  } else {
    keep(head, identity, start.https, sink);
  }
}

void Exchanges::keep(const RequestHead& head, const RequestIdentity& identity, bool https,
                     SpanSink& sink) {
  const bool same_call =
      !pending_.empty() && pending_.back().identity.start_ns == identity.start_ns;
  if (head.target.size() > kMaxTarget) sink.note(Note::HeadTruncated);
  const MethodName method = name_of(head.method, methods_);
  Pending& request = pending_.push(head.target.substr(0, kMaxTarget),
                                   head.fields.host.substr(0, kMaxHost), method.original);
  request.method = method.name;
  request.is_head = head.method == "HEAD";
  request.is_connect = head.method == "CONNECT";
  request.identity = identity;
  request.https = https;
  newest_is_kept_ = true;
  if (same_call) pipelines_ = true;
  if (pending_.size() > 1) request_stream(sink);
}

void Exchanges::set_request_body(std::uint64_t bytes) {
  if (newest_is_kept_ && !pending_.empty()) pending_.back().body_bytes = bytes;
}

void Exchanges::open_response(int status, bool is_unpaired, SpanSink& sink) {
  status_ = status;
  in_question_ = false;
  if (is_interim(status)) {
    answer_ = Answer::kInterim;
    return;
  }
  answer_ = is_unpaired || pending_.empty() ? Answer::kUnpaired : Answer::kOldest;
  if (answer_ == Answer::kOldest) return;
  if (overflowed_ > 0) {
    --overflowed_;
  } else if (std::exchange(unreadable_, false)) {
    sink.note(Note::RequestSeen);
    sink.note(Note::RequestUnreadable);
  } else {
    sink.note(Note::ResponseUnpaired);
  }
}

void Exchanges::close_response(const ResponseEnd& end, SpanSink& sink) {
  if (std::exchange(answer_, Answer::kNone) != Answer::kOldest || pending_.empty()) return;
  const Pending& request = pending_.front();
  if (request.expects_span()) {
    emit_span(request, {.status = status_, .body_bytes = end.body_bytes, .end_ns = end.end_ns},
              sink);
  }
  pending_.pop_front();
  // Had a response been missed, the end of this one would not have been seen behind a later
  // request.
  if (end.was_seen && !pending_.empty()) pipelines_ = true;
}

void Exchanges::emit_span(const Pending& request, const Outcome& outcome, SpanSink& sink) {
  model::Span& span = sink.emit_span(type_, request.identity,
                                     {.end_ns = outcome.end_ns,
                                      .request_bytes = request.body_bytes,
                                      .response_bytes = outcome.body_bytes});
  base::Arena& arena = sink.arena();
  // Nearly every text is safe, and then copied as a whole.
  std::string_view text = pending_.text_of(request);
  const bool safe = is_safe(text);
  if (safe) text = arena.copy(text);
  const bool own_names = methods_ != nullptr && methods_->is_custom();
  const std::string_view behind_target = text.substr(request.target_bytes);
  set_request({.method = own_names ? arena.copy(request.method) : request.method,
               .original_method = behind_target.substr(request.host_bytes),
               .target = text.substr(0, request.target_bytes),
               .host = behind_target.substr(0, request.host_bytes),
               .is_connect = request.is_connect,
               .https = request.https,
               .is_kept = safe},
              arena, span);
  span.status = outcome.status;
}

// Requests that wait came before those that were missed: the responses to them are sure. Those to
// later requests are not, unless all had been answered, and the client sends one at a time.
void Exchanges::miss_requests(SpanSink& sink) {
  if (pipelines_ || !pending_.empty()) lose_synchronisation(sink);
}

// It is unknown how many responses there were. A client that sends one request at a time sends the
// next after all of them.
void Exchanges::miss_responses(SpanSink& sink) {
  if (pipelines_ && !pending_.empty()) lose_synchronisation(sink);
  abandon(Note::RequestLostResponse, sink);
}

// Of a client that sends one request at a time, a response that still comes is the right one.
void Exchanges::question_response(SpanSink& sink) {
  if (pending_.size() == 1 && !pipelines_) {
    in_question_ = true;
  } else {
    miss_responses(sink);
  }
}

void Exchanges::miss_end(SpanSink& sink) {
  if (pipelines_) lose_synchronisation(sink);
}

void Exchanges::excuse_order() {
  if (!pipelines_) unsynchronised_ = false;
}

void Exchanges::lose_synchronisation(SpanSink& sink) {
  unsynchronised_ = true;
  request_stream(sink);
}

void Exchanges::settle() {
  if (pending_.empty() && overflowed_ == 0) unsynchronised_ = false;
}

// The request may have been answered by bytes that were no response.
void Exchanges::end_all(Unanswered& open, std::uint64_t body_bytes, SpanSink& sink) {
  if (in_question_) return abandon(Note::RequestLostResponse, sink);
  for (; !pending_.empty(); pending_.pop_front()) {
    const bool is_cut = std::exchange(answer_, Answer::kNone) == Answer::kOldest;
    const Pending& request = pending_.front();
    if (!request.expects_span()) continue;
    open.end(request.identity.start_ns, 1, [&](std::uint64_t end_ns, SpanSink& failed) {
      emit_span(
          request,
          {.status = is_cut ? status_ : 0, .body_bytes = is_cut ? body_bytes : 0, .end_ns = end_ns},
          failed);
    });
  }
  abandon(Note::RequestNoResponse, sink);
}

void Exchanges::abandon(Note why, SpanSink& sink) {
  for (; !pending_.empty(); pending_.pop_front()) {
    if (pending_.front().expects_span()) sink.note(why);
  }
  overflowed_ = 0;  // they were noted when they came
  in_question_ = false;
  answer_ = Answer::kNone;
}

void Exchanges::time_out(std::uint64_t now_ns, SpanSink& sink) {
  if (request_timeout_ns_ == 0) return;
  for (std::size_t i = is_answering() ? 1 : 0; i < pending_.size(); ++i) {
    Pending& request = pending_.at(i);
    const std::uint64_t end_ns = request.identity.start_ns + request_timeout_ns_;
    if (!request.expects_span() || now_ns < end_ns) continue;
    emit_span(request, {.status = kTimedOut, .end_ns = end_ns}, sink);
    request.timed_out = true;
  }
}

void Exchanges::request_stream(SpanSink& sink) {
  if (!std::exchange(stream_requested_, true)) sink.request_stream();
}

}  // namespace obi::protocol::http1
