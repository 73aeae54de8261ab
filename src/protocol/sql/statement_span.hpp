// SPDX-License-Identifier: Apache-2.0
// The span of a SQL statement, the same for every protocol that carries one. Pure functions.
#pragma once
#include <cstdint>

#include "protocol/conversation.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

/// A statement and its answer on the connection.
struct Exchange {
  bool is_client = false;  ///< of the connection's ends, the one that is told of
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;  ///< no earlier than start_ns, else that is taken
  std::uint32_t pid = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
};

struct StatementSpan {
  model::Span& span;
  model::DatabaseCall& call;  ///< the span's, still empty
};
/// Note::RequestSeen must have been told. The caller says what was asked (tell), of which system,
/// and what failed; texts in the sink's arena, which is that of the span from now on.
StatementSpan add_span(const Exchange& exchange, SpanSink& sink);

void tell(const Statement& statement, model::Span& span, model::DatabaseCall& call);

}  // namespace obi::protocol::sql
