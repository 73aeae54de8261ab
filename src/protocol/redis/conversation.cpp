// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/conversation.hpp"

#include <algorithm>
#include <utility>

#include "protocol/redis/element.hpp"
#include "protocol/redis/error_text.hpp"
#include "protocol/redis/inline_command.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::redis {
namespace {

using Note = SpanSink::Note;

// Of an element that comes in several calls: a name or key, or what is shown of it.
constexpr std::size_t kKeptBytes = CommandText::kMaxKey + 64;
// What a text takes on the heap, for the account of memory.
constexpr std::size_t kTypicalText = 64;

bool is_monitor_line(const Reply& reply) {
  return reply.type == '+' && !reply.text.empty() && reply.text[0] >= '0' && reply.text[0] <= '9' &&
         reply.text.contains('[');
}

}  // namespace

RedisConversation::RedisConversation(const Shared& shared, const ConversationStart& start)
    : MessageConversation(start, kKeptBytes),
      reports_database_(shared.options.reports_database),
      database_(start.mid_life ? -1 : 0) {}

MessageConversation::Size RedisConversation::measure(PeerRole from,
                                                     std::span<const std::byte> bytes) {
  const char type = text_of(bytes)[0];
  if (from == PeerRole::kClient && sending_.strings_left == 0 && type != '*')
    return measure_inline(text_of(bytes));
  const auto element = parse_element(bytes);
  if (!element) return std::unexpected(element.error());
  const bool fits = from == PeerRole::kServer ? reply_.accepts(*element)
                    : sending_.strings_left > 0
                        ? type == '$' && !element->is_null && !element->is_streamed
                        : !element->is_streamed;
  if (!fits) return std::unexpected(ParseError::Malformed);
  measured_ = *element;
  return measured_.size;
}

// An element of which perhaps not all was captured.
Element RedisConversation::element_of(const Message& message) const {
  if (message.just_measured) return measured_;
  const auto element = parse_element(message.bytes);
  if (element) return *element;
  const std::string_view all = text_of(message.bytes);  // a long line
  Element line;
  line.type = all.empty() ? '+' : all[0];
  line.size = message.size;
  line.text = all.substr(std::min<std::size_t>(1, all.size()));
  return line;
}

void RedisConversation::on_message(const Message& message, SpanSink& sink) {
  if (std::exchange(needs_stream_, false)) sink.request_stream();
  if (message.from == PeerRole::kClient) return on_client_element(message, sink);
  reply_end_ns_ = message.end_ns;
  if (reply_.take(element_of(message))) on_reply(message.end_ns, sink);
}

void RedisConversation::on_client_element(const Message& message, SpanSink& sink) {
  if (sending_.strings_left == 0) {
    if (text_of(message.bytes).substr(0, 1) != "*") return on_inline(message, sink);
    sending_.strings_left = element_of(message).members;  // 0: Redis ignores it too
    sending_.has_name = false;
    sending_.origin = message.take_origin();
    sending_.bytes = message.size;
    return;
  }
  const std::string_view text = element_of(message).text;
  sending_.bytes += message.size;
  if (std::exchange(sending_.has_name, true)) {
    sending_.text.add(text);
  } else {
    sending_.text.begin(text);
  }
  if (--sending_.strings_left == 0) end_command(message.end_ns, sink);
}

void RedisConversation::on_inline(const Message& message, SpanSink& sink) {
  if (!read_inline(text_of(message.bytes), sending_.text)) return;  // an empty line
  sending_.origin = message.take_origin();
  sending_.bytes = message.size;
  end_command(message.end_ns, sink);
}

