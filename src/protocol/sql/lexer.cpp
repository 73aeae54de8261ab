// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::sql {

// What is neither space nor word nor a symbol that always stands alone.
TokenKind Lexer::other() {
  const char c = text_[position_];
  switch (c) {
    case '\'': return text(c, backslash_);
    case '"': return is(Dialect::kMySql) ? text(c, backslash_) : quoted_name(c);
    case '`':
      if (is(Dialect::kMySql) || is(Dialect::kGeneric)) return quoted_name(c);
      break;
    case '[':
      if (is(Dialect::kMsSql)) return quoted_name(']');
      break;
    case '?': return one(TokenKind::kParameter);
    case '$': return dollar();
    case '.':
      if (begins_fraction()) return number();
      break;
    case '@':
    case '#':
      if (!is(Dialect::kPostgres)) return word_behind(c);  // there they are operators
      break;
    default:
      if (is_digit(c)) return number();
      break;
  }
  return one(TokenKind::kSymbol);
}

TokenKind Lexer::word_behind(char marker) {
  while (at(position_) == marker) ++position_;
  skip_word();
  return TokenKind::kWord;
}

// A dot behind a name or a bracket joins names.
bool Lexer::begins_fraction() const {
  if (!is_digit(at(position_ + 1))) return false;
  if (position_ == 0) return true;
  const char before = text_[position_ - 1];
  return !is_word(before) && std::string_view("\"`])").find(before) == std::string_view::npos;
}

// White space and comments as far as they go.
Space Lexer::skip_spaces() {
  const std::size_t begin = position_;
  while (position_ < text_.size()) {
    const std::uint8_t found = classes(position_);
    if ((found & kSpace) != 0) {
      ++position_;
    } else if ((found & kComment) == 0 || !skip_comment()) {
      break;
    }
  }
  const std::string_view skipped = text_.substr(begin, position_ - begin);
  return skipped.empty() ? Space::kNone : skipped == " " ? Space::kSingle : Space::kOther;
}

bool Lexer::skip_comment() {
  switch (text_[position_]) {
    case '-':
      // MySQL demands white space behind it: `5--3` is a sum.
      if (at(position_ + 1) != '-') return false;
      if (is(Dialect::kMySql) && position_ + 2 < text_.size() &&
          (classes(position_ + 2) & kSpace) == 0)
        return false;
      return skip_line_comment(2);
    case '#': return is(Dialect::kMySql) && skip_line_comment(1);
    case '/':
      if (at(position_ + 1) != '*') return false;
      skip_block_comment();
      return true;
    case '*':
      if (!in_hint_ || at(position_ + 1) != '/') return false;
      in_hint_ = false;
      position_ += 2;
      return true;
    default: return false;
  }
}

bool Lexer::skip_line_comment(std::size_t marker) {
  const std::size_t end = text_.find_first_of("\r\n", position_ + marker);
  position_ = end == std::string_view::npos ? text_.size() : end;
  return true;
}

void Lexer::skip_block_comment() {
  if (is(Dialect::kMySql) && !in_hint_) {
    std::size_t behind = position_ + 2;
    if (at(behind) == 'M') ++behind;  // MariaDB's
    if (at(behind) == '!') {
      in_hint_ = true;
      position_ = behind + 1;
      while (is_digit(at(position_))) ++position_;  // the version
      return;
    }
  }
  const bool nests = is(Dialect::kPostgres) || is(Dialect::kMsSql);
  std::size_t depth = 1;
  for (position_ += 2; position_ + 1 < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '*' && text_[position_ + 1] == '/') {
      ++position_;
      if (--depth > 0) continue;
      ++position_;
      return;
    }
    if (c != '/' || text_[position_ + 1] != '*' || is(Dialect::kMySql)) continue;
    if (!nests) break;  // whether it does nobody knows: all that follows may be a comment
    ++position_;
    ++depth;
  }
  position_ = text_.size();
}

