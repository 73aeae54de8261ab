// SPDX-License-Identifier: Apache-2.0
// What a request asks for, and what becomes of it once it is answered.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "protocol/mssql/conversation.hpp"
#include "protocol/span_text.hpp"
#include "protocol/sql/statement_span.hpp"

namespace obi::protocol::mssql {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kIdleCapacity = 512;

// Errors that quote names of the schema, and nothing else (sys.messages).
template <typename Number>
bool quotes_names(Number number) {
  constexpr std::array<Number, 11> kNumbers = {207, 208, 229,  230,  262, 515,
                                               547, 911, 1205, 2714, 2812};
  return std::ranges::binary_search(kNumbers, number);
}

}  // namespace

void MssqlConversation::end_of_request(Bytes payload, SpanSink& sink) {
  incoming_.is_open = false;
  if (incoming_.type == PacketType::kSqlBatch || incoming_.type == PacketType::kRpc) {
    on_statement(payload, sink);
  } else {
    push(Kind::kNoOperation, sink);
  }
  incoming_.payload.clear();
  if (incoming_.payload.capacity() > kIdleCapacity) incoming_.payload.shrink_to_fit();
}

void MssqlConversation::on_statement(Bytes payload, SpanSink& sink) {
  const std::size_t headers = headers_bytes(payload);
  const Bytes body = payload.subspan(headers);
  std::optional<Call> call;
  if (incoming_.type == PacketType::kRpc) {
    if (const auto parsed = parse_call(body)) call = *parsed;
  }
  Request* request = push(call ? kind_of(call->purpose) : Kind::kOperation, sink);
  if (request == nullptr) return;
  has_headers_ = headers > 0;
  if (incoming_.type == PacketType::kSqlBatch) append_utf8(body, request->text, kMaxSpanText);
  if (call) describe_call(*request, *call, sink);
}

MssqlConversation::Kind MssqlConversation::kind_of(Purpose purpose) {
  if (purpose == Purpose::kPrepare) return Kind::kPrepare;
  return purpose == Purpose::kForget || purpose == Purpose::kFetch ? Kind::kNoOperation
                                                                   : Kind::kOperation;
}

// Null if too many wait.
MssqlConversation::Request* MssqlConversation::push(Kind kind, SpanSink& sink) {
  Request* request = requests_.push(incoming_.origin, kind == Kind::kOperation, sink);
  if (request == nullptr) return nullptr;
  // It makes a span if it is refused.
  if (kind == Kind::kPrepare) request->identity = sink.begin(request->identity, 0);
  request->bytes = incoming_.bytes;
  request->kind = kind;
  request->answers_handle = false;
  request->statement.reset();
  request->text.clear();
  request->dialect = sql::Dialect::kMsSql;
  return request;
}

void MssqlConversation::describe_call(Request& request, const Call& call, SpanSink& sink) {
  const auto append_text = [&] {
    if (call.is_narrow) {
      request.text = text_of(call.text).substr(0, kMaxSpanText);
      request.dialect.charset = sql::Charset::kUnknown;  // of some code page
    } else {
      append_utf8(call.text, request.text, kMaxSpanText);
    }
  };
  switch (call.purpose) {
    case Purpose::kExecuteText: return append_text();
    case Purpose::kPrepare:
    case Purpose::kPrepareAndExecute:
      append_text();
      request.statement = std::make_shared<sql::PreparedStatement>(request.text, request.dialect);
      request.answers_handle = true;
      return;
    case Purpose::kExecuteHandle:
      if (call.handle) request.statement = statements_.find(*call.handle);
      if (!request.statement) sink.note(Note::StatementUnknown);
      return;
    case Purpose::kForget:
      if (call.handle) statements_.forget(*call.handle);
      return;
    case Purpose::kFetch: return;
    case Purpose::kOther:
      request.text = "EXEC ";
      if (call.name.empty()) {
        request.text += procedure_name(call.id);
      } else {
        append_utf8(call.name, request.text, kMaxSpanText);
      }
  }
}

void MssqlConversation::end_request(std::uint64_t end_ns, SpanSink& sink) {
  Request& request = requests_.front();
  if (request.kind == Kind::kOperation) {
    emit_span(request, end_ns, sink);
  } else if (request.kind == Kind::kPrepare && answer_.has_failed()) {
    sink.note(Note::RequestSeen);
    emit_span(request, end_ns, sink);
  }
  if (!answer_.database().empty()) name_space_ = answer_.database();
  if (request.answers_handle && answer_.handle())
    statements_.remember(*answer_.handle(), std::move(request.statement));
  requests_.pop();
  begin_next();
}

void MssqlConversation::emit_span(Request& request, std::uint64_t end_ns, SpanSink& sink) {
  const auto [span, call] = sql::emit_statement_span(
      is_client(), request.identity,
      {.end_ns = end_ns, .request_bytes = request.bytes, .response_bytes = answer_bytes_}, sink);
  base::Arena& arena = sink.arena();
  const sql::Statement statement = request.statement
                                       ? request.statement->statement(arena)
                                       : sql::analyse(request.text, request.dialect, arena);
  sql::set_statement(statement, span, call);
  call.system = "microsoft.sql_server";
  call.name_space = clean_copy(name_space_, arena);
  if (answer_.has_failed()) {
    span.status = 1;
    if (answer_.error_number() != 0) call.error_code = decimal(answer_.error_number(), arena);
    const std::string_view text = answer_.error_message();
    call.error_message =
        clean_copy(quotes_names(answer_.error_number()) ? text : sql::without_values(text), arena);
  }
}

}  // namespace obi::protocol::mssql
