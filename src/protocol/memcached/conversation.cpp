// SPDX-License-Identifier: Apache-2.0
#include "protocol/memcached/conversation.hpp"

#include <algorithm>
#include <utility>

#include "protocol/memcached/opcode.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::memcached {
namespace {

using Note = SpanSink::Note;
using Size = std::expected<std::uint64_t, ParseError>;

// Of a message that comes in several calls: a line, or a header and a key.
constexpr std::size_t kKeptBytes = kMaxLine + 64;
constexpr std::size_t kTypicalText = 64;  // a key on the heap, for the account of memory
constexpr std::string_view kDataEnd = "\r\n";

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The first line, or what there is of it.
std::string_view line_of(std::string_view text) {
  return without_return(text.substr(0, text.find('\n')));
}

bool is_frame(PeerRole from, std::span<const std::byte> bytes) {
  const auto first = std::to_integer<std::uint8_t>(bytes[0]);
  return first == (from == PeerRole::kClient ? Frame::kRequest : Frame::kResponse);
}

Size measure_frame(PeerRole from, std::span<const std::byte> bytes) {
  const auto frame = parse_frame(bytes);
  if (!frame) return std::unexpected(frame.error());
  const bool is_ours = from == PeerRole::kServer ? frame->datatype == 0 : frame->status == 0;
  if (!is_ours) return std::unexpected(ParseError::Malformed);
  return frame->size();
}

Size sized(std::size_t line, bool has_data, std::uint64_t data) {
  return line + 1 + (has_data ? data + kDataEnd.size() : 0);
}

}  // namespace

MemcachedConversation::MemcachedConversation(const ConversationStart& start)
    : MessageConversation(start, kKeptBytes) {}

MessageConversation::Size MemcachedConversation::measure(PeerRole from,
                                                         std::span<const std::byte> bytes) {
  const bool in_line = from == PeerRole::kClient && long_line_;
  if (!in_line && is_frame(from, bytes)) return measure_frame(from, bytes);
  return measure_text(from, text_of(bytes));
}

MessageConversation::Size MemcachedConversation::measure_text(PeerRole from,
                                                              std::string_view text) {
  const std::size_t end = text.find('\n');
  if (!is_plain_line(line_of(text))) return std::unexpected(ParseError::NotThisProtocol);
  if (from == PeerRole::kClient) return measure_command(text);
  if (end == std::string_view::npos)
    return std::unexpected(text.size() < kMaxLine ? ParseError::Truncated
                                                  : ParseError::NotThisProtocol);
  const auto answer = parse_answer(line_of(text));
  if (!answer) return std::unexpected(answer.error());
  measured_answer_ = *answer;
  return sized(end, answer->has_data, answer->data_bytes);
}

// A line that names many keys is taken in parts.
MessageConversation::Size MemcachedConversation::measure_command(std::string_view text) {
  const std::size_t end = text.find('\n');
  const bool is_whole = end != std::string_view::npos;
  if (long_line_) return is_whole ? end + 1 : text.size();
  if (!is_whole && text.size() < kMaxLine) return std::unexpected(ParseError::Truncated);
  measured_command_ = parse_command(line_of(text));
  const TextCommand& command = measured_command_;
  if (is_whole) return sized(end, command.has_data, command.data_bytes);
  if (command.answers != (kValue | kEnd)) return std::unexpected(ParseError::NotThisProtocol);
  return text.size();
}

void MemcachedConversation::on_message(const Message& message, SpanSink& sink) {
  const bool in_line = message.from == PeerRole::kClient && long_line_;
  const bool is_binary = !in_line && is_frame(message.from, message.bytes);
  if (message.from == PeerRole::kClient)
    return is_binary ? on_binary_request(message, sink) : on_text_command(message, sink);
  Answer answer;
  answer.is_binary = is_binary;
  if (is_binary) {
    const auto frame = parse_frame(message.bytes);
    if (frame) answer.frame = *frame;
  } else if (message.just_measured) {
    answer.text = measured_answer_;
  } else {
    const auto text = parse_answer(line_of(text_of(message.bytes)));
    if (text) answer.text = *text;
  }
  on_answer(message, answer, sink);
}

void MemcachedConversation::begin_request(const Message& message) {
  sending_.identity = {message.take_origin(), {}};
  sending_.sent_ns = message.end_ns;
  sending_.bytes = message.size;
  sending_.answer_bytes = 0;
}

