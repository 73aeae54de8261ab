// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/conversation.hpp"

#include <algorithm>
#include <utility>

#include "protocol/unanswered.hpp"

namespace obi::protocol::http1 {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kMaxHead = 16 * 1024;  // kept of a head that comes in parts
constexpr std::size_t kIdleHead = 256;       // capacity that a direction keeps between messages
constexpr std::uint64_t kQuietNs = 10'000'000'000;  // silence after which nothing more is expected

// RFC 9112 section 6.3: transfer codings over Content-Length. A field that is not there may be in
// the part of the head that is not. Where the length is ambiguous the message ends where the next
// one begins, or with its stream.
Framing framing_of(const Fields& fields, Framing without_length, bool partial) {
  if (fields.chunked) return Framing::kChunked;
  if (fields.ambiguous_length) return Framing::kUnknown;
  if (fields.transfer_encoding)
    return without_length == Framing::kNone ? Framing::kUnknown : without_length;
  if (fields.content_length) return Framing::kLength;
  return partial ? Framing::kUnknown : without_length;
}

}  // namespace

Http1Conversation::Http1Conversation(const Shared& shared, const ConversationStart& start)
    : exchanges_(shared.request_timeout_ns, &shared.methods) {
  if (start.mid_life) sides_[0].phase = sides_[1].phase = Phase::kResync;
  if (start.client_was_unreadable) exchanges_.see_unreadable_request();
}

ChunkResult Http1Conversation::on_chunk(const Chunk& chunk, SpanSink& sink) {
  if (upgraded_) {
    unread_ = chunk.bytes.size();
    return ChunkResult::Handover;
  }
  Side& side = side_of(chunk.direction);
  side.last_ns = chunk.end_ns;
  context_ = context_of(chunk);
  bool used = side.phase != Phase::kStart && side.phase != Phase::kResync;
  std::string_view text = text_of(chunk.bytes);
  while (!text.empty() && !upgraded_) {
    const std::size_t taken = step(side, chunk, text, sink);
    if (side.phase == Phase::kResync) break;
    used = true;
    text.remove_prefix(taken);
  }
  if (chunk.missing_bytes > 0 && !upgraded_) miss(side, chunk, sink);
  if (upgraded_ && !text.empty()) {
    unread_ = text.size();
    return ChunkResult::Handover;
  }
  if (used) return ChunkResult::Message;
  return request_direction_ ? ChunkResult::Resync : ChunkResult::Unrecognised;
}

std::size_t Http1Conversation::step(Side& side, const Chunk& chunk, std::string_view text,
                                    SpanSink& sink) {
  switch (side.phase) {
    case Phase::kStart:
    case Phase::kResync: return start_message(side, chunk, text, sink);
    case Phase::kHead: return read_head(side, text, sink);
    case Phase::kLongHead: return read_long_head(side, text, sink);
    case Phase::kBody: return read_body(side, chunk, text, sink);
  }
  return text.size();
}

bool Http1Conversation::may_carry_requests(const Side& side) const {
  return !request_direction_ || *request_direction_ == side.direction;
}

bool Http1Conversation::may_carry_responses(const Side& side) const {
  return !request_direction_ || *request_direction_ != side.direction;
}

void Http1Conversation::set_request_direction(model::Direction direction) {
  request_direction_ = direction;
  exchanges_.set_type(direction == model::Direction::kReceive ? model::EventType::kHttpServer
                                                              : model::EventType::kHttpClient);
}

std::size_t Http1Conversation::start_message(Side& side, const Chunk& chunk, std::string_view text,
                                             SpanSink& sink) {
  const std::string_view rest = without_empty_lines(text);
  const std::size_t empty_lines = text.size() - rest.size();
  return empty_lines + (rest.empty() ? 0 : start_head(side, chunk, rest, sink));
}

std::size_t Http1Conversation::start_head(Side& side, const Chunk& chunk, std::string_view text,
                                          SpanSink& sink) {
  const Head head = parse_head(side, text);
  if (is_garbage(side, head, text)) {
    skip_garbage(side, sink);
    return 0;
  }
  // It answers a head of which the rest never came, or comes too late.
  Side& other = other_side(side);
  if (head.is_response && is_in_head(other) && exchanges_.waiting() == 0)
    cut_head(other, {}, sink, true);
  side.is_unpaired = exchanges_.waiting() == 0;
  side.start = {
      .origin = {.start_ns = chunk.start_ns, .task = chunk.task, .context = {}, .own_span_id = {}},
      .https = model::is_encrypted(chunk.source)};
  if (!head.is_response && context_)
    side.start.origin.set_kernel_context(*std::exchange(context_, std::nullopt));
  side.end_was_guessed = false;
  side.phase = Phase::kHead;
  return take_head(side, text, 0, head, sink);
}

