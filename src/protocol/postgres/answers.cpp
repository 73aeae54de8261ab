// SPDX-License-Identifier: Apache-2.0
// The server's side of a PostgreSQL connection: which request each of its messages ends.
#include "protocol/postgres/conversation.hpp"
#include "protocol/span_text.hpp"
#include "protocol/sql/statement_span.hpp"

namespace obi::protocol::postgres {
namespace {

constexpr std::size_t kMaxErrorText = 1024;
constexpr std::size_t kSqlStateBytes = 5;

bool is_fatal(std::string_view severity) { return severity == "FATAL" || severity == "PANIC"; }

// Errors of class 22 (data exception) and syntax errors quote what they are about: `invalid input
// syntax for type integer: "…"`.
bool quotes_values(std::string_view sql_state) {
  return sql_state.starts_with("22") || sql_state == "42601";
}

std::string_view without_quoted(std::string_view text, base::Arena& arena) {
  char* const copy = arena.allocate(text.size());
  std::size_t size = 0;
  bool inside = false;
  for (const char c : text) {
    if (c == '"') {
      inside = !inside;
      if (!inside) continue;
      copy[size++] = '?';
    } else if (!inside) {
      copy[size++] = c;
    }
  }
  return {copy, size};
}

}  // namespace

void PostgresConversation::on_server_message(const Message& message, SpanSink& sink) {
  const char type = static_cast<char>(message.bytes[0]);
  if (encryption_due_) {
    encryption_due_ = false;
    if (type != 'N' && type != 'E')
      leave(sink, type == 'S' ? Handover::To::kEncrypted : Handover::To::kSilence);  // 'G': GSSAPI
    return;
  }
  if (type == 'S') return on_parameter(message);
  if (type == 'N' || type == 'A') return;  // at any time, and of no request
  answer_bytes_ += message.size;
  is_adrift_ = false;
  if (type == 'C' || type == 'E' || type == 'Z') end_copy_in(sink);
  switch (type) {
    case '1': return on_answer(Kind::kParse, sink);
    case '2': return on_answer(Kind::kBind, sink);
    case '3': return on_answer(Kind::kClose, sink);
    case 'n': return on_answer(Kind::kDescribe, sink);
    case 'T':
      if (!requests_.empty() && requests_.front().kind == Kind::kDescribe) requests_.pop();
      return;
    case 'C':
    case 'I':
    case 's': return on_execute_end(message, sink);
    case 'G': return begin_copy_in();
    case 'H': copies_out_ = true; return;
    case 'c': copies_out_ = false; return;
    case 'W': return on_copy_both(message, sink);
    case 'E': return on_error(message, sink);
    case 'Z':
      if (message.is_whole()) transaction_ = static_cast<char>(message.bytes.back());
      return on_ready(message.end_ns, false, sink);
    default: return;  // rows, data, the startup's
  }
}

// ParameterStatus: when a connection begins, and whenever the setting changes (PostgreSQL manual,
// "Asynchronous Operations").
void PostgresConversation::on_parameter(const Message& message) {
  const Parameter parameter = parse_parameter(message.bytes);
  if (parameter.name.empty()) {
    dialect_ = sql::Dialect::kPostgres;
  } else if (parameter.name == "client_encoding") {
    dialect_.charset = sql::charset_named(parameter.value);
  } else if (parameter.name == "standard_conforming_strings") {
    dialect_.backslash = parameter.value == "on"    ? sql::Backslash::kPlain
                         : parameter.value == "off" ? sql::Backslash::kEscape
                                                    : sql::Backslash::kEither;
  }
}

void PostgresConversation::on_answer(Kind kind, SpanSink& sink) {
  if (requests_.empty()) return;
  if (requests_.front().kind == kind) return requests_.pop();
  lose(sink);  // an answer to a question that was not seen
}

void PostgresConversation::on_execute_end(const Message& message, SpanSink& sink) {
  if (requests_.empty()) return;
  const Request& request = requests_.front();
  if (request.kind == Kind::kQuery) return;  // ReadyForQuery ends it
  if (request.kind != Kind::kExecute) return lose(sink);
  emit_span(request, message.end_ns, Outcome::kDone, sink);
  requests_.pop();
}

// Sync is ignored while data is copied in (PostgreSQL manual, "COPY Operations").
void PostgresConversation::begin_copy_in() {
  copy_in_ = CopyIn::kData;
  for (std::size_t i = 1; i < requests_.size(); ++i) {
    if (requests_[i].kind == Kind::kSync) requests_[i].is_ignored = true;
  }
}

// The server's answer while the client's CopyDone was not seen, nor the Sync that goes with it
// where the copy was executed.
void PostgresConversation::end_copy_in(SpanSink& sink) {
  copies_out_ = false;
  if (copy_in_ != CopyIn::kData) return;
  copy_in_ = CopyIn::kOver;
  if (requests_.empty() || waiting_groups() > 0) return;
  Request* const sync = requests_.push({}, false, sink, true);
  if (sync == nullptr) return;
  sync->kind = Kind::kSync;
  sync->is_failed = sync->is_ignored = sync->is_reported = false;
}

// Replication: what follows has no end, so the answer is here.
void PostgresConversation::on_copy_both(const Message& message, SpanSink& sink) {
  copies_out_ = true;
  if (requests_.size() != 1 || requests_.front().kind != Kind::kQuery) return;
  emit_span(requests_.front(), message.end_ns, Outcome::kDone, sink);
  requests_.pop();
  Request* rest = requests_.push({}, false, sink);
  if (rest == nullptr) return;
  rest->kind = Kind::kQuery;
  rest->is_reported = true;
}

bool PostgresConversation::is_operation(Kind kind) {
  return kind == Kind::kQuery || kind == Kind::kCall || kind == Kind::kExecute;
}

bool PostgresConversation::ends_group(const Request& request) {
  return request.kind == Kind::kQuery || request.kind == Kind::kCall ||
         (request.kind == Kind::kSync && !request.is_ignored);
}

// How many of ReadyForQuery are due: 0, 1, or 2 for more.
std::size_t PostgresConversation::waiting_groups() {
  std::size_t groups = 0;
  for (std::size_t i = 0; i < requests_.size() && groups < 2; ++i)
    groups += ends_group(requests_[i]) ? 1 : 0;
  return groups;
}

// The error is of the operation that the server is at: the first that waits, if the group has any.
void PostgresConversation::on_error(const Message& message, SpanSink& sink) {
  if (startup_due_ || requests_.empty()) return;
  std::size_t at = 0;
  while (at < requests_.size() && !is_operation(requests_[at].kind) && !ends_group(requests_[at]))
    ++at;
  const bool found = at < requests_.size() && is_operation(requests_[at].kind);
  if (!found && ends_group(requests_.front())) return;
  // Refused before it could be executed: a failed operation all the same.
  Request& request = requests_[found ? at : 0];
  if (request.is_reported) return;
  const ErrorFields fields = parse_error(message.bytes);
  request.sql_state = fields.sql_state.substr(0, kSqlStateBytes);
  request.error = fields.message.substr(0, kMaxErrorText);
  if (found && request.kind != Kind::kExecute) {
    request.is_failed = true;
    if (is_fatal(fields.severity)) on_ready(message.end_ns, false, sink);
    return;
  }
  is_skipping_ = true;
  if (!found) {
    sink.note(Note::RequestSeen);
    const Prepared* prepared = statement_of(request.name);
    request.prepared.is_known = prepared != nullptr && prepared->is_known;
    request.prepared.statement.clear();
    if (request.prepared.is_known) request.prepared.statement = prepared->statement;
    at = 0;
  }
  emit_span(request, message.end_ns, Outcome::kFailed, sink);
  // What is sent behind it without a Sync is another operation of that request.
  if (!found && in_unit_ && unit_.span_id == request.identity.span_id) unit_ = sink.begin(unit_, 0);
  for (std::size_t i = 0; i <= at; ++i) requests_.pop();
}

// ReadyForQuery: all up to the next Sync, Query or FunctionCall is done.
void PostgresConversation::on_ready(std::uint64_t end_ns, bool is_proven_by_tail, SpanSink& sink) {
  is_adrift_ = false;
  if (startup_due_) {
    startup_due_ = false;
    answer_bytes_ = 0;
    return;
  }
  if (requests_.empty()) return sink.note(Note::ResponseUnpaired);
  if (waiting_groups() == 0) return lose(sink);
  for (bool is_last = false; !is_last; requests_.pop()) {
    const Request& request = requests_.front();
    is_last = ends_group(request);
    const Outcome outcome = request.is_failed ? Outcome::kFailed
                            : is_skipping_    ? Outcome::kSkipped
                                              : Outcome::kDone;
    if (request.kind == Kind::kExecute && !is_skipping_ && !is_proven_by_tail) {
      sink.note(Note::RequestLostResponse);
    } else if (is_operation(request.kind) && !request.is_reported) {
      emit_span(request, end_ns, outcome, sink);
    }
  }
  is_skipping_ = false;
  answer_bytes_ = 0;
}

// Of bytes that were not read: ReadyForQuery at their end, where only one is due.
bool PostgresConversation::ends_with_ready(std::span<const std::byte> tail, std::uint64_t end_ns,
                                           SpanSink& sink) {
  constexpr std::string_view kReady("Z\0\0\0\5", 5);
  const std::string_view text = text_of(tail);
  if (text.size() < kReady.size() + 1) return false;
  const std::string_view end = text.substr(text.size() - kReady.size() - 1);
  const char status = end.back();
  if (!end.starts_with(kReady) || (status != 'I' && status != 'T' && status != 'E')) return false;
  if (waiting_groups() > 1) return false;
  const bool failed = status == 'E' && transaction_ != 'E';
  transaction_ = status;
  if (requests_.empty() && !startup_due_) return true;
  if (failed && !requests_.empty() && !is_skipping_) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      requests_[i].is_failed = true;
      requests_[i].sql_state.clear();
      requests_[i].error.clear();
      if (ends_group(requests_[i])) break;
    }
  }
  on_ready(end_ns, true, sink);
  return true;
}

