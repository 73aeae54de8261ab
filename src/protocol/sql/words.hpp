// SPDX-License-Identifier: Apache-2.0
// What the finder of tables asks of words and names. Pure functions.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {

inline bool is_one_of(Keyword keyword, std::initializer_list<Keyword> all) {
  return std::ranges::find(all, keyword) != all.end();
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

inline bool is_quoted(const Token& token) {
  return token.kind == TokenKind::kName || token.kind == TokenKind::kQuoted;
}

// U&"…"
inline bool has_escapes(const Token& token) {
  return token.kind == TokenKind::kName && (token.text.front() | 0x20) == 'u';
}

// The name in a token, without its quotes.
inline std::string_view bare(const Token& token) {
  if (!is_quoted(token)) return token.text;
  const std::size_t begin = has_escapes(token) ? 3 : 1;
  return token.text.substr(begin, token.text.size() - begin - 1);
}

}  // namespace obi::protocol::sql
