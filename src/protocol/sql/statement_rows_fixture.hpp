// SPDX-License-Identifier: Apache-2.0
// Statements of each dialect with all that is reported of them. `planted` stands where only a
// literal or a comment is, and is never reported.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

inline constexpr Dialect kPg = Dialect::kPostgres;
inline constexpr Dialect kPgPlain = {
    .family = Family::kPostgres, .backslash = Backslash::kPlain, .charset = Charset::kAscii};
inline constexpr Dialect kPgEscape = {
    .family = Family::kPostgres, .backslash = Backslash::kEscape, .charset = Charset::kAscii};
inline constexpr Dialect kMy = Dialect::kMySql;
inline constexpr Dialect kMyPlain = Dialect::kMySqlPlain;
inline constexpr Dialect kMyUnsure = Dialect::kMySqlUnsure;
inline constexpr Dialect kMs = Dialect::kMsSql;
inline constexpr Dialect kAny = Dialect::kGeneric;

constexpr Dialect my(Charset charset, std::uint32_t version = 0, bool is_mariadb = false) {
  return {.family = Family::kMySql,
          .backslash = Backslash::kEscape,
          .charset = charset,
          .is_mariadb = is_mariadb,
          .version = version};
}
inline constexpr Dialect kSjis = my(Charset::kShiftJis);
inline constexpr Dialect kGbk = my(Charset::kGbk);
inline constexpr Dialect kBig5 = my(Charset::kBig5);
inline constexpr Dialect kGb18030 = my(Charset::kGb18030);
inline constexpr Dialect kNoCharset = my(Charset::kUnknown);
inline constexpr Dialect kMy8 = my(Charset::kAscii, 80039);
inline constexpr Dialect kMaria = my(Charset::kAscii, 101106, true);
constexpr Dialect pg(Charset charset) {
  return {.family = Family::kPostgres, .backslash = Backslash::kEscape, .charset = charset};
}

struct Row {
  Dialect dialect;
  std::string_view text;
  std::string_view target;  // "operation|table|tables"
  std::string_view reported;
};

inline void check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    base::Arena arena;
    const Statement statement = analyse(row.text, row.dialect, arena);
    std::string_view tables = statement.summary;
    tables.remove_prefix(std::min(tables.size(), statement.operation.size() + 1));
    EXPECT_EQ(std::string(statement.operation) + "|" + std::string(statement.table) + "|" +
                  std::string(tables),
              row.target)
        << row.text;
    EXPECT_EQ(statement.text, row.reported) << row.text;
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
      const Statement part = analyse(row.text.substr(0, cut), row.dialect, arena);
      for (const auto text : {part.operation, part.table, part.text, part.summary})
        ASSERT_EQ(text.find("plan"), std::string_view::npos) << row.text.substr(0, cut);
    }
  }
}

}  // namespace obi::protocol::sql
