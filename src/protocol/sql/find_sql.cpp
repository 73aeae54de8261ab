// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "protocol/sql/lexer.hpp"
#include "protocol/sql/statement.hpp"
#include "protocol/sql/table_finder.hpp"

namespace obi::protocol::sql {
namespace {

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t' || c == '\r' || c == '\n';
}
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// The keywords that a statement of interest begins with.
bool begins_statement(Keyword keyword) {
  using enum Keyword;
  constexpr std::array kAll = {Select, Insert, Update, Delete, Merge,   With,
                               Alter,  Create, Drop,   Call,   Truncate};
  return std::ranges::find(kAll, keyword) != kAll.end();
}

// It has the words that prose and names don't have in that place.
bool is_sql(std::string_view text) {
  using enum Keyword;
  Lexer lexer(text, Dialect::kGeneric);
  TableFinder finder(Dialect::kGeneric);
  bool has_set = false;
  bool has_from = false;
  bool has_into = false;
  bool has_table = false;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    finder.add(token);
    has_set |= token.keyword == Set;
    has_from |= token.keyword == From;
    has_into |= token.keyword == Into;
    has_table |= token.keyword == Table || token.keyword == Index;
  }
  finder.end();
  if (finder.tables().empty()) return false;
  switch (finder.operation()) {
    case Select:
    case Delete: return has_from;
    case Insert:
    case Merge: return has_into;
    case Update: return has_set;
    default: return has_table;
  }
}

// Up to the first byte that is no text.
std::string_view text_run(std::string_view bytes) {
  return bytes.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(bytes, is_text) - bytes.begin()));
}

}  // namespace

std::string_view find_sql(std::string_view bytes) {
  constexpr std::string_view kQuotes = "'\"`";
  constexpr int kMaxTries = 4;  // each reads all that follows
  int tries = 0;
  bool in_quotes = false;
  for (std::size_t at = 0; at < bytes.size() && tries < kMaxTries;) {
    if (!is_text(bytes[at])) {
      in_quotes = false;
      ++at;
      continue;
    }
    // Behind a quote it may be the inside of a literal.
    in_quotes |= kQuotes.find(bytes[at]) != std::string_view::npos;
    if (!is_letter(bytes[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < bytes.size() && is_letter(bytes[end])) ++end;
    if (!in_quotes &&
        begins_statement(find_keyword(bytes.substr(at, end - at), bytes.size() - at))) {
      const std::string_view text = text_run(bytes.substr(at));
      if (is_sql(text)) return text;
      ++tries;
    }
    at = end;
  }
  return {};
}

}  // namespace obi::protocol::sql
