// SPDX-License-Identifier: Apache-2.0
// The span of a SQL statement, the same for every protocol that carries one. Pure functions.
#pragma once
#include "protocol/conversation.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

struct StatementSpan {
  model::Span& span;
  model::DatabaseCall& call;  ///< the span's, still empty
};
/// Of a statement and its answer, as the client or the server sees it. The caller sets the
/// statement (set_statement), the system and the error; texts are in the sink's arena, which is
/// that of the span from now on.
StatementSpan emit_statement_span(bool is_client, const RequestIdentity& request,
                                  const Completion& completion, SpanSink& sink);

void set_statement(const Statement& statement, model::Span& span, model::DatabaseCall& call);

/// A server's message up to the first quote or parenthesis: what is in them may be a value, or a
/// part of the statement.
std::string_view without_values(std::string_view message);

}  // namespace obi::protocol::sql
