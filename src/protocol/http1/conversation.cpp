// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/conversation.hpp"

#include <algorithm>

#include "protocol/http1/span_text.hpp"

namespace obi::protocol::http1 {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kMaxHead = 16 * 1024;   // kept of a head that comes in parts
constexpr std::size_t kMaxTarget = 8 * 1024;  // kept of a request target
constexpr std::size_t kIdleHead = 512;        // capacity that an idle side may keep
constexpr std::uint64_t kLostNs = 10'000'000'000;  // a message whose framing is lost ends after this silence
constexpr std::string_view kChunkedEnd = "\r\n0\r\n\r\n";
constexpr int kTimedOut = 408;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool ends_chunked_body(std::string_view text) { return text.ends_with(kChunkedEnd) || text == kChunkedEnd.substr(2); }

}  // namespace

bool looks_like(Payload first_bytes) {
  const std::string_view text = text_of(first_bytes.bytes);
  return !text.empty() && (may_begin_request(text) || may_begin_response(text));
}

Fate Http1Conversation::on_chunk(const Chunk& chunk, SpanSink& sink) {
  if (upgraded_) return Fate::Upgraded;
  Side& side = side_of(chunk.direction);
  std::string_view text = text_of(chunk.bytes);
  const bool inside = side.phase != Phase::kStart && side.phase != Phase::kResync;
  bool used = inside;
  heads_in_chunk_ = 0;
  for (bool at_start = true; !text.empty() && !upgraded_; at_start = false) {
    const std::size_t taken = step(chunk, text, at_start, sink);
    if (side.phase == Phase::kResync) break;
    used = true;
    text.remove_prefix(taken);
  }
  if (chunk.missing_bytes > 0 && !upgraded_) skip_missing(chunk, sink);
  if (used) return Fate::Message;
  return request_direction_ ? Fate::Resync : Fate::Unrecognised;
}

std::size_t Http1Conversation::step(const Chunk& chunk, std::string_view text, bool at_chunk_start, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  switch (side.phase) {
    case Phase::kResync:
      if (!at_chunk_start || poisoned_) return 0;
      side.phase = Phase::kStart;
      return start_message(chunk, text, sink);
    case Phase::kStart: return start_message(chunk, text, sink);
    case Phase::kHead: return read_head(chunk, text, sink);
    case Phase::kSkipHead: return skip_head(chunk, text, sink);
    case Phase::kBody: return read_body(chunk, text, at_chunk_start, sink);
  }
  return text.size();
}

std::size_t Http1Conversation::read_body(const Chunk& chunk, std::string_view text, bool at_chunk_start,
                                         SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  if (side.body.is_lost() && at_chunk_start) {
    const bool next = carries_requests(chunk.direction) ? parse_request_line(text).has_value()
                                                        : parse_status_line(text).has_value();
    if (next) {
      end_message(chunk.direction, sink);
      return 0;
    }
  }
  side.last_ns = chunk.end_ns;
  const std::size_t taken = side.body.take(text);
  const bool marked_end = side.body.is_lost() && chunk.missing_bytes == 0 && ends_chunked_body(text);
  if (side.body.is_done() || marked_end) end_message(chunk.direction, sink);
  return marked_end ? text.size() : taken;
}

std::size_t Http1Conversation::start_message(const Chunk& chunk, std::string_view text, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  // RFC 9112 section 2.2: empty lines before a start line are to be ignored.
  const std::size_t blank = std::min(text.find_first_not_of("\r\n"), text.size());
  if (blank > 0) return blank;
  const bool request_fits = !request_direction_ || carries_requests(chunk.direction);
  const bool response_fits = !request_direction_ || !carries_requests(chunk.direction);
  if (!(request_fits && may_begin_request(text)) && !(response_fits && may_begin_response(text))) {
    resync(side);
    return 0;
  }
  side.first_ns = chunk.start_ns;
  side.first_pid = chunk.pid;
  side.head.clear();
  side.phase = Phase::kHead;
  return read_head(chunk, text, sink);
}

