// SPDX-License-Identifier: Apache-2.0
#include "protocol/fastcgi/conversation.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_cursor.hpp"
#include "protocol/http1/head.hpp"
#include "protocol/http1/methods.hpp"
#include "protocol/http1/span_text.hpp"

namespace obi::protocol::fastcgi {
namespace {

using Note = SpanSink::Note;

// Web servers have one request under way on a connection; an application that multiplexes may have
// more.
constexpr std::size_t kMaxOpen = 64;
constexpr std::size_t kMaxParams = 16 * 1024;  // kept of a request's; a head of HTTP is like that
constexpr std::size_t kMaxHead = 4 * 1024;     // kept of an answer's
constexpr std::size_t kMaxTarget = 8 * 1024;
constexpr std::size_t kMaxHost = 512;        // twice the longest name
constexpr std::size_t kIdleCapacity = 1024;  // that a string keeps between requests

void empty(std::string& text) {
  text.clear();
  if (text.capacity() > kIdleCapacity) text.shrink_to_fit();
}

void append_up_to(std::string& text, std::string_view more, std::size_t most) {
  text.append(more.substr(0, most - std::min(most, text.size())));
}

// What is captured of a record's content.
std::string_view content_of(const RecordHeader& header, const Message& message) {
  const auto behind = message.bytes.subspan(std::min(RecordHeader::kBytes, message.bytes.size()));
  return text_of(behind.first(std::min<std::size_t>(behind.size(), header.content_bytes)));
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  if (!first_bytes.client.bytes.empty()) {
    const auto begins = check_begin(first_bytes.client.bytes);
    if (begins) return Match::kYes;
    return begins.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
  }
  // In mid-life the first bytes may be an answer's; the next request decides.
  return first_bytes.mid_life ? Match::kMaybe : Match::kNo;
}

MessageConversation::Size FastcgiConversation::measure(PeerRole from,
                                                       std::span<const std::byte> bytes) {
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  if (is_servers(header->type) != (from == PeerRole::kServer))
    return std::unexpected(ParseError::NotThisProtocol);
  measured_ = *header;
  return measured_.size();
}

bool FastcgiConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  if (from == PeerRole::kClient) return check_begin(bytes).has_value();
  const auto header = parse_header(bytes);
  if (!header || !is_servers(header->type) || header->padding_bytes > 7) return false;
  return find(header->request_id) != nullptr;
}

void FastcgiConversation::on_message(const Message& message, SpanSink& sink) {
  if (!message.just_measured) {
    const auto header = parse_header(message.bytes);
    if (!header) return;
    measured_ = *header;
  }
  const RecordHeader header = measured_;
  if (header.request_id == 0) return;
  message.from == PeerRole::kClient ? on_client_record(header, message, sink)
                                    : on_server_record(header, message, sink);
}

void FastcgiConversation::on_client_record(const RecordHeader& header, const Message& message,
                                           SpanSink& sink) {
  if (header.type == RecordType::kBeginRequest) return begin(header, message, sink);
  Request* request = find(header.request_id);
  if (request == nullptr) return;
  if (header.type == RecordType::kParams) {
    if (header.content_bytes == 0) return read_params(*request, sink);
    if (!request->has_params)
      append_up_to(request->params, content_of(header, message), kMaxParams);
  } else if (header.type == RecordType::kStdin) {
    read_params(*request, sink);
    request->sent_bytes += header.content_bytes;
  }
}

void FastcgiConversation::begin(const RecordHeader& header, const Message& message,
                                SpanSink& sink) {
  end_lost_ones(sink);  // a client that uses one id again has seen the end
  if (Request* before = find(header.request_id)) {
    if (before->expects_span) sink.note(Note::RequestLostResponse);
    before->is_open = false;
  }
  auto slot = std::ranges::find(requests_, false, &Request::is_open);
  if (slot == requests_.end()) {
    if (requests_.size() >= kMaxOpen) {
      // Whether it is one that makes a span isn't known yet; nearly all are.
      sink.begin(message.take_origin());
      return sink.note(Note::RequestOverflow);
    }
    slot = requests_.insert(slot, Request());
  }
  slot->is_open = true;
  slot->has_params = slot->expects_span = slot->end_lost = slot->https = slot->has_head = false;
  slot->id = header.request_id;
  slot->status = 0;
  slot->identity = {message.take_origin(), {}};
  slot->sent_bytes = slot->output_bytes = slot->head_bytes = 0;
  slot->method.clear();
  slot->target.clear();
  slot->host.clear();
  if (open_count() > 1) sink.request_stream();
}

void FastcgiConversation::take_param(Request& request, const Param& param, Params& params) {
  const auto [name, value] = param;
  if (name.empty()) return;
  // There are dozens of others.
  switch (name.front()) {
    case 'R':
      if (name == "REQUEST_METHOD" && http1::is_method(value)) request.method.assign(value);
      if (name == "REQUEST_URI") request.target.assign(value.substr(0, kMaxTarget));
      if (name == "REQUEST_SCHEME" && value == "https") request.https = true;
      return;
    case 'S':
      if (name == "SCRIPT_NAME") params.script = value;
      return;
    case 'Q':
      if (name == "QUERY_STRING") params.query = value;
      return;
    case 'H':
      if (name == "HTTPS") request.https = !value.empty() && value != "off" && value != "OFF";
      if (name == "HTTP_HOST") request.host.assign(value.substr(0, kMaxHost));
      if (name == "HTTP_TRACEPARENT") params.context = model::parse_traceparent(value);
      return;
    default: return;
  }
}

// The request is known. Without a method it isn't HTTP (or its method was not captured), and makes
// no span.
void FastcgiConversation::read_params(Request& request, SpanSink& sink) {
  if (request.has_params) return;
  request.has_params = true;
  Params params;
  ParamWalk walk(request.params);
  Param param;
  while (walk.next(param)) take_param(request, param, params);
  if (request.target.empty()) {
    request.target.assign(params.script.substr(0, kMaxTarget));
    if (!params.query.empty()) append_up_to(request.target.append("?"), params.query, kMaxTarget);
  }
  empty(request.params);  // they hold cookies
  request.expects_span = !request.method.empty();
  if (!request.expects_span) return;
  request.identity.set_header_context(params.context);
  request.identity = sink.begin(request.identity);
}

void FastcgiConversation::on_server_record(const RecordHeader& header, const Message& message,
                                           SpanSink& sink) {
  Request* request = find(header.request_id);
  if (request == nullptr) {
    if (header.type == RecordType::kEndRequest) sink.note(Note::ResponseUnpaired);
    return;
  }
  read_params(*request, sink);
  if (header.type == RecordType::kStdout)
    read_output(*request, content_of(header, message), header);
  if (header.type == RecordType::kEndRequest) end(*request, message.end_ns, sink);
}

void FastcgiConversation::read_output(Request& request, std::string_view text,
                                      const RecordHeader& header) {
  request.output_bytes += header.content_bytes;
  if (request.has_head) return;
  const bool is_cut = text.size() < header.content_bytes;
  std::string_view all = text;
  if (!request.head.empty()) {
    append_up_to(request.head, text, kMaxHead);
    all = request.head;
  }
  const bool is_all = is_cut || all.size() >= kMaxHead;
  const CgiHead head = parse_cgi_head(all.substr(0, kMaxHead), is_all);
  request.status = head.status;
  request.head_bytes = head.bytes;
  request.has_head = head.bytes > 0 || is_all;
  if (request.has_head) {
    empty(request.head);
  } else if (request.head.empty()) {
    append_up_to(request.head, text, kMaxHead);
  }
}

void FastcgiConversation::end(Request& request, std::uint64_t end_ns, SpanSink& sink) {
  if (!request.has_head && request.output_bytes > 0)
    request.status = parse_cgi_head(request.head, true).status;
  empty(request.head);
  request.is_open = false;
  if (request.expects_span) emit_span(request, end_ns, sink);
}

void FastcgiConversation::emit_span(const Request& request, std::uint64_t end_ns, SpanSink& sink) {
  const std::uint64_t head_bytes = std::min(request.output_bytes, request.head_bytes);
  model::Span& span = sink.emit_span(
      is_client() ? model::EventType::kHttpClient : model::EventType::kHttpServer, request.identity,
      {.end_ns = end_ns,
       .request_bytes = request.sent_bytes,
       .response_bytes = request.output_bytes - head_bytes});
  base::Arena& arena = sink.arena();
  const http1::MethodName method = http1::name_of(request.method, &methods_);
  const bool own_names = methods_.is_custom();
  http1::set_request({.method = own_names ? arena.copy(method.name) : method.name,
                      .original_method = method.original,
                      .target = request.target,
                      .host = request.host,
                      .is_connect = request.method == "CONNECT",
                      .https = request.https},
                     arena, span);
  span.status = request.status;
}

void FastcgiConversation::on_lost(PeerRole from, SpanSink& sink) {
  const std::size_t open = open_count();
  for (Request& request : requests_) {
    if (!request.is_open) continue;
    if (from == PeerRole::kClient) {
      read_params(request, sink);  // no more of them will be found
    } else if (open == 1 && request.status != 0) {
      request.end_lost = true;
    } else {
      if (request.expects_span) sink.note(Note::RequestLostResponse);
      request.is_open = false;
    }
  }
}

bool FastcgiConversation::end_by_tail(PeerRole from, std::span<const std::byte> tail,
                                      std::uint64_t end_ns, SpanSink& sink) {
  if (from != PeerRole::kServer || open_count() != 1 || !ends_with_end_request(tail)) return false;
  const auto request = std::ranges::find(requests_, true, &Request::is_open);
  if (request->status == 0) return false;
  end(*request, end_ns, sink);
  return true;
}

// Unseen records of a body: what they take on the wire is nearly what they hold.
bool FastcgiConversation::on_missing(PeerRole from, std::uint64_t count,
                                     std::span<const std::byte> tail, std::uint64_t end_ns,
                                     SpanSink& sink) {
  if (open_count() == 1) {
    const auto request = std::ranges::find(requests_, true, &Request::is_open);
    (from == PeerRole::kClient ? request->sent_bytes : request->output_bytes) += count;
  }
  return end_by_tail(from, tail, end_ns, sink);
}

bool FastcgiConversation::ends_loss(PeerRole from, std::uint64_t count,
                                    std::span<const std::byte> tail, std::uint64_t end_ns,
                                    SpanSink& sink) {
  return on_missing(from, count, tail, end_ns, sink);
}

void FastcgiConversation::end_lost_ones(SpanSink& sink) {
  for (Request& request : requests_) {
    if (request.is_open && request.end_lost) end(request, moved_ns(PeerRole::kServer), sink);
  }
}

void FastcgiConversation::on_end_of_stream(model::Direction direction, std::uint64_t,
                                           SpanSink& sink) {
  if (direction == direction_of(PeerRole::kServer)) end_lost_ones(sink);
}

void FastcgiConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (quiet) end_lost_ones(sink);
  if (request_timeout_ns_ == 0) return;
  for (Request& request : requests_) {
    const std::uint64_t end_ns = request.identity.start_ns + request_timeout_ns_;
    const bool waits = request.is_open && request.expects_span && request.output_bytes == 0;
    if (!waits || now_ns < end_ns) continue;
    request.status = http1::kTimedOut;
    emit_span(request, end_ns, sink);
    request.expects_span = false;
  }
}

void FastcgiConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  end_lost_ones(sink);
  for (Request& request : requests_) {
    if (!std::exchange(request.is_open, false) || !request.expects_span) continue;
    open.end(request.identity.start_ns, 1,
             [&](std::uint64_t end_ns, SpanSink& failed) { emit_span(request, end_ns, failed); });
  }
}

void FastcgiConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  end_lost_ones(sink);
  for (Request& request : requests_) {
    if (request.is_open && request.expects_span) sink.note(why);
    request.is_open = false;
  }
}

bool FastcgiConversation::has_open_request() const { return open_count() > 0; }

FastcgiConversation::Request* FastcgiConversation::find(std::uint16_t id) {
  for (Request& request : requests_) {
    if (request.is_open && request.id == id) return &request;
  }
  return nullptr;
}

std::size_t FastcgiConversation::open_count() const {
  return static_cast<std::size_t>(std::ranges::count(requests_, true, &Request::is_open));
}

std::size_t FastcgiConversation::state_bytes() const {
  std::size_t bytes = requests_.capacity() * sizeof(Request);
  for (const Request& request : requests_) {
    bytes += request.params.capacity() + request.head.capacity() + request.target.capacity() +
             request.host.capacity() + request.method.capacity();
  }
  return bytes;
}

}  // namespace obi::protocol::fastcgi