void MemcachedConversation::on_text_command(const Message& message, SpanSink& sink) {
  const std::string_view text = text_of(message.bytes);
  if (long_line_) {
    sending_.bytes += message.size;
    sending_.sent_ns = message.end_ns;
    long_line_ = !text.ends_with('\n');
    if (!long_line_) end_request(false, sink);
    return;
  }
  const std::string_view line = line_of(text);
  if (line.empty() && message.size <= kDataEnd.size()) return;
  const TextCommand command = message.just_measured ? measured_command_ : parse_command(line);
  if (command.is_watch) return leave(sink);
  begin_request(message);
  sending_.is_binary = false;
  sending_.operation = command.operation;
  sending_.key.assign(command.key);
  sending_.answers = command.answers;
  sending_.last = command.last;
  sending_.unsaid = command.unsaid;
  sending_.is_quiet = command.unsaid != 0;
  sending_.names_key = command.names_key;
  sending_.opaque.assign(command.opaque);
  long_line_ = text.find('\n') == std::string_view::npos;
  if (!long_line_) end_request(command.is_unanswered, sink);
}

void MemcachedConversation::on_binary_request(const Message& message, SpanSink& sink) {
  const auto frame = parse_frame(message.bytes);
  if (!frame) return;
  const Opcode opcode = opcode_of(frame->opcode);
  begin_request(message);
  sending_.is_binary = true;
  sending_.operation = opcode.operation;
  const bool has_key = !opcode.operation.empty() && opcode.has_key;
  sending_.key.assign(has_key ? key_of(*frame, message.bytes) : std::string_view());
  sending_.is_quiet = opcode.is_quiet;
  sending_.opcode = frame->opcode;
  sending_.opaque_id = frame->opaque;
  sending_.opaque.clear();
  end_request(opcode.is_unanswered, sink);
}

void MemcachedConversation::end_request(bool is_unanswered, SpanSink& sink) {
  const bool expects_span = !sending_.operation.empty();
  if (is_unanswered) {
    if (expects_span) sending_.identity = sink.begin(sending_.identity);
    return emit_span(sending_, {.end_ns = sending_.sent_ns, .error_code = {}, .error = {}}, sink);
  }
  if (requests_.size() == InOrder<Request>::kMaxWaiting && requests_.front().is_quiet)
    pass_over(1, sink);
  if (Request* const request = requests_.push(sending_.identity, expects_span, sink)) {
    sending_.identity = request->identity;
    std::swap(*request, sending_);
  }
}

std::string_view MemcachedConversation::Answer::error_code() const {
  return is_binary ? error_code_of_status(frame.status) : error_code_of(text.word);
}

bool MemcachedConversation::Answer::ends(const Request& request) const {
  if (is_binary) return request.opcode != kStatOpcode || frame.body_bytes == 0 || frame.status != 0;
  return (text.word & (request.last | kErrors)) != 0;
}

// May the answer be one to this request?
bool MemcachedConversation::fits(const Request& request, const Answer& answer) {
  if (request.is_binary != answer.is_binary) return false;
  if (answer.is_binary)
    return request.opcode == answer.frame.opcode && request.opaque_id == answer.frame.opaque;
  const TextAnswer& text = answer.text;
  if ((text.word & kErrors) != 0) return true;
  if ((text.word & request.answers & ~request.unsaid) == 0) return false;
  const bool has_opaque = !text.opaque.empty() || (text.word & (kMetaHit | kMetaValue)) != 0;
  if (has_opaque && text.opaque != request.opaque) return false;
  return !request.names_key || text.key.empty() || text.key == request.key;
}

void MemcachedConversation::on_answer(const Message& message, const Answer& answer,
                                      SpanSink& sink) {
  std::size_t at = 0;
  while (at < requests_.size() && !fits(requests_[at], answer) && requests_[at].is_quiet) ++at;
  if (at == requests_.size() || !fits(requests_[at], answer)) {
    if (!requests_.unsynchronised()) sink.note(Note::ResponseUnpaired);
    if (!requests_.empty()) requests_.lose(sink);
    return;
  }
  pass_over(at, sink);
  Request& request = requests_.front();
  request.answer_bytes += message.size;
  if (!answer.ends(request)) return;
  std::string_view error;
  if (!answer.error_code().empty()) {
    error =
        answer.is_binary ? value_of(answer.frame, message.bytes) : line_of(text_of(message.bytes));
  }
  emit_span(request, {.end_ns = message.end_ns, .error_code = answer.error_code(), .error = error},
            sink);
  requests_.pop();
}

