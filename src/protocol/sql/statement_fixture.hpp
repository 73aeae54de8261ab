// SPDX-License-Identifier: Apache-2.0
// What tests of statements ask in every dialect.
#pragma once
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

inline constexpr Dialect kAll[] = {Dialect::kGeneric, Dialect::kPostgres,   Dialect::kMySql,
                                   Dialect::kMsSql,   Dialect::kMySqlPlain, Dialect::kMySqlUnsure};

inline std::string described(Dialect dialect) {
  return std::to_string(static_cast<int>(dialect.family)) + "." +
         std::to_string(static_cast<int>(dialect.backslash));
}

/// "operation|table|summary"
inline std::string target_of(std::string_view text, Dialect dialect = Dialect::kGeneric) {
  base::Arena arena;
  const Statement statement = analyse(text, dialect, arena);
  return std::string(statement.operation) + "|" + std::string(statement.table) + "|" +
         std::string(statement.summary);
}

inline std::string text_of(std::string_view text, Dialect dialect = Dialect::kGeneric) {
  base::Arena arena;
  return std::string(analyse(text, dialect, arena).text);
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

}  // namespace obi::protocol::sql