// Parses the head from what was kept of it and `text`; keeps `text` too while its end is missing.
std::size_t Http1Conversation::read_head(const Chunk& chunk, std::string_view text, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  side.last_ns = chunk.end_ns;
  const std::size_t kept = side.head.size();
  if (kept > 0) side.head.append(text.substr(0, kMaxHead - kept));
  const std::string_view head = kept > 0 ? std::string_view(side.head) : text;
  const auto size = begin_message(chunk, head, false, sink);
  if (size) {
    side.head.clear();
    if (side.head.capacity() > kIdleHead) side.head.shrink_to_fit();
    return *size - kept;
  }
  if (size.error() != ParseError::Truncated) {
    sink.note(Note::HeadMalformed);
    resync(side);
    return 0;
  }
  if (head.size() < kMaxHead) {
    if (kept == 0) side.head.assign(text);
    return text.size();
  }
  if (kept == 0) side.head.assign(text.substr(0, kMaxHead));
  side.phase = Phase::kSkipHead;
  side.line_is_empty = false;
  return side.head.size() - kept;
}

// Looks for the empty line that ends a head too long to keep, then begins the message from what was kept.
std::size_t Http1Conversation::skip_head(const Chunk& chunk, std::string_view text, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  side.last_ns = chunk.end_ns;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    const bool ended = text[i] == '\n' && side.line_is_empty;
    side.line_is_empty = text[i] == '\n';
    if (!ended) continue;
    sink.note(Note::HeadTruncated);
    const auto begun = begin_message(chunk, side.head, true, sink);
    side.head.clear();
    if (!begun) resync(side);
    return i + 1;
  }
  return text.size();
}

// Begins the message whose head is at the start of `text`. With `partial`, a head without its end will do, as long as
// its first line is whole. Returns the bytes of the head.
std::expected<std::size_t, ParseError> Http1Conversation::begin_message(const Chunk& chunk, std::string_view text,
                                                                        bool partial, SpanSink& sink) {
  const bool response = may_begin_response(text) && !(request_direction_ && carries_requests(chunk.direction));
  if (response) {
    ResponseHead head;
    const auto size = parse_response(text, head);
    if (!size && !(partial && size.error() == ParseError::Truncated && head.status != 0)) {
      return std::unexpected(size.error());
    }
    begin_response(chunk, head, sink);
    return size.value_or(text.size());
  }
  // A head that came in parts may have begun before the other direction turned out to carry the requests.
  if (request_direction_ && !carries_requests(chunk.direction)) return std::unexpected(ParseError::NotThisProtocol);
  RequestHead head;
  const auto size = parse_request(text, head);
  if (!size && !(partial && size.error() == ParseError::Truncated && !head.method.empty())) {
    return std::unexpected(size.error());
  }
  begin_request(chunk, head, sink);
  return size.value_or(text.size());
}

void Http1Conversation::begin_request(const Chunk& chunk, const RequestHead& head, SpanSink& sink) {
  if (!request_direction_) request_direction_ = chunk.direction;
  Side& side = side_of(chunk.direction);
  Side& answers = side_of(opposite(chunk.direction));
  if (answers.phase == Phase::kBody && answers.body.is_lost()) end_message(opposite(chunk.direction), sink);

  const bool wanted = is_known_method(head.method);
  if (wanted) sink.note(Note::RequestSeen);
  if (overflowed_ > 0 || pending_.is_full()) {
    ++overflowed_;
    if (wanted) sink.note(Note::RequestOverflow);
  } else {
    Pending& request = pending_.push();
    if (head.target.size() > kMaxTarget) sink.note(Note::HeadTruncated);
    request.method.assign(head.method);
    request.target.assign(head.target.substr(0, kMaxTarget));
    request.host.assign(head.fields.host);
    request.parent = model::parse_traceparent(head.fields.traceparent);
    request.start_ns = side.first_ns;
    request.pid = side.first_pid;
    request.https = chunk.encrypted_source;
    request.wanted = wanted;
    pending_.count_text(request.method.size() + request.target.size() + request.host.size());
  }
  if (++heads_in_chunk_ > 1 || pending_.size() > 1) sink.want_stream();

  const Fields& fields = head.fields;
  const Framing framing = fields.chunked                                        ? Framing::kChunked
                          : fields.content_length.value_or(0) > 0               ? Framing::kLength
                                                                                : Framing::kNone;
  side.body.begin(framing, fields.content_length.value_or(0));
  side.phase = Phase::kBody;
  if (side.body.is_done()) end_message(chunk.direction, sink);
}