// An error that ends the connection is the answer.
void PostgresConversation::end_failed_one(std::uint64_t ns, SpanSink& sink) {
  if (requests_.empty() || !requests_.front().is_failed) return;
  emit_span(requests_.front(), ns, Outcome::kFailed, sink);
  requests_.pop();
}

void PostgresConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  end_failed_one(moved_ns(PeerRole::kServer), sink);
  if (is_adrift_) return lose(sink);
  requests_.end_all(open, [this](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, end_ns, Outcome::kDone, failed);
  });
}

void PostgresConversation::abandon(Note why, std::uint64_t ns, SpanSink& sink) {
  end_failed_one(ns, sink);
  requests_.abandon(why, sink);
}

void PostgresConversation::emit_span(const Request& request, std::uint64_t end_ns, Outcome outcome,
                                     SpanSink& sink) {
  if (!request.prepared.is_known) sink.note(Note::StatementUnknown);
  const auto [span, call] = sql::emit_statement_span(
      is_client(), request.identity,
      {.end_ns = end_ns, .request_bytes = request.bytes, .response_bytes = answer_bytes_}, sink);
  base::Arena& arena = sink.arena();
  sql::set_statement(request.prepared.statement.copy(arena), span, call);
  call.system = "postgresql";
  call.name_space = arena.copy(database_);
  if (outcome == Outcome::kFailed) {
    call.error_code = call.sql_state = clean_copy(request.sql_state, arena);
    const std::string_view error = clean_copy(request.error, arena);
    call.error_message = quotes_values(request.sql_state) ? without_quoted(error, arena) : error;
  } else if (outcome == Outcome::kSkipped) {
    call.error_message = "not executed: an earlier statement of the pipeline failed";
  }
  span.status = outcome == Outcome::kDone ? 0 : 1;
  answer_bytes_ = 0;
}

}  // namespace obi::protocol::postgres
