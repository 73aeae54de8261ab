// SPDX-License-Identifier: Apache-2.0
#include "protocol/aerospike/conversation.hpp"

#include <algorithm>

#include "protocol/span_text.hpp"

namespace obi::protocol::aerospike {
namespace {

using Note = SpanSink::Note;

constexpr std::uint8_t kOk = 0;
constexpr std::uint8_t kNotFound = 2;

Match detect_side(const Payload& side, bool is_client) {
  if (side.bytes.empty()) return Match::kNo;
  const auto begins = check_start(side.bytes, is_client);
  if (begins) return Match::kYes;
  return begins.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
}

std::span<const std::byte> content_of(const Message& message) {
  return message.bytes.subspan(std::min(Frame::kBytes, message.bytes.size()));
}

template <std::size_t N>
std::uint8_t keep(std::string_view text, std::array<char, N>& where) {
  const std::size_t kept = std::min(text.size(), N);
  std::copy_n(text.data(), kept, where.data());
  return static_cast<std::uint8_t>(kept);
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const Match client = detect_side(first_bytes.client, true);
  const Match server = detect_side(first_bytes.server, false);
  const auto is_other = [](const Payload& side, Match match) {
    return !side.bytes.empty() && match == Match::kNo;
  };
  if (is_other(first_bytes.client, client) || is_other(first_bytes.server, server))
    return Match::kNo;
  return std::max(client, server);
}

MessageConversation::Size AerospikeConversation::measure(PeerRole,
                                                         std::span<const std::byte> bytes) {
  const auto frame = parse_frame(bytes);
  if (!frame) return std::unexpected(frame.error());
  return frame->size();
}

bool AerospikeConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto begins = check_start(bytes, from == PeerRole::kClient);
  // A client may read the frame's eight bytes in a call of their own.
  return begins || (begins.error() == ParseError::Truncated && bytes.size() >= Frame::kBytes);
}

void AerospikeConversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return;
  const auto frame = parse_frame(message.bytes);
  if (!frame) return sink.note(Note::MessageMalformed);
  message.from == PeerRole::kClient ? on_request(*frame, message, sink)
                                    : on_answer(*frame, message, sink);
}

void AerospikeConversation::on_request(const Frame& frame, const Message& message, SpanSink& sink) {
  end_unseen_one(sink);
  Command command;
  bool expects_span = false;
  if (frame.type == FrameType::kMessage) {
    const auto parsed = parse_command(content_of(message));
    if (!parsed && parsed.error() != ParseError::Truncated) sink.note(Note::MessageMalformed);
    if (parsed) command = *parsed;
    expects_span = parsed || parsed.error() == ParseError::Truncated;
  } else if (frame.type == FrameType::kCompressed) {
    sink.note(Note::MessageUnsupported);
    expects_span = true;
  }
  Request* request = requests_.push(message.take_origin(), expects_span, sink);
  if (request == nullptr) return;
  request->bytes = message.size;
  request->answered_bytes = 0;
  request->expects_span = expects_span;
  request->has_parts = command.has_parts;
  request->end_unseen = false;
  request->operation = command.operation;
  request->batch_size = command.batch_size;
  request->namespace_bytes = keep(command.name_space, request->name_space);
  request->set_bytes = keep(command.set, request->set);
}

void AerospikeConversation::on_answer(const Frame& frame, const Message& message, SpanSink& sink) {
  if (requests_.empty()) {
    if (!requests_.unsynchronised()) sink.note(Note::ResponseUnpaired);
    return;
  }
  Request& request = requests_.front();
  request.answered_bytes += message.size;
  Answer answer;
  if (frame.type == FrameType::kCompressed) {
    sink.note(Note::MessageUnsupported);
  } else if (frame.type == FrameType::kMessage) {
    const auto parsed = parse_answer(content_of(message));
    if (parsed) answer = *parsed;
    if (!parsed && parsed.error() != ParseError::Truncated) sink.note(Note::MessageMalformed);
  }
  if (request.has_parts && !answer.is_last) {
    // In a frame of which the end isn't read, the last part may have been.
    request.end_unseen |= frame.type == FrameType::kCompressed || !message.is_whole();
    return;
  }
  if (request.expects_span) emit_span(request, answer.result, message.end_ns, sink);
  requests_.pop();
}

void AerospikeConversation::emit_span(const Request& request, std::uint8_t result,
                                      std::uint64_t end_ns, SpanSink& sink) {
  model::Span& span = sink.emit_span(
      model::EventType::kAerospikeClient, request.identity,
      {.end_ns = end_ns, .request_bytes = request.bytes, .response_bytes = request.answered_bytes});
  base::Arena& arena = sink.arena();
  auto& call = arena.make<model::DatabaseCall>();
  call.system = "aerospike";
  call.name_space = clean_copy({request.name_space.data(), request.namespace_bytes}, arena);
  call.batch_size = request.batch_size;
  if (result != kOk && result != kNotFound) {
    span.status = 1;
    call.error_code = decimal(result, arena);
  }
  span.method = request.operation;
  span.path = clean_copy({request.set.data(), request.set_bytes}, arena);
  span.database = &call;
}

void AerospikeConversation::end_unseen_one(SpanSink& sink) {
  if (requests_.empty() || !requests_.front().end_unseen) return;
  if (requests_.front().expects_span)
    emit_span(requests_.front(), kOk, moved_ns(PeerRole::kServer), sink);
  requests_.pop();
}

void AerospikeConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kClient) return requests_.lose(sink);
  // Of an answer in parts that has begun the rest is lost: it may well have ended.
  if (requests_.size() == 1 && requests_.front().has_parts &&
      requests_.front().answered_bytes > 0) {
    requests_.front().end_unseen = true;
    return;
  }
  requests_.lose(sink);
}

void AerospikeConversation::on_end_of_stream(model::Direction direction, std::uint64_t,
                                             SpanSink& sink) {
  if (direction == direction_of(PeerRole::kServer)) end_unseen_one(sink);
}

void AerospikeConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  end_unseen_one(sink);
  requests_.end_all(open, [this](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, kOk, end_ns, failed);
  });
}

void AerospikeConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  end_unseen_one(sink);
  requests_.abandon(why, sink);
}

void AerospikeConversation::on_time(std::uint64_t, bool quiet, SpanSink& sink) {
  if (!quiet) return;
  end_unseen_one(sink);
  requests_.settle();
}

}  // namespace obi::protocol::aerospike
