// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/settings.hpp"

#include "protocol/sql/words.hpp"

namespace obi::protocol::sql {
namespace {

// Of a word, or of a literal or name in quotes.
std::string_view without_quotes(const Token& token) {
  const std::string_view text = token.text;
  if (token.kind == TokenKind::kWord || text.size() < 2 || text.front() != text.back()) return text;
  return text.substr(1, text.size() - 2);
}

}  // namespace

void Settings::add(const Token& token, Lexer& lexer) {
  if (state_ == State::kValue) {
    // `CHARACTER SET x`, `= x`
    if (token.keyword == Keyword::Set || token.is('=') || token.is(':')) return;
    state_ = State::kName;
    return change(charset_named(without_quotes(token)), lexer);
  }
  if (state_ == State::kAssignment) {
    if (!token.is('=')) return;
    state_ = State::kValue;
    return;
  }
  if (token.kind == TokenKind::kWord || token.kind == TokenKind::kName)
    on_name(without_quotes(token), lexer);
}

void Settings::on_name(std::string_view name, Lexer& lexer) {
  if (same_name(name.substr(0, 2), "@@")) name.remove_prefix(2);
  if (same_name(name, "global") || same_name(name, "persist") || same_name(name, "persist_only") ||
      same_name(name, "statement")) {
    state_ = State::kOtherScope;
    return;
  }
  const bool is_names =
      same_name(name, "names") || same_name(name, "character") || same_name(name, "charset");
  const bool is_client = same_name(name, "character_set_client");
  if (same_name(name, "sql_mode")) lexer.forget_backslash();
  if (!is_names && !is_client) return;
  // Until the value has come, and if it doesn't.
  change(Charset::kUnknown, lexer);
  if (state_ == State::kOtherScope) return;
  state_ = is_names ? State::kValue : State::kAssignment;
}

}  // namespace obi::protocol::sql
