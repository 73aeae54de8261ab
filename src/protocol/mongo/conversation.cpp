// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/conversation.hpp"

#include <algorithm>
#include <iterator>

#include "protocol/mongo/message.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::mongo {
namespace {

using Note = SpanSink::Note;

// Bytes that a peer has sent: kYes if they begin a message of it, kNo too if there are none.
Match detect_side(const Payload& side, bool is_client) {
  if (side.bytes.empty()) return Match::kNo;
  const auto begins = check_start(side.bytes, is_client);
  if (begins) return Match::kYes;
  return begins.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const Match client = detect_side(first_bytes.client, true);
  const Match server = detect_side(first_bytes.server, false);
  const auto is_other = [](const Payload& side, Match match) {
    return !side.bytes.empty() && match == Match::kNo;
  };
  // In mid-life the first bytes of a side may be the rest of a message.
  if (!first_bytes.mid_life &&
      (is_other(first_bytes.client, client) || is_other(first_bytes.server, server)))
    return Match::kNo;
  const Match match = std::max(client, server);
  const bool one_side = first_bytes.client.bytes.empty() || first_bytes.server.bytes.empty();
  return first_bytes.mid_life && one_side ? std::max(match, Match::kMaybe) : match;
}

void MongoConversation::Request::set(const Command& command, const Message& message) {
  expects_span = !command.is_bookkeeping;
  answers_documents = command.answers_documents;
  bytes = message.size;
  std::size_t used = 0;
  const auto keep = [&](std::string_view text, std::size_t most) {
    const std::size_t kept = std::min({text.size(), most, texts.size() - used});
    std::copy_n(text.data(), kept, texts.data() + used);
    used += kept;
    return static_cast<std::uint8_t>(kept);
  };
  operation_bytes = keep(command.operation, kMaxCommandName);
  database_bytes = keep(command.database, kMaxNamespace);
  collection_bytes = keep(command.collection, kMaxNamespace);
}

MessageConversation::Size MongoConversation::measure(PeerRole from,
                                                     std::span<const std::byte> bytes) {
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  return header->size;
}

bool MongoConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  // A driver may read the header in a call of its own.
  const auto begins = check_start(bytes, from == PeerRole::kClient);
  return begins || (begins.error() == ParseError::Truncated && bytes.size() >= Header::kBytes);
}

void MongoConversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return;
  message.from == PeerRole::kClient ? on_request(message, sink) : on_answer(message, sink);
}

void MongoConversation::on_request(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  auto command = parse_command(message.bytes);
  if (!header || (!command && command.error() != ParseError::Truncated))
    return sink.note(Note::MessageMalformed);
  if (!command) command = Command{};
  if (!command->is_readable) sink.note(Note::MessageUnsupported);
  if (!command->has_answer) {
    sink.request_stream();  // more follow, and none waits for an answer
    if (command->is_bookkeeping) return;
    Request request;
    request.identity = sink.begin(message.take_origin());
    request.set(*command, message);
    return emit_span(request, {}, {.end_ns = message.end_ns}, sink);
  }
  if (!waiting_.empty()) sink.request_stream();
  Request* request = waiting_.push(header->request_id, message.take_origin(),
                                   command->is_bookkeeping ? 0 : 1, sink);
  if (request != nullptr) request->set(*command, message);
}

void MongoConversation::on_answer(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  if (!header) return sink.note(Note::MessageMalformed);
  const Request* request = waiting_.find(header->response_to);
  if (request == nullptr) return sink.note(Note::ResponseUnpaired);
  auto answer = parse_answer(message.bytes, request->answers_documents);
  if (!answer) {
    if (answer.error() != ParseError::Truncated) sink.note(Note::MessageMalformed);
    answer = Answer{};
  }
  if (!answer->is_readable) sink.note(Note::MessageUnsupported);
  if (answer->more_to_come) {
    if (request->expects_span) sink.request_stream();
    waiting_.rename(header->response_to, header->request_id, sink);
    return;
  }
  if (request->expects_span)
    emit_span(*request, *answer, {.end_ns = message.end_ns, .response_bytes = message.size}, sink);
  waiting_.remove(header->response_to);
  if (waiting_.empty()) answers_lost_ = false;
}

void MongoConversation::emit_span(const Request& request, const Answer& answer, const Ending& last,
                                  SpanSink& sink) {
  model::Span& span = sink.emit_span(model::EventType::kMongoClient, request.identity,
                                     {.end_ns = last.end_ns,
                                      .request_bytes = request.bytes,
                                      .response_bytes = last.response_bytes});
  base::Arena& arena = sink.arena();
  auto& call = arena.make<model::DatabaseCall>();
  const std::string_view texts(request.texts.data(), request.texts.size());
  std::size_t at = 0;
  const auto next = [&](std::size_t size) {
    const std::string_view text = clean_copy(texts.substr(at, size), arena);
    at += size;
    return text;
  };
  call.system = "mongodb";
  span.method = next(request.operation_bytes);
  call.name_space = next(request.database_bytes);
  span.path = next(request.collection_bytes);
  if (answer.failed) {
    span.status = 1;
    if (answer.code != 0) call.error_code = decimal(answer.code, arena);
    call.error_message = clean_copy(without_values(answer.message), arena);
  }
  span.database = &call;
}

void MongoConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer && !waiting_.empty()) answers_lost_ = true;
}

void MongoConversation::on_unanswered(Unanswered& open, SpanSink&) {
  waiting_.end_all(open, [](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, {}, {.end_ns = end_ns}, failed);
  });
}

void MongoConversation::abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) {
  waiting_.abandon(answers_lost_ ? Note::RequestLostResponse : why, sink);
  answers_lost_ = false;
}

void MongoConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  // What has been quiet for so long has answered, most likely in the bytes that were lost.
  if (quiet && answers_lost_) abandon(Note::RequestLostResponse, now_ns, sink);
}

}  // namespace obi::protocol::mongo
