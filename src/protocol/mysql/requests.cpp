// SPDX-License-Identifier: Apache-2.0
// What a command asks for, and what becomes of it once it is answered.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/mysql/conversation.hpp"
#include "protocol/span_text.hpp"
#include "protocol/sql/statement_span.hpp"

namespace obi::protocol::mysql {
namespace {

using Note = SpanSink::Note;

constexpr std::uint32_t kLastPrepared = 0xffffffff;  // MariaDB: COM_STMT_EXECUTE's id

bool makes_span(Command command) {
  return command == Command::kQuery || command == Command::kExecute ||
         command == Command::kBulkExecute;
}

// Errors that quote names of the schema, and nothing else (MySQL "Server Error Message Reference").
bool quotes_names(std::uint16_t code) {
  constexpr std::array<std::uint16_t, 18> kCodes = {1008, 1044, 1048, 1049, 1050, 1051,
                                                    1060, 1061, 1091, 1109, 1142, 1143,
                                                    1146, 1264, 1305, 1364, 1406, 1451};
  return std::ranges::binary_search(kCodes, code);
}

bool executes_last_prepared(Command command, Bytes payload) {
  return (command == Command::kExecute || command == Command::kBulkExecute) &&
         statement_id_of(payload) == kLastPrepared;
}

}  // namespace

void MysqlConversation::push(const Message& message, Command command, SpanSink& sink) {
  if (command == Command::kPrepare) last_prepared_.reset();
  // MariaDB's clients prepare and execute in one go, and wait for both answers.
  const bool goes_with_last = executes_last_prepared(command, payload_of(message.bytes));
  Request* request =
      requests_.push(message.take_origin(), makes_span(command), sink, goes_with_last);
  if (request == nullptr) return reading_.forget();
  // It makes a span if it is refused.
  if (command == Command::kPrepare) request->identity = sink.begin(request->identity, 0);
  request->bytes = message.size;
  request->command = command;
  request->collation.reset();
  request->answer_sequence = 1;
  request->statement.reset();
  request->text.clear();
  describe(*request, command, payload_of(message.bytes), sink);
}

void MysqlConversation::describe(Request& request, Command command, PacketBytes payload,
                                 SpanSink& sink) {
  switch (command) {
    case Command::kQuery:
      request.text = query_text(payload, query_attributes_).substr(0, kMaxSpanText);
      return;
    case Command::kPrepare:
      // What is answered before it may change the mode.
      last_prepared_ = std::make_shared<sql::PreparedStatement>(
          text_of(payload.subspan(1)),
          requests_.size() == 1 ? reading_.dialect() : sql::Dialect::kMySqlUnsure);
      request.statement = last_prepared_;
      return;
    case Command::kExecute:
    case Command::kBulkExecute: {
      const std::uint32_t id = statement_id_of(payload);
      request.statement = id == kLastPrepared ? last_prepared_ : statements_.find(id);
      if (!request.statement) sink.note(Note::StatementUnknown);
      return;
    }
    case Command::kInitDb:
      request.text = text_of(payload.subspan(1)).substr(0, kMaxNameBytes);
      return;
    case Command::kChangeUser: {
      const ChangeUser change = parse_change_user(payload, client_capabilities_);
      request.text = change.database.substr(0, kMaxNameBytes);
      request.collation = change.collation;
      return;
    }
    default: return;
  }
}

void MysqlConversation::end_request(const ErrorPacket* error, std::uint64_t end_ns,
                                    SpanSink& sink) {
  Request& request = requests_.front();
  if (makes_span(request.command)) {
    emit_span(request, error, end_ns, sink);
  } else if (request.command == Command::kPrepare && error != nullptr) {
    sink.note(Note::RequestSeen);
    emit_span(request, error, end_ns, sink);
  }
  if (error == nullptr) apply(request);
  const bool starts_compression =
      is_compressed_ && request.command == Command::kChangeUser && error == nullptr;
  requests_.pop();
  begin_next();
  if (!starts_compression) return;
  sink.note(Note::MessageUnsupported);
  leave(sink);
}

// What a command that was done changes for those after it.
void MysqlConversation::apply(Request& request) {
  switch (request.command) {
    case Command::kQuery: {
      const std::string_view database = database_of_use(request.text);
      if (!database.empty()) name_space_ = database.substr(0, kMaxNameBytes);
      return;
    }
    case Command::kInitDb: name_space_ = request.text; return;
    case Command::kChangeUser:
      name_space_ = request.text;
      statements_.clear();
      reading_.see_login(request.collation);
      return;
    case Command::kResetConnection:
      statements_.clear();
      reading_.reset();
      return;
    case Command::kPrepare:
      if (prepared_id_ && request.statement)
        statements_.remember(*prepared_id_, std::move(request.statement));
      return;
    default: return;
  }
}

void MysqlConversation::emit_span(Request& request, const ErrorPacket* error, std::uint64_t end_ns,
                                  SpanSink& sink) {
  const auto [span, call] = sql::emit_statement_span(
      is_client(), request.identity,
      {.end_ns = end_ns, .request_bytes = request.bytes, .response_bytes = answer_bytes_}, sink);
  base::Arena& arena = sink.arena();
  sql::Statement statement;
  if (request.command == Command::kQuery) {
    statement = sql::analyse(request.text, reading_.dialect(), arena);
    const bool is_cut = request.bytes > kHeaderBytes + 1 + request.text.size();
    reading_.see_statement(statement, error != nullptr, is_cut);
  } else if (request.statement) {
    statement = request.statement->statement(arena);
    if (request.command != Command::kPrepare) reading_.see_execution(statement);
  }
  sql::set_statement(statement, span, call);
  call.system = "mysql";
  call.name_space = clean_copy(name_space_, arena);
  if (error != nullptr) {
    span.status = 1;
    call.error_code = decimal(error->code, arena);
    call.sql_state = clean_copy(error->sql_state, arena);
    const std::string_view text =
        quotes_names(error->code) ? error->message : sql::without_values(error->message);
    call.error_message = clean_copy(text, arena);
  }
}

}  // namespace obi::protocol::mysql