// The oldest were quiet, and get no answer.
void MemcachedConversation::pass_over(std::size_t count, SpanSink& sink) {
  for (; count > 0; --count) {
    const Request& request = requests_.front();
    emit_span(request, {.end_ns = request.sent_ns, .error_code = {}, .error = {}}, sink);
    requests_.pop();
  }
}

void MemcachedConversation::emit_span(const Request& request, const Outcome& outcome,
                                      SpanSink& sink) {
  if (request.operation.empty()) return;
  model::Span& span = sink.emit_span(
      is_client() ? model::EventType::kMemcachedClient : model::EventType::kMemcachedServer,
      request.identity,
      {.end_ns = outcome.end_ns,
       .request_bytes = request.bytes,
       .response_bytes = request.answer_bytes});
  auto& call = sink.arena().make<model::DatabaseCall>();
  call.system = "memcached";
  call.query_text = clean_copy(request.key, sink.arena());
  span.method = request.operation;
  if (!outcome.error_code.empty()) {
    span.status = 1;
    call.error_code = outcome.error_code;
    call.error_message = clean_copy(outcome.error, sink.arena());
  }
  span.database = &call;
}

bool MemcachedConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  // What the server sends while no request waits is the rest of an answer.
  if (from == PeerRole::kServer) return !requests_.empty() && measure(from, bytes).has_value();
  if (!is_frame(from, bytes))
    return measure(from, bytes) && parse_command(line_of(text_of(bytes))).is_known;
  const auto frame = parse_frame(bytes);
  return frame && is_plausible_request(*frame);
}

bool MemcachedConversation::on_missing(PeerRole from, std::uint64_t,
                                       std::span<const std::byte> tail, std::uint64_t end_ns,
                                       SpanSink& sink) {
  sink.request_stream();
  if (from == PeerRole::kClient) {
    if (long_line_ && text_of(tail).ends_with('\n')) {
      long_line_ = false;
      sending_.sent_ns = end_ns;
      end_request(false, sink);
      return true;
    }
    // Commands behind some that wait: this client doesn't wait for its answers.
    if (!long_line_ && !requests_.empty()) requests_.note_pipelining();
    return false;
  }
  const bool ends_front = requests_.size() == 1 && requests_.front().answer_bytes > 0 &&
                          requests_.front().last == kEnd && text_of(tail).ends_with("END\r\n");
  if (!ends_front) return false;
  emit_span(requests_.front(), {.end_ns = end_ns, .error_code = {}, .error = {}}, sink);
  requests_.pop();
  return true;
}

void MemcachedConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer) {
    // An answer that has begun is no error.
    if (!requests_.empty() && requests_.front().answer_bytes > 0) {
      emit_span(requests_.front(),
                {.end_ns = requests_.front().sent_ns, .error_code = {}, .error = {}}, sink);
      requests_.pop();
    }
    requests_.lose(sink);
    return;
  }
  const bool in_line = std::exchange(long_line_, false);
  if (in_line) end_request(false, sink);
  // Taken for the rest of the line, as long as the client waits for each answer.
  if (in_line && !requests_.pipelines()) return;
  if (requests_.pipelines() || !requests_.empty()) requests_.lose_newer();
}

void MemcachedConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  while (!requests_.empty() && requests_.front().is_quiet) pass_over(1, sink);
  requests_.end_all(open, [this](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, {.end_ns = end_ns, .error_code = {}, .error = {}}, failed);
  });
}

void MemcachedConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  while (!requests_.empty() && requests_.front().is_quiet) pass_over(1, sink);
  requests_.abandon(why, sink);
}

void MemcachedConversation::on_time(std::uint64_t, bool quiet, SpanSink& sink) {
  if (!quiet) return;
  while (!requests_.empty() && requests_.front().is_quiet) pass_over(1, sink);
  requests_.settle();
  requests_.release_idle_memory();
}

std::size_t MemcachedConversation::state_bytes() const {
  return requests_.held_bytes() + requests_.size() * kTypicalText;
}

}  // namespace obi::protocol::memcached
