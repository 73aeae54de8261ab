// SPDX-License-Identifier: Apache-2.0
// What a request asks for, and what becomes of it once it is answered.
#include <charconv>
#include <memory>

#include "protocol/mssql/conversation.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::mssql {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kIdleCapacity = 512;

std::string_view decimal(std::uint32_t number, base::Arena& arena) {
  char digits[10];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  return arena.copy({digits, static_cast<std::size_t>(end - digits)});
}

}  // namespace

void MssqlConversation::end_of_request(Bytes payload, SpanSink& sink) {
  incoming_.is_open = false;
  if (incoming_.type == PacketType::kSqlBatch) {
    push(Kind::kOperation, sink, payload);
  } else if (incoming_.type == PacketType::kRpc) {
    const std::size_t headers = headers_bytes(payload);
    const auto call = parse_call(payload.subspan(headers));
    const Purpose purpose = call ? call->purpose : Purpose::kOther;
    const bool is_operation =
        purpose != Purpose::kPrepare && purpose != Purpose::kForget && purpose != Purpose::kFetch;
    push(is_operation ? Kind::kOperation
                      : (purpose == Purpose::kPrepare ? Kind::kPrepare : Kind::kNoOperation),
         sink, payload);
  } else {
    push(Kind::kNoOperation, sink, payload);
  }
  incoming_.payload.clear();
  if (incoming_.payload.capacity() > kIdleCapacity) incoming_.payload.shrink_to_fit();
}

void MssqlConversation::push(Kind kind, SpanSink& sink, Bytes payload) {
  Request* request = requests_.push(kind == Kind::kOperation, sink);
  if (request == nullptr) return;
  request->origin = incoming_.origin;
  request->bytes = incoming_.bytes;
  request->kind = kind;
  request->answers_handle = false;
  request->statement.reset();
  request->text.clear();
  if (incoming_.type != PacketType::kSqlBatch && incoming_.type != PacketType::kRpc) return;
  const std::size_t headers = headers_bytes(payload);
  has_headers_ = headers > 0;
  const Bytes body = payload.subspan(headers);
  if (incoming_.type == PacketType::kSqlBatch) return describe_batch(*request, body);
  if (const auto call = parse_call(body)) describe_call(*request, *call, sink);
}

void MssqlConversation::describe_batch(Request& request, Bytes text) {
  append_utf8(text, request.text, kMaxSpanText);
}

void MssqlConversation::describe_call(Request& request, const Call& call, SpanSink& sink) {
  const auto append_text = [&] {
    if (call.is_narrow) {
      request.text = text_of(call.text).substr(0, kMaxSpanText);
    } else {
      append_utf8(call.text, request.text, kMaxSpanText);
    }
  };
  switch (call.purpose) {
    case Purpose::kExecuteText: return append_text();
    case Purpose::kPrepare:
    case Purpose::kPrepareAndExecute:
      append_text();
      request.statement =
          std::make_shared<sql::PreparedStatement>(request.text, sql::Dialect::kMsSql);
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

void MssqlConversation::finish(std::uint64_t end_ns, SpanSink& sink) {
  Request& request = requests_.front();
  if (request.kind == Kind::kOperation) {
    make_span(request, end_ns, sink);
  } else if (request.kind == Kind::kPrepare && answer_.has_failed()) {
    sink.note(Note::RequestSeen);
    make_span(request, end_ns, sink);
  }
  if (!answer_.database().empty()) name_space_ = answer_.database();
  if (request.answers_handle && answer_.handle())
    statements_.remember(*answer_.handle(), std::move(request.statement));
  requests_.pop();
  begin_next();
}

void MssqlConversation::make_span(Request& request, std::uint64_t end_ns, SpanSink& sink) {
  model::Span& span =
      sink.add_span(is_client() ? model::EventType::kSqlClient : model::EventType::kSqlServer);
  base::Arena& arena = sink.arena();
  auto& call = arena.make<model::DatabaseCall>();
  span.database = &call;
  const sql::Statement statement = request.statement
                                       ? request.statement->statement(arena)
                                       : sql::analyse(request.text, sql::Dialect::kMsSql, arena);
  span.method = statement.operation;
  span.path = statement.table;
  call.system = "microsoft.sql_server";
  call.query_text = statement.text;
  call.query_summary = statement.summary;
  call.name_space = clean_copy(name_space_, arena);
  if (answer_.has_failed()) {
    span.status = 1;
    if (answer_.error_number() != 0) call.error_code = decimal(answer_.error_number(), arena);
    call.error_message = clean_copy(answer_.error_message(), arena);
  }
  span.start_ns = span.request_start_ns = request.origin.start_ns;
  span.end_ns = end_ns;
  span.pid = request.origin.pid;
  span.request_bytes = static_cast<std::int64_t>(request.bytes);
  span.response_bytes = static_cast<std::int64_t>(answer_bytes_);
}

}  // namespace obi::protocol::mssql
