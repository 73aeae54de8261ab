// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::sql {
namespace {

enum class Class : std::uint8_t { kSymbol, kSpace, kLetter, kDigit, kQuote, kSpecial };

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    classes[c] = c <= ' ' || c == 0x7f  ? Class::kSpace
                 : letter               ? Class::kLetter
                 : c >= '0' && c <= '9' ? Class::kDigit
                                        : Class::kSymbol;
  }
  classes['\''] = Class::kQuote;
  for (const unsigned char c : {'"', '`', '[', '$', '#', '@', '-', '/', '.', '?', '*'})
    classes[c] = Class::kSpecial;
  return classes;
}();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return class_of(c) == Class::kDigit; }
bool is_letter(char c) { return class_of(c) == Class::kLetter; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

}  // namespace

Token Lexer::next() {
  if (position_ >= text_.size()) return {};
  const std::size_t begin = position_;
  TokenKind kind = TokenKind::kSymbol;
  switch (class_of(text_[begin])) {
    case Class::kSpace:
      skip_space();
      kind = TokenKind::kSpace;
      break;
    case Class::kLetter: kind = word_or_prefixed_text(); break;
    case Class::kDigit:
      skip_number();
      kind = TokenKind::kNumber;
      break;
    case Class::kQuote: kind = text('\'', is(Dialect::kMySql)); break;
    case Class::kSymbol: ++position_; break;
    case Class::kSpecial:
      if (skip_comment()) {
        skip_space();
        kind = TokenKind::kSpace;
      } else {
        kind = special();
      }
      break;
  }
  Token token{.kind = kind, .text = text_.substr(begin, position_ - begin)};
  if (kind == TokenKind::kWord) token.keyword = find_keyword(token.text);
  return token;
}

TokenKind Lexer::special() {
  switch (text_[position_]) {
    case '"': return double_quoted();
    case '`':
      if (is(Dialect::kMySql) || is(Dialect::kGeneric)) return quoted_name('`');
      break;
    case '[': return bracket();
    case '?': return one(TokenKind::kParameter);
    case '$': return skip_dollar();
    case '.':
      // Behind a name or a bracket it joins; else a digit behind it makes it a number.
      if (is_digit(at(position_ + 1)) &&
          (position_ == 0 ||
           (!is_word(text_[position_ - 1]) &&
            std::string_view("\"`])").find(text_[position_ - 1]) == std::string_view::npos))) {
        skip_number();
        return TokenKind::kNumber;
      }
      break;
    case '@':
      if (is(Dialect::kPostgres)) break;  // an operator
      while (at(position_) == '@') ++position_;
      skip_word();
      return TokenKind::kWord;
    case '#':
      if (is(Dialect::kPostgres)) break;  // an operator
      while (at(position_) == '#') ++position_;
      skip_word();
      return TokenKind::kWord;
    default: break;
  }
  return one(TokenKind::kSymbol);
}

// White space and comments as far as they go.
void Lexer::skip_space() {
  while (position_ < text_.size()) {
    const Class found = class_of(text_[position_]);
    if (found == Class::kSpace) {
      ++position_;
    } else if (found != Class::kSpecial || !skip_comment()) {
      return;
    }
  }
}

bool Lexer::skip_comment() {
  switch (text_[position_]) {
    case '-':
      // MySQL demands white space behind it: `5--3` is a sum.
      if (at(position_ + 1) != '-') return false;
      if (is(Dialect::kMySql) && position_ + 2 < text_.size() &&
          class_of(text_[position_ + 2]) != Class::kSpace)
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

void Lexer::skip_word() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    const bool more = is_word(c) || c == '$' || ((c == '#' || c == '@') && is(Dialect::kMsSql));
    if (!more) return;
    ++position_;
  }
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
void Lexer::skip_quoted(char quote, bool backslash_escapes) {
  for (++position_; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '\\') {
      if (backslash_escapes) {
        ++position_;
        continue;
      }
      // PostgreSQL and unknown servers take it either way, by their settings: where it decides on
      // the end of the text, nobody knows what is text behind it.
      if (!is(Dialect::kMsSql) && at(position_ + 1) == quote) break;
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
TokenKind Lexer::skip_dollar() {
  const std::size_t begin = position_++;
  if (is(Dialect::kMySql)) {
    skip_word();
    return TokenKind::kWord;
  }
  if (is_digit(at(position_))) {
    if (is(Dialect::kMsSql)) {
      skip_number();
      return TokenKind::kNumber;
    }
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

TokenKind Lexer::word_or_prefixed_text() {
  const std::size_t begin = position_;
  skip_word();
  const std::size_t size = position_ - begin;
  const char behind = at(position_);
  if (size > 2 || (behind != '\'' && behind != '&')) return TokenKind::kWord;
  const char first = static_cast<char>(text_[begin] | 0x20);
  if (size == 1 && behind == '&' && first == 'u' && !is(Dialect::kMySql)) {
    const char quote = at(position_ + 1);
    if (quote != '\'' && quote != '"') return TokenKind::kWord;
    ++position_;
    // A name in escapes is rare and would have to be decoded: it is left out.
    return text(quote, false);
  }
  if (behind != '\'') return TokenKind::kWord;
  if (is(Dialect::kGeneric) && ((size == 1 && first == 'q') ||
                                (size == 2 && first == 'n' && (text_[begin + 1] | 0x20) == 'q'))) {
    skip_oracle_quoted();
    return TokenKind::kText;
  }
  if (size != 1 || std::string_view("ebxn").find(first) == std::string_view::npos)
    return TokenKind::kWord;
  return text('\'', is(Dialect::kMySql) || (first == 'e' && !is(Dialect::kMsSql)));
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

TokenKind Lexer::double_quoted() {
  return is(Dialect::kMySql) ? text('"', true) : quoted_name('"');
}

TokenKind Lexer::bracket() {
  return is(Dialect::kMsSql) ? quoted_name(']') : one(TokenKind::kSymbol);
}

}  // namespace obi::protocol::sql