void Http1Conversation::begin_response(const Chunk& chunk, const ResponseHead& head, SpanSink& sink) {
  if (!request_direction_) request_direction_ = opposite(chunk.direction);
  Side& side = side_of(chunk.direction);
  Side& requests = side_of(opposite(chunk.direction));
  if (requests.phase == Phase::kBody && requests.body.is_lost()) end_message(*request_direction_, sink);

  status_ = head.status;
  interim_ = status_ < 200 && status_ != 101;
  unpaired_ = !interim_ && pending_.empty();
  if (unpaired_ && overflowed_ > 0) {
    --overflowed_;
  } else if (unpaired_) {
    sink.note(Note::ResponseUnpaired);
  }
  const std::string_view method = pending_.empty() ? std::string_view() : pending_.front().method;
  const bool tunnel = status_ == 101 || (method == "CONNECT" && status_ / 100 == 2);
  const bool bodiless = tunnel || status_ < 200 || status_ == 204 || status_ == 304 || method == "HEAD";
  const Fields& fields = head.fields;
  const Framing framing = bodiless                  ? Framing::kNone
                          : fields.chunked          ? Framing::kChunked
                          : fields.content_length   ? Framing::kLength
                                                    : Framing::kUntilClose;
  side.body.begin(framing, fields.content_length.value_or(0));
  side.phase = Phase::kBody;
  if (side.body.is_done()) end_message(chunk.direction, sink);
  if (tunnel) upgrade(sink);
}

void Http1Conversation::upgrade(SpanSink& sink) {
  upgraded_ = true;
  lose_pending(Note::RequestUpgraded, sink);
}

// A head of which the rest was not captured: what is known of it must do, and its body can't be followed.
void Http1Conversation::cut_head(const Chunk& chunk, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  sink.note(Note::HeadTruncated);
  const std::string head = std::move(side.head);
  side.head.clear();
  if (!begin_message(chunk, head, true, sink)) {
    resync(side);
    return;
  }
  // A request or response without body has ended with its head; where the head ended is unknown all the same.
  if (side.phase == Phase::kStart) resync(side);
  if (side.phase == Phase::kBody) {
    side.body.lose();
    side.body.count_lost_bytes(chunk.missing_bytes);
  }
}

void Http1Conversation::skip_missing(const Chunk& chunk, SpanSink& sink) {
  Side& side = side_of(chunk.direction);
  switch (side.phase) {
    case Phase::kHead:
    case Phase::kSkipHead: cut_head(chunk, sink); return;
    case Phase::kStart: on_gap(chunk.direction, chunk.missing_bytes, sink); return;
    case Phase::kResync: return;
    case Phase::kBody: break;
  }
  side.last_ns = chunk.end_ns;
  const std::uint64_t taken = side.body.skip(chunk.missing_bytes);
  if (side.body.is_done() || (side.body.is_lost() && ends_chunked_body(text_of(chunk.tail)))) {
    end_message(chunk.direction, sink);
  }
  if (taken < chunk.missing_bytes) on_gap(chunk.direction, chunk.missing_bytes - taken, sink);
}

void Http1Conversation::end_message(model::Direction direction, SpanSink& sink) {
  Side& side = side_of(direction);
  side.phase = Phase::kStart;
  if (carries_requests(direction)) {
    if (!pending_.empty() && overflowed_ == 0) pending_.back().body_bytes = side.body.payload_bytes();
  } else {
    end_response(sink);
  }
}

void Http1Conversation::end_response(SpanSink& sink) {
  if (interim_ || unpaired_ || pending_.empty()) return;
  const Side& answers = side_of(opposite(*request_direction_));
  const Side& requests = side_of(*request_direction_);
  Pending& request = pending_.front();
  const bool still_sending = pending_.size() == 1 && requests.phase == Phase::kBody;
  if (still_sending) request.body_bytes = requests.body.payload_bytes();
  if (request.wanted && !request.timed_out) {
    emit(request, status_, answers.body.payload_bytes(), answers.last_ns, sink);
  }
  pending_.pop_front();
}

