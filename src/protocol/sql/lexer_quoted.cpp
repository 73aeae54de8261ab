// SPDX-License-Identifier: Apache-2.0
// Literals and names in quotes of all kinds.
#include <algorithm>
#include <array>

#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {
// From the opening quote on. False: it is not closed, or where is ambiguous; then it is all the
// rest.
bool Lexer::skip_quoted(char quote, Backslash backslash) {
  const bool is_wide = has_wide_letters(dialect_.charset);
  ++position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == quote) {
      ++position_;
      if (at(position_) != quote) return true;
      ++position_;
    } else if (c == '\\' && backslash != Backslash::kPlain) {
      if (!skip_backslash(quote, backslash)) break;
    } else if (is_wide && is_high(c)) {
      const std::size_t size = letter_bytes(dialect_.charset, text_.substr(position_));
      if (size == 0) break;
      position_ += size;
    } else {
      ++position_;
    }
  }
  skip_rest();
  return false;
}

// False: what it is decides on the end of the text, and that is ambiguous.
bool Lexer::skip_backslash(char quote, Backslash backslash) {
  // Part of a letter, perhaps.
  if (dialect_.charset == Charset::kUnknown && is_high(text_[position_ - 1])) return false;
  const char next = at(position_ + 1);
  // MySQL escapes a byte, others a letter.
  if (has_wide_letters(dialect_.charset) && is_high(next)) return false;
  // In the mode ANSI_QUOTES "…" is a name, in which nothing escapes.
  const bool may_be_name = quote == '"' && is(Family::kMySql);
  if (next == quote && (backslash == Backslash::kEither || may_be_name)) return false;
  // Two are a pair for all of them.
  position_ += next == '\\' || backslash == Backslash::kEscape ? 2 : 1;
  position_ = std::min(position_, text_.size());
  return true;
}

TokenKind Lexer::double_quoted() {
  if (is(Family::kMySql)) return text('"', dialect_.backslash);
  if (is(Family::kPostgres)) return quoted_name('"');
  // SQL Server: with QUOTED_IDENTIFIER OFF a literal.
  return skip_quoted('"', dialect_.backslash) ? TokenKind::kQuoted : TokenKind::kText;
}

// A closing quote that is doubled belongs to the name. Not closed: it may be anything.
TokenKind Lexer::quoted_name(char close) {
  const bool is_wide = has_wide_letters(dialect_.charset);
  const bool is_unknown = dialect_.charset == Charset::kUnknown && close != '"';
  const std::size_t begin = position_++;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == close) {
      if (is_unknown && is_high(text_[position_ - 1])) break;
      ++position_;
      if (at(position_) != close) return name_from(begin);
      ++position_;
    } else if (is_wide && is_high(c)) {
      const std::size_t size = letter_bytes(dialect_.charset, text_.substr(position_));
      if (size == 0) break;
      position_ += size;
    } else {
      ++position_;
    }
  }
  return rest();
}

// From `begin` to here. Not every unknown dialect has names in backticks.
TokenKind Lexer::name_from(std::size_t begin) {
  const bool is_ambiguous =
      is(Family::kGeneric) &&
      text_.substr(begin, position_ - begin).find_first_of("'\"") != std::string_view::npos;
  return is_ambiguous ? rest() : TokenKind::kName;
}

// In an unknown dialect: a name in brackets, or an index. The quotes in it must be closed in it.
TokenKind Lexer::bracket() {
  guard_ = std::max(guard_, std::min(text_.find(']', position_), text_.size()));
  return one(TokenKind::kSymbol);
}

// q'[…]', at the quote. Only Oracle has it.
void Lexer::skip_oracle_quoted() {
  const char open = at(position_ + 1);
  constexpr std::string_view kOpen = "[{(<";
  constexpr std::string_view kClose = "]})>";
  const std::size_t pair = kOpen.find(open);
  const std::array end = {pair == std::string_view::npos ? open : kClose[pair], '\''};
  const std::size_t begin = std::min(position_ + 2, text_.size());
  const std::size_t found = text_.find(std::string_view(end.data(), end.size()), begin);
  // To others the literal ends at its first quote.
  const bool is_sure = found != std::string_view::npos && text_.find('\'', begin) == found + 1 &&
                       at(found + 2) != '\'' && text_[found] != '\\';
  position_ = is_sure ? found + 2 : text_.size();
}