// All of the command has been sent.
void RedisConversation::end_command(std::uint64_t end_ns, SpanSink& sink) {
  const CommandKind kind = sending_.text.info().kind;
  if (kind == CommandKind::kMulti) in_transaction_ = true;
  if (kind == CommandKind::kEndMulti || kind == CommandKind::kReset) in_transaction_ = false;
  if (kind == CommandKind::kReset) replies_off_ = false;
  if (is_unanswered()) {
    unanswered_.identity = sink.begin(sending_.origin);
    fill(unanswered_);
    return emit_span(unanswered_, {.end_ns = end_ns, .bytes = 0, .error = {}}, sink);
  }
  push_command(sink);
  if (kind == CommandKind::kSync) leave(sink);
}

// The server was asked not to answer this one (CLIENT REPLY).
bool RedisConversation::is_unanswered() {
  const CommandText& text = sending_.text;
  if (in_transaction_) return false;
  if (text.is_reply_on()) {
    replies_off_ = skips_next_ = false;
    return false;
  }
  if (text.is_reply_off()) return replies_off_ = true;
  if (text.is_reply_skip() && !replies_off_) return skips_next_ = true;
  return std::exchange(skips_next_, false) || replies_off_;
}

void RedisConversation::push_command(SpanSink& sink) {
  if (Request* const request = requests_.push(sending_.origin, true, sink)) {
    fill(*request);
  } else if (sending_.text.info().kind == CommandKind::kSelect) {
    database_ = -1;
  }
}

void RedisConversation::fill(Request& request) {
  CommandText& text = sending_.text;
  request.bytes = sending_.bytes;
  request.name_bytes = text.name().size();
  request.kind = text.info().kind;
  request.channels = text.arguments();
  request.answer_bytes = 0;
  request.database = text.database();
  request.text.swap(text.text());
}

void RedisConversation::on_reply(std::uint64_t end_ns, SpanSink& sink) {
  const Reply& reply = reply_.reply();
  if (is_unasked(reply)) return;
  if (requests_.empty()) {
    if (!requests_.unsynchronised()) sink.note(Note::ResponseUnpaired);
    return;
  }
  if (!is_answered(reply)) return;
  note_effects(requests_.front(), reply);
  const bool to_replica = requests_.front().kind == CommandKind::kReplicate && !reply.is_error();
  end_request({.end_ns = end_ns, .bytes = reply.size, .error = reply.is_error() ? reply.text : ""},
              sink);
  if (to_replica) leave(sink);
}

// A message, a line of MONITOR or an invalidated key, which answer no command.
bool RedisConversation::is_unasked(const Reply& reply) {
  const bool for_front = !requests_.empty() && confirms(reply, requests_.front().name());
  if (for_front) return false;
  const bool follows = subscriptions_.any() || requests_.empty();
  if (is_confirmation(reply) && (follows || reply.is_push())) {
    subscriptions_.take(reply);
    return true;
  }
  if (reply.is_push()) return true;
  const bool front_subscribes =
      !requests_.empty() && requests_.front().kind == CommandKind::kSubscribe;
  if (is_published(reply) && (follows || front_subscribes)) return true;
  return is_monitor_line(reply) && (is_monitor_ || requests_.empty());
}

// False: more answers to the front command are due.
bool RedisConversation::is_answered(const Reply& reply) {
  Request& request = requests_.front();
  if (!confirms(reply, request.name())) return true;  // an error, or QUEUED
  const bool none_left = subscriptions_.take(reply);
  const bool done = request.channels == 0 ? none_left : request.channels == 1;
  if (request.channels > 1) --request.channels;
  if (!done) request.answer_bytes += reply.size;
  return done;
}

void RedisConversation::note_effects(const Request& request, const Reply& reply) {
  if (reply.is_error()) return;
  const bool is_queued = reply.type == '+' && reply.text == "QUEUED";
  switch (request.kind) {
    case CommandKind::kSelect:
      (is_queued ? queued_database_ : database_) = request.database;
      return;
    case CommandKind::kMonitor: is_monitor_ = !is_queued; return;
    case CommandKind::kMulti: queued_database_ = -1; return;
    case CommandKind::kEndMulti:
      if (request.name() == "EXEC" && !reply.is_null && queued_database_ >= 0)
        database_ = queued_database_;
      queued_database_ = -1;
      return;
    case CommandKind::kReset:
      database_ = 0;
      is_monitor_ = false;
      subscriptions_.reset();
      return;
    default: return;
  }
}