void Http1Conversation::emit(const Pending& request, int status, std::uint64_t response_bytes, std::uint64_t end_ns,
                             SpanSink& sink) {
  base::Arena& arena = sink.arena();
  const TargetParts target = split_target(request.method, request.target);
  model::Span span;
  span.type = *request_direction_ == model::Direction::kReceive ? model::EventType::kHttpServer
                                                                : model::EventType::kHttpClient;
  span.method = arena.copy(request.method);
  span.path = safe_copy(target.path, arena);
  span.query = safe_copy(target.query, arena);
  span.host_header = safe_copy(request.host.empty() ? target.authority : request.host, arena);
  span.scheme = request.https || target.https ? "https" : "http";
  span.status = status;
  span.request_bytes = static_cast<std::int64_t>(request.body_bytes);
  span.response_bytes = static_cast<std::int64_t>(response_bytes);
  span.request_start_ns = span.start_ns = request.start_ns;
  span.end_ns = std::max(end_ns, request.start_ns);
  span.pid = request.pid;
  if (request.parent) {
    span.trace_id = request.parent->trace_id;
    span.parent_id = request.parent->span_id;
    span.trace_flags = request.parent->flags;
  }
  sink.emit(std::move(span));
}

// Every request that still waits is given up for the same reason.
void Http1Conversation::lose_pending(Note why, SpanSink& sink) {
  for (; !pending_.empty(); pending_.pop_front()) {
    if (pending_.front().wanted && !pending_.front().timed_out) sink.note(why);
  }
}

void Http1Conversation::on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) {
  Side& side = side_of(direction);
  if (upgraded_ || side.phase != Phase::kBody) return;
  const bool complete = side.body.ends_with_stream() || side.body.is_lost();
  if (complete) end_message(direction, sink);
}

// Bytes inside a body are accounted for; anywhere else messages may be missing, and a wrong pairing is worse than none.
void Http1Conversation::on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) {
  if (upgraded_) return;
  Side& side = side_of(direction);
  if (side.phase == Phase::kBody && missing > 0) {
    const std::uint64_t taken = side.body.skip(missing);
    if (taken == missing) {
      if (side.body.is_done()) end_message(direction, sink);
      return;
    }
    end_message(direction, sink);
  }
  if (pending_.size() > 1) poisoned_ = true;
  if (!request_direction_ || !carries_requests(direction)) {
    lose_pending(Note::RequestLostResponse, sink);
  }
  resync(side);
}

void Http1Conversation::on_close(std::uint64_t ns, SpanSink& sink) {
  if (upgraded_) return;
  if (request_direction_) {
    const model::Direction direction = opposite(*request_direction_);
    if (side_of(direction).phase == Phase::kBody) end_message(direction, sink);
  }
  lose_pending(Note::RequestNoResponse, sink);
}

void Http1Conversation::on_tick(std::uint64_t now_ns, SpanSink& sink) {
  if (upgraded_ || !request_direction_) return;
  for (const model::Direction direction : {model::Direction::kReceive, model::Direction::kSend}) {
    Side& side = side_of(direction);
    const bool lost = side.phase == Phase::kBody && side.body.is_lost();
    if (lost && now_ns > side.last_ns + kLostNs) end_message(direction, sink);
  }
  if (options_.request_timeout_ns == 0) return;
  const bool answering = side_of(opposite(*request_direction_)).phase == Phase::kBody;
  for (std::size_t i = answering ? 1 : 0; i < pending_.size(); ++i) {
    Pending& request = pending_.at(i);
    if (request.timed_out || !request.wanted || now_ns < request.start_ns + options_.request_timeout_ns) continue;
    request.timed_out = true;
    emit(request, kTimedOut, 0, request.start_ns + options_.request_timeout_ns, sink);
  }
}

std::size_t Http1Conversation::held_bytes() const {
  return sizeof(*this) + pending_.held_bytes() + sides_[0].head.capacity() + sides_[1].head.capacity();
}

}  // namespace obi::protocol::http1