// More than numbers have, so that `1abc` leaves nothing behind.
void Lexer::skip_number() {
  const bool hex = text_[position_] == '0' && (at(position_ + 1) | 0x20) == 'x';
  while (position_ < text_.size()) {
    const char c = text_[position_];
    const char before = position_ == 0 ? '\0' : text_[position_ - 1];
    const bool sign =
        (c == '+' || c == '-') && !hex && (before | 0x20) == 'e' && is_digit(at(position_ + 1));
    if (!is_word(c) && c != '.' && !sign) return;
    ++position_;
  }
}

// From the opening quote on. Not closed: all the rest.
void Lexer::skip_quoted(char quote, Backslash backslash) {
  for (++position_; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '\\') {
      if (backslash == Backslash::kEscape) ++position_;
      // Where it decides on the end of the text, nobody knows what is text behind it.
      if (backslash == Backslash::kEither && at(position_ + 1) == quote) break;
      continue;
    }
    if (c != quote) continue;
    ++position_;
    if (at(position_) != quote) return;
  }
  position_ = text_.size();
}

// q'[…]', at the quote.
void Lexer::skip_oracle_quoted() {
  const char open = at(position_ + 1);
  constexpr std::string_view kOpen = "[{(<";
  constexpr std::string_view kClose = "]})>";
  const std::size_t pair = kOpen.find(open);
  const std::array end = {pair == std::string_view::npos ? open : kClose[pair], '\''};
  const std::size_t found =
      text_.find(std::string_view(end.data(), end.size()), std::min(position_ + 2, text_.size()));
  position_ = found == std::string_view::npos ? text_.size() : found + 2;
}

// $1, $tag$…$tag$, SQL Server's $12.50, MySQL's $name.
TokenKind Lexer::dollar() {
  const std::size_t begin = position_++;
  if (is(Dialect::kMySql)) {
    skip_word();
    return TokenKind::kWord;
  }
  if (is_digit(at(position_))) {
    if (is(Dialect::kMsSql)) return number();
    while (is_digit(at(position_))) ++position_;
    return TokenKind::kParameter;
  }
  while (is_word(at(position_))) ++position_;
  if (is(Dialect::kMsSql)) return position_ == begin + 1 ? TokenKind::kSymbol : TokenKind::kWord;
  if (position_ < text_.size() && text_[position_] != '$') {
    return position_ == begin + 1 ? TokenKind::kSymbol : TokenKind::kWord;
  }
  if (position_ == text_.size()) return TokenKind::kText;  // a tag that was cut
  const std::string_view tag = text_.substr(begin, ++position_ - begin);
  const std::size_t end = text_.find(tag, position_);
  position_ = end == std::string_view::npos ? text_.size() : end + tag.size();
  return TokenKind::kText;
}

// A word of one or two letters from `begin` to here, and a quote or an ampersand behind it.
TokenKind Lexer::prefixed_text(std::size_t begin) {
  const std::size_t size = position_ - begin;
  const char first = static_cast<char>(text_[begin] | 0x20);
  if (at(position_) == '&') {
    const char quote = at(position_ + 1);
    if (size != 1 || first != 'u' || is(Dialect::kMySql) || (quote != '\'' && quote != '"'))
      return TokenKind::kWord;
    ++position_;
    return text(quote, backslash_);  // a name with escapes, too: it would have to be decoded
  }
  const bool is_oracle =
      size == 1 ? first == 'q' : first == 'n' && (text_[begin + 1] | 0x20) == 'q';
  if (is(Dialect::kGeneric) && is_oracle) {
    skip_oracle_quoted();
    return TokenKind::kText;
  }
  if (size != 1 || std::string_view("ebxn").find(first) == std::string_view::npos)
    return TokenKind::kWord;
  const bool has_escapes = first == 'e' && !is(Dialect::kMsSql) && !is(Dialect::kMySql);
  return text('\'', has_escapes ? Backslash::kEscape : backslash_);
}

// A closing quote that is doubled belongs to the name. Not closed: it may be anything.
TokenKind Lexer::quoted_name(char close) {
  std::size_t end = text_.find(close, position_ + 1);
  while (end != std::string_view::npos && at(end + 1) == close && end + 1 < text_.size())
    end = text_.find(close, end + 2);
  const bool closed = end != std::string_view::npos;
  position_ = closed ? end + 1 : text_.size();
  return closed ? TokenKind::kName : TokenKind::kText;
}

}  // namespace obi::protocol::sql