// $1, $tag$…$tag$, SQL Server's $12.50, MySQL's $name.
TokenKind Lexer::dollar() {
  const std::size_t begin = position_++;
  if (is(Family::kMySql)) return skip_word() ? TokenKind::kWord : rest();
  if (is_digit(at(position_))) {
    if (is(Family::kMsSql)) return number();
    while (is_digit(at(position_))) ++position_;
    return TokenKind::kParameter;
  }
  bool has_letters = false;  // beyond ASCII
  for (; is_word(at(position_)); ++position_) has_letters |= is_high(text_[position_]);
  if (has_letters && dialect_.charset != Charset::kAscii) return rest();
  const bool is_alone = position_ == begin + 1;
  if (is(Family::kMsSql)) return is_alone ? TokenKind::kSymbol : TokenKind::kWord;
  if (position_ < text_.size() && text_[position_] != '$') {  // what follows may be a prefix
    position_ = begin + 1;
    return TokenKind::kSymbol;
  }
  if (position_ == text_.size()) return TokenKind::kText;  // a tag that was cut
  if (is(Family::kGeneric)) return rest();                 // few have it
  const std::string_view tag = text_.substr(begin, ++position_ - begin);
  const std::size_t end = text_.find(tag, position_);
  position_ = end == std::string_view::npos ? text_.size() : end + tag.size();
  return TokenKind::kText;
}

TokenKind Lexer::prefixed_text(std::size_t begin) { return guarded(begin, read_prefixed(begin)); }

// A word of one or two letters from `begin` to here, and a quote or an ampersand behind it.
TokenKind Lexer::read_prefixed(std::size_t begin) {
  const std::size_t size = position_ - begin;
  const char first = static_cast<char>(text_[begin] | 0x20);
  if (at(position_) == '&') {
    const char quote = at(position_ + 1);
    if (size != 1 || first != 'u' || is(Family::kMySql) || is(Family::kMsSql) ||
        (quote != '\'' && quote != '"'))
      return TokenKind::kWord;
    ++position_;
    if (quote == '"' && is(Family::kPostgres)) return quoted_name(quote);
    const bool may_escape = dialect_.backslash != Backslash::kPlain;  // then it is an error
    const Backslash backslash = may_escape ? Backslash::kEither : Backslash::kPlain;
    if (skip_quoted(quote, backslash) && quote == '\'') skip_parts(backslash);
    return TokenKind::kText;
  }
  const bool is_oracle =
      size == 1 ? first == 'q' : first == 'n' && (text_[begin + 1] | 0x20) == 'q';
  if (is(Family::kGeneric) && is_oracle) {
    skip_oracle_quoted();
    return TokenKind::kText;
  }
  if (size != 1 || std::string_view("ebxn").find(first) == std::string_view::npos)
    return TokenKind::kWord;
  // A backslash is no part of a number in hexadecimal or binary digits, whatever it is elsewhere.
  const bool is_digits = (first == 'b' || first == 'x') && dialect_.backslash == Backslash::kEscape;
  const bool has_escapes = first == 'e' && is(Family::kPostgres);
  const Backslash backslash = has_escapes ? Backslash::kEscape
                              : is_digits ? Backslash::kEither
                                          : dialect_.backslash;
  if (skip_quoted('\'', backslash) && is(Family::kPostgres)) skip_parts(backslash);
  return TokenKind::kText;
}

// A literal goes on behind white space with a line feed (PostgreSQL manual 4.1.2.2), and is read
// there as it began.
void Lexer::skip_parts(Backslash backslash) {
  while (position_ < text_.size()) {
    const std::size_t behind = position_;
    while (position_ < text_.size()) {
      if ((classes(position_) & kSpace) != 0) {
        ++position_;
      } else if (text_[position_] != '-' || !skip_comment()) {
        break;
      }
    }
    if (at(position_) != '\'' || position_ == behind) {
      position_ = behind;
      return;
    }
    const bool goes_on =
        text_.substr(behind, position_ - behind).find_first_of("\r\n") != std::string_view::npos;
    if (!goes_on) return skip_rest();
    if (!skip_quoted('\'', backslash)) return;
  }
}

}  // namespace obi::protocol::sql
