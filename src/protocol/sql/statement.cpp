// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "protocol/span_text.hpp"
#include "protocol/sql/lexer.hpp"
#include "protocol/sql/query_text.hpp"
#include "protocol/sql/table_finder.hpp"

namespace obi::protocol::sql {
namespace {

constexpr std::size_t kMaxSummary = 255;

std::string_view summary_of(const TableFinder& finder, base::Arena& arena) {
  if (finder.operation() == Keyword::None || finder.tables().empty()) return {};
  std::array<char, kMaxSummary> summary;
  std::size_t size = 0;
  const auto put = [&](std::string_view text) {
    std::memcpy(summary.data() + size, text.data(), text.size());
    size += text.size();
  };
  put(text_of(finder.operation()));
  for (const std::string_view table : finder.tables()) {
    if (size + 1 + table.size() > summary.size()) break;
    put(" ");
    put(table);
  }
  return clean_copy({summary.data(), size}, arena);
}

std::string_view table_of(const TableFinder& finder, base::Arena& arena) {
  const auto tables = finder.tables();
  if (tables.empty() || (finder.operation() == Keyword::Select && tables.size() > 1)) return {};
  return clean_copy(tables.front(), arena);
}

}  // namespace

Statement analyse(std::string_view text, Dialect dialect, base::Arena& arena) {
  Lexer lexer(text, dialect);
  QueryText query(dialect);
  TableFinder finder(dialect);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    query.add(token);
    finder.add(token);
  }
  finder.end();
  return {.operation = text_of(finder.operation()),
          .table = table_of(finder, arena),
          .text = clean_copy(query.text(), arena),
          .summary = summary_of(finder, arena)};
}

}  // namespace obi::protocol::sql
