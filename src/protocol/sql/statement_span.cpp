// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement_span.hpp"

namespace obi::protocol::sql {

StatementSpan emit_statement_span(bool is_client, const RequestIdentity& request,
                                  const Completion& completion, SpanSink& sink) {
  model::Span& span = sink.emit_span(
      is_client ? model::EventType::kSqlClient : model::EventType::kSqlServer, request, completion);
  auto& call = sink.arena().make<model::DatabaseCall>();
  span.database = &call;
  return {span, call};
}

void set_statement(const Statement& statement, model::Span& span, model::DatabaseCall& call) {
  span.method = statement.operation;
  span.path = statement.table;
  call.query_text = statement.text;
  call.query_summary = statement.summary;
}

std::string_view without_values(std::string_view message) {
  const std::string_view kept = message.substr(0, message.find_first_of("'\"`("));
  return kept.substr(0, kept.find_last_not_of(' ') + 1);
}

}  // namespace obi::protocol::sql
