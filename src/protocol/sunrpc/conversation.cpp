// SPDX-License-Identifier: Apache-2.0
#include "protocol/sunrpc/conversation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/span_text.hpp"
#include "protocol/sunrpc/names.hpp"

namespace obi::protocol::sunrpc {
namespace {

using Note = SpanSink::Note;

// A lock may be waited for, but not for ever: then the answer was lost, or none is sent (a batched
// call, RFC 5531 section 8.4).
constexpr std::uint64_t kMaxWaitNs = 300'000'000'000;

PeerRole other(PeerRole peer) {
  return peer == PeerRole::kClient ? PeerRole::kServer : PeerRole::kClient;
}

// What a first fragment holds of the record's front.
std::span<const std::byte> front_of(std::span<const std::byte> bytes, const FragmentMark& mark) {
  bytes = bytes.subspan(FragmentMark::kBytes);
  return bytes.first(std::min<std::size_t>(bytes.size(), mark.length));
}

// The front of the first record, joined from its fragments.
class Front {
 public:
  explicit Front(std::span<const std::byte> bytes) {
    while (!bytes.empty() && !is_whole_ && size_ < bytes_.size()) {
      const auto mark = parse_mark(bytes);
      if (!mark) {
        is_stranger_ = mark.error() != ParseError::Truncated;
        return;
      }
      if (mark->is_last && size_ + mark->length < kMinRecordBytes) is_stranger_ = true;
      const auto part = front_of(bytes, *mark);
      const auto more = part.first(std::min(part.size(), bytes_.size() - size_));
      std::ranges::copy(more, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += more.size();
      is_whole_ = mark->is_last && part.size() == mark->length;
      bytes = bytes.subspan(FragmentMark::kBytes + part.size());
      if (part.size() < mark->length) return;
    }
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] bool is_stranger() const { return is_stranger_; }

 private:
  std::array<std::byte, kMaxFrontBytes> bytes_;
  std::size_t size_ = 0;
  bool is_whole_ = false;
  bool is_stranger_ = false;
};

Match detect_side(const Payload& payload, bool is_client) {
  const Front front(payload.bytes);
  if (front.is_stranger()) return Match::kNo;
  const auto kind = kind_of(front.bytes());
  ParseError error = ParseError::Truncated;
  if (!kind) {
    error = kind.error();
  } else if (is_client) {
    const auto call = parse_call(front.bytes());
    if (call) return Match::kYes;
    error = call.error();
  } else {
    const auto reply = parse_reply(front.bytes());
    if (reply) return Match::kYes;
    error = reply.error();
  }
  return error == ParseError::Truncated && !front.is_whole() ? Match::kMaybe : Match::kNo;
}

}  // namespace

// A call has fixed values in four of its words, and two lengths that must fit: it proves itself. A
// reply is mostly zeros, so that one alone proves nothing.
Match detect(const FirstBytes& first_bytes) {
  Match client = Match::kMaybe;
  if (!first_bytes.client.bytes.empty()) client = detect_side(first_bytes.client, true);
  if (client != Match::kMaybe) return client;
  if (first_bytes.server.bytes.empty()) return Match::kMaybe;
  if (detect_side(first_bytes.server, false) == Match::kNo) return Match::kNo;
  return Match::kMaybe;
}

MessageConversation::Size SunrpcConversation::measure(PeerRole from,
                                                      std::span<const std::byte> bytes) {
  const auto mark = parse_mark(bytes);
  if (!mark) return std::unexpected(mark.error());
  if (record_of(from).size == 0) {
    if (mark->is_last && mark->length < kMinRecordBytes)
      return std::unexpected(ParseError::Malformed);
    const auto kind = kind_of(front_of(bytes, *mark));
    if (!kind && kind.error() == ParseError::NotThisProtocol)
      return std::unexpected(ParseError::Malformed);
  }
  return FragmentMark::kBytes + mark->length;
}

bool SunrpcConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto mark = parse_mark(bytes);
  if (!mark || mark->length < kMinRecordBytes) return false;
  const auto front = front_of(bytes, *mark);
  if (parse_call(front)) return true;
  const auto reply = parse_reply(front);
  return reply && waiting_.find(key_of(other(from), reply->xid)) != nullptr;
}

void SunrpcConversation::on_message(const Message& message, SpanSink& sink) {
  const auto mark = parse_mark(message.bytes);
  if (!mark) return;
  if (record_of(message.from).size > 0 || !mark->is_last)
    return on_fragment(message, mark->is_last, sink);
  Message record = message;
  record.bytes = message.bytes.subspan(FragmentMark::kBytes);
  on_record(record, sink);
}

void SunrpcConversation::on_fragment(const Message& message, bool is_last, SpanSink& sink) {
  Record& record = record_of(message.from);
  if (record.size == 0) {
    record.start_ns = message.start_ns;
    record.task = message.task;
    record.context = message.take_context();
    record.front.clear();
    record.has_hole = false;
  }
  record.size += message.size;
  const auto bytes = message.bytes.subspan(FragmentMark::kBytes);
  const std::size_t room = record.has_hole ? 0 : kMaxFrontBytes - record.front.size();
  const auto more = bytes.first(std::min(room, bytes.size()));
  record.front.insert(record.front.end(), more.begin(), more.end());
  record.has_hole |= !message.is_whole();
  if (!is_last) return;
  Message whole = message;
  whole.bytes = record.front;
  whole.size = std::exchange(record.size, 0);
  whole.start_ns = record.start_ns;
  whole.task = record.task;
  whole.context = &record.context;
  on_record(whole, sink);
}

void SunrpcConversation::on_record(const Message& record, SpanSink& sink) {
  const auto kind = kind_of(record.bytes);
  if (!kind) return sink.note(Note::MessageMalformed);
  return *kind == Kind::kCall ? on_call(record, sink) : on_reply(record, sink);
}

void SunrpcConversation::on_call(const Message& record, SpanSink& sink) {
  const auto call = parse_call(record.bytes);
  if (!call) return sink.note(Note::MessageMalformed);
  if (!waiting_.empty() && !std::exchange(stream_requested_, true)) sink.request_stream();
  if (Waiting* waiting =
          waiting_.push(key_of(record.from, call->xid), record.take_origin(), 1, sink)) {
    waiting->caller = record.from;
    waiting->bytes = record.size;
    waiting->call = *call;
  }
}

void SunrpcConversation::on_reply(const Message& record, SpanSink& sink) {
  const auto reply = parse_reply(record.bytes);
  if (!reply) return sink.note(Note::MessageMalformed);
  const PeerRole caller = other(record.from);
  const auto waiting = waiting_.take(key_of(caller, reply->xid));
  if (!waiting) return sink.note(Note::ResponseUnpaired);
  newest_answered_ns_ = std::max(newest_answered_ns_, waiting->identity.start_ns);
  emit_span(caller, *waiting,
            {.status = reply->status, .end_ns = record.end_ns, .bytes = record.size}, sink);
}

void SunrpcConversation::emit_span(PeerRole caller, const Waiting& waiting, const Outcome& outcome,
                                   SpanSink& sink) {
  const bool by_us = (caller == PeerRole::kClient) == is_client();
  model::Span& span = sink.emit_span(
      by_us ? model::EventType::kSunRpcClient : model::EventType::kSunRpcServer, waiting.identity,
      {.end_ns = outcome.end_ns, .request_bytes = waiting.bytes, .response_bytes = outcome.bytes});
  auto& rpc = sink.arena().make<model::RpcCall>();
  const Call& call = waiting.call;
  rpc.program = program_name(call.program);
  rpc.procedure = procedure_name(call.program, call.version, call.procedure);
  rpc.procedure_number = call.procedure;
  rpc.version = call.version;
  rpc.auth_flavor = auth_flavor_name(call.auth_flavor);
  span.rpc = &rpc;
  span.method = rpc.procedure.empty() ? decimal(call.procedure, sink.arena()) : rpc.procedure;
  span.path = rpc.program;
  span.status = outcome.status;
}

// Who waits for an answer is found by its xid, whatever was missed.
void SunrpcConversation::on_lost(PeerRole from, SpanSink& sink) { record_of(from).size = 0; }

void SunrpcConversation::on_unanswered(Unanswered& open, SpanSink&) {
  waiting_.end_all(open, [this](const Waiting& waiting, std::uint64_t end_ns, SpanSink& failed) {
    // A batched call has no reply, and one behind it has (RFC 5531 section 8.4.1).
    if (waiting.identity.start_ns < newest_answered_ns_)
      return failed.note(Note::RequestNoResponse);
    emit_span(waiting.caller, waiting, {.end_ns = end_ns}, failed);
  });
}

void SunrpcConversation::abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) {
  waiting_.abandon(why, sink);
}

void SunrpcConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (now_ns > kMaxWaitNs)
    waiting_.abandon_before(now_ns - kMaxWaitNs, Note::RequestLostResponse, sink);
}

std::size_t SunrpcConversation::state_bytes() const {
  return waiting_.held_bytes() + records_[0].front.capacity() + records_[1].front.capacity();
}

}  // namespace obi::protocol::sunrpc