// Goes on with a head of which `side.head` is the start.
std::size_t Http1Conversation::read_head(Side& side, std::string_view text, SpanSink& sink) {
  const std::size_t kept = side.head.size();
  side.head.append(text.substr(0, kMaxHead - kept));
  const bool has_line_end = text.find('\n') != std::string_view::npos;
  if (!has_line_end && side.head.size() < kMaxHead) {
    // Nothing new to parse; but only a line that could be one is kept.
    const bool is_line = kept > kMaxMethod || side.head.find('\n') != std::string::npos ||
                         may_begin_response(side.head) || may_continue_with_request(side.head);
    if (!is_line) skip_garbage(side, sink);
    return is_line ? text.size() : 0;
  }
  return take_head(side, text, kept, parse_head(side, side.head), sink);
}

// `head` was parsed from the `kept` bytes of it and `text`, which is kept too while its end is
// missing.
std::size_t Http1Conversation::take_head(Side& side, std::string_view text, std::size_t kept,
                                         const Head& head, SpanSink& sink) {
  if (head.size) {
    begin_message(side, head, false, sink);
    side.head.clear();
    if (side.head.capacity() > kIdleHead) side.head.shrink_to_fit();
    return *head.size - kept;
  }
  if (head.size.error() != ParseError::Truncated) {
    sink.note(Note::HeadMalformed);
    skip_garbage(side, sink);
    return 0;
  }
  if (kept == 0) side.head.assign(text.substr(0, kMaxHead));
  if (side.head.size() == kMaxHead) {
    side.phase = Phase::kLongHead;
    side.line_is_empty = side.head.ends_with('\n') || side.head.ends_with("\n\r");
  }
  return side.head.size() - kept;
}

// Looks for the empty line that ends a head too long to keep, then begins the message from what was
// kept.
std::size_t Http1Conversation::read_long_head(Side& side, std::string_view text, SpanSink& sink) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    const bool ended = text[i] == '\n' && side.line_is_empty;
    side.line_is_empty = text[i] == '\n';
    if (!ended) continue;
    sink.note(Note::HeadTruncated);
    const std::string head = std::exchange(side.head, {});
    if (!begin_cut_message(side, head, sink)) lose_messages(side, sink);
    return i + 1;
  }
  return text.size();
}

std::size_t Http1Conversation::read_body(Side& side, const Chunk& chunk, std::string_view text,
                                         SpanSink& sink) {
  if (text.data() == text_of(chunk.bytes).data() && next_message_begins(side, text)) {
    end_message(side, false, sink);
    return 0;
  }
  const std::size_t taken = side.body.take(text);
  if (side.body.is_done()) {
    end_message(side, true, sink);
  } else if (side.body.is_lost()) {
    check_lost_body(side, chunk.missing_bytes == 0 ? text : std::string_view(), sink);
  }
  return taken;
}

// Inside a body whose end can't be counted out, a call that begins like a message ends it, if such
// a message is possible now.
bool Http1Conversation::next_message_begins(Side& side, std::string_view text) {
  if (may_carry_requests(side)) {
    const bool answered = exchanges_.waiting() == 0;
    const bool being_answered = exchanges_.waiting() == 1 && exchanges_.is_answering();
    const bool possible = (side.body.is_lost() && (answered || being_answered)) ||
                          (side.expects_continue && answered);
    return possible && may_begin_request(text);
  }
  // The length in a response without a request is void if its request was HEAD.
  const bool void_length = exchanges_.is_unpaired() && exchanges_.waiting() > 0;
  if (!side.body.is_lost() && !void_length) return false;
  ResponseHead head;
  const auto size = parse_response(text, head);
  return size || (size.error() == ParseError::Truncated && head.status != 0);
}

Http1Conversation::Head Http1Conversation::parse_head(const Side& side,
                                                      std::string_view text) const {
  Head head;
  head.is_response = may_carry_responses(side) && may_begin_response(text);
  if (head.is_response) {
    head.size = parse_response(text, head.response);
  } else if (may_carry_requests(side)) {
    head.size = parse_request(text, head.request);
  }
  return head;
}

// Neither a head nor what may become one.
bool Http1Conversation::is_garbage(const Side& side, const Head& head, std::string_view text) {
  if (head.is_response || head.size) return false;
  if (head.size.error() == ParseError::NotThisProtocol) return true;
  if (head.has_first_line() || may_begin_request(text)) return false;
  return side.phase != Phase::kStart || !may_continue_with_request(text);
}

// Begins the message whose head is `text`, without its end: its first line will do, of a request
// even the beginning of that. False if it has none.
bool Http1Conversation::begin_cut_message(Side& side, std::string_view text, SpanSink& sink) {
  Head head = parse_head(side, text);
  if (!head.size) {
    if (head.size.error() != ParseError::Truncated) return false;
    const bool is_request = !head.is_response && may_carry_requests(side);
    const bool has_line =
        head.has_first_line() || (is_request && parse_cut_request(text, head.request));
    if (!has_line) return false;
  }
  begin_message(side, head, true, sink);
  return true;
}

void Http1Conversation::begin_message(Side& side, const Head& head, bool partial, SpanSink& sink) {
  head.is_response ? begin_response(side, head.response, partial, sink)
                   : begin_request(side, head.request, partial, sink);
}