void RedisConversation::end_request(const Outcome& outcome, SpanSink& sink) {
  Outcome whole = outcome;
  whole.bytes += requests_.front().answer_bytes;
  emit_span(requests_.front(), whole, sink);
  requests_.pop();
}

void RedisConversation::emit_span(const Request& request, const Outcome& outcome, SpanSink& sink) {
  model::Span& span = sink.emit_span(
      is_client() ? model::EventType::kRedisClient : model::EventType::kRedisServer,
      request.identity,
      {.end_ns = outcome.end_ns, .request_bytes = request.bytes, .response_bytes = outcome.bytes});
  auto& call = sink.arena().make<model::DatabaseCall>();
  call.system = "redis";
  call.query_text = clean_copy(request.text, sink.arena());
  span.method = call.query_text.substr(0, request.name_bytes);
  if (!outcome.error.empty()) {
    call.error_code = error_code_of(outcome.error, sink.arena());
    call.error_message = error_message_of(outcome.error, request.name(), sink.arena());
    span.status = 1;
  }
  if (reports_database_ && database_ >= 0) call.name_space = decimal(database_, sink.arena());
  span.database = &call;
}

bool RedisConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  // What the server sends while no request waits is the rest of an answer.
  if (from == PeerRole::kServer) return !requests_.empty() && parse_element(bytes).has_value();
  return array_start(text_of(bytes)) == CommandStart::kKnown;
}

bool RedisConversation::on_missing(PeerRole from, std::uint64_t, std::span<const std::byte>,
                                   std::uint64_t, SpanSink&) {
  // Commands behind some that wait: this client doesn't wait for its answers.
  if (from == PeerRole::kClient && sending_.strings_left == 0 && !requests_.empty())
    requests_.note_pipelining();
  return false;
}

void RedisConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer) return on_lost_answers(sink);
  // What was lost is taken for the rest of this command, as long as the client has never sent the
  // next before it was answered.
  const bool in_command = sending_.strings_left > 0;
  if (in_command) {
    if (!sending_.has_name) sending_.text.begin({});
    sending_.strings_left = 0;
    push_command(sink);
  }
  if (in_command && !requests_.pipelines()) return;
  database_ = -1;
  if (requests_.pipelines() || !requests_.empty()) requests_.lose_newer();
}

void RedisConversation::on_lost_answers(SpanSink& sink) {
  // An answer that has begun is the front's, and its first element shows how it went.
  const bool is_reported = reply_.is_in_reply() && !requests_.empty() && !subscriptions_.any();
  if (is_reported && !reply_.reply().is_push())
    end_request({.end_ns = reply_end_ns_, .bytes = reply_.reply().size, .error = {}}, sink);
  reply_.reset();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i].kind == CommandKind::kSelect) database_ = -1;
  }
  requests_.lose(sink);
}

void RedisConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  requests_.end_all(open, [this](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    // The end of the connection is what these ask for.
    if (request.name() == "QUIT" || request.name() == "SHUTDOWN")
      return failed.note(Note::RequestNoResponse);
    emit_span(request, {.end_ns = end_ns, .bytes = request.answer_bytes, .error = {}}, failed);
  });
}

void RedisConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  requests_.abandon(why, sink);
}

void RedisConversation::on_time(std::uint64_t, bool quiet, SpanSink&) {
  if (!quiet) return;
  requests_.settle();
  requests_.release_idle_memory();
}

std::size_t RedisConversation::state_bytes() const {
  return requests_.held_bytes() + requests_.size() * kTypicalText;
}

}  // namespace obi::protocol::redis
