// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement_span.hpp"

#include <algorithm>

namespace obi::protocol::sql {

StatementSpan add_span(const Exchange& exchange, SpanSink& sink) {
  model::Span& span = sink.add_span(exchange.is_client ? model::EventType::kSqlClient
                                                       : model::EventType::kSqlServer);
  auto& call = sink.arena().make<model::DatabaseCall>();
  span.database = &call;
  span.start_ns = span.request_start_ns = exchange.start_ns;
  span.end_ns = std::max(exchange.start_ns, exchange.end_ns);
  span.pid = exchange.pid;
  span.request_bytes = static_cast<std::int64_t>(exchange.request_bytes);
  span.response_bytes = static_cast<std::int64_t>(exchange.response_bytes);
  return {span, call};
}

void tell(const Statement& statement, model::Span& span, model::DatabaseCall& call) {
  span.method = statement.operation;
  span.path = statement.table;
  call.query_text = statement.text;
  call.query_summary = statement.summary;
}

}  // namespace obi::protocol::sql