void Http1Conversation::begin_request(Side& side, const RequestHead& head, bool partial,
                                      SpanSink& sink) {
  if (!request_direction_) set_request_direction(side.direction);
  end_lost_response(other_side(side), sink);
  exchanges_.open_request(head, side.start, sink);
  side.expects_continue = head.fields.expects_continue;
  side.phase = Phase::kBody;
  side.body.begin(framing_of(head.fields, Framing::kNone, partial),
                  head.fields.content_length.value_or(0));
  if (side.body.is_done()) end_message(side, !partial, sink);
}

void Http1Conversation::begin_response(Side& side, const ResponseHead& head, bool partial,
                                       SpanSink& sink) {
  if (!request_direction_) {
    set_request_direction(opposite(side.direction));
    if (other_side(side).was_unreadable) exchanges_.see_unreadable_request();
  }
  exchanges_.open_response(head.status, side.is_unpaired, sink);
  const Pending* const request = exchanges_.answered();
  const bool to_connect = request != nullptr && request->is_connect;
  const bool to_head = request != nullptr && request->is_head;
  const bool tunnel = head.status == 101 || (to_connect && head.status / 100 == 2);
  const bool bodiless =
      tunnel || to_head || head.status < 200 || head.status == 204 || head.status == 304;
  side.phase = Phase::kBody;
  side.body.begin(
      bodiless ? Framing::kNone : framing_of(head.fields, Framing::kUntilClose, partial),
      head.fields.content_length.value_or(0));
  if (side.body.is_done()) end_message(side, !partial, sink);
  if (tunnel) upgrade(sink);
}

void Http1Conversation::end_message(Side& side, bool was_seen, SpanSink& sink) {
  side.phase = Phase::kStart;
  if (may_carry_requests(side)) {
    exchanges_.set_request_body(side.body.payload_bytes());
    return;
  }
  const Side& requests = other_side(side);
  if (requests.phase == Phase::kBody) {
    exchanges_.set_request_body(requests.body.payload_bytes());
  }
  exchanges_.close_response(
      {.body_bytes = side.body.payload_bytes(), .end_ns = side.last_ns, .was_seen = was_seen},
      sink);
}

void Http1Conversation::upgrade(SpanSink& sink) {
  upgraded_ = true;
  exchanges_.abandon(Note::RequestUpgraded, sink);
}

void Http1Conversation::on_end_of_stream(model::Direction direction, std::uint64_t ns,
                                         SpanSink& sink) {
  Side& side = side_of(direction);
  if (upgraded_ || side.phase != Phase::kBody) return;
  // A body that says where it ends is cut here: that is a matter of the connection's end.
  if (side.body.is_until_close() || side.body.is_lost()) end_message(side, false, sink);
}

// A body may end with its connection, if it was the server that closed it. Where it is unknown how
// the body or the connection ended, the response is taken for a whole one.
bool Http1Conversation::ends_with_connection(const Side& answers, model::Failure failure) {
  if (answers.phase != Phase::kBody) return false;
  if (answers.body.is_lost() || failure == model::Failure::kNone) return true;
  return answers.body.is_until_close() &&
         (failure == model::Failure::kEof || failure == model::Failure::kOther);
}

void Http1Conversation::on_close(const Closing& closing, SpanSink& sink) {
  if (upgraded_ || !request_direction_) return;
  const bool is_client = *request_direction_ == model::Direction::kSend;
  const Side& requests = side_of(*request_direction_);
  Side& answers = other_side(requests);
  if (ends_with_connection(answers, model::failure_of(closing.end, is_client)))
    end_message(answers, false, sink);
  if (closing.is_forgotten()) return exchanges_.abandon(Note::RequestOpen, sink);
  if (requests.phase == Phase::kBody) exchanges_.set_request_body(requests.body.payload_bytes());
  Unanswered open(closing, is_client, 0, sink);
  exchanges_.end_all(open, answers.body.payload_bytes(), sink);
}

void Http1Conversation::on_tick(std::uint64_t now_ns, SpanSink& sink) {
  if (upgraded_ || !request_direction_) return;
  Side& answers = side_of(opposite(*request_direction_));
  const bool quiet = now_ns > std::max(sides_[0].last_ns, sides_[1].last_ns) + kQuietNs;
  if (answers.phase == Phase::kBody && answers.body.is_lost() &&
      now_ns > answers.last_ns + kQuietNs) {
    end_message(answers, false, sink);
    answers.phase = Phase::kResync;
  }
  if (quiet) exchanges_.settle();
  exchanges_.time_out(now_ns, sink);
  exchanges_.release_idle_memory();
}

std::size_t Http1Conversation::held_bytes() const {
  std::size_t bytes = sizeof(*this) + exchanges_.held_bytes();
  for (const Side& side : sides_) bytes += side.head.capacity();
  return bytes;
}

}  // namespace obi::protocol::http1
