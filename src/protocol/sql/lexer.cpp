// SPDX-License-Identifier: Apache-2.0
// What is neither in quotes nor a plain word: that is in lexer_quoted.cpp and lexer.hpp.
#include "protocol/sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::sql {
namespace {

constexpr std::string_view kQuotes = "'\"`";

bool has_quote(std::string_view text) {
  return text.find_first_of(kQuotes) != std::string_view::npos;
}

// All that it opens.
bool closes_quotes(std::string_view text) {
  char open = '\0';
  for (const char c : text) {
    if (open == '\0' ? kQuotes.find(c) != std::string_view::npos : c == open)
      open = open == '\0' ? c : '\0';
  }
  return open == '\0';
}

}  // namespace

TokenKind Lexer::other() {
  const std::size_t begin = position_;
  return guarded(begin, read_other());
}

TokenKind Lexer::guarded(std::size_t begin, TokenKind kind) {
  return begin < guard_ && position_ > guard_ ? rest() : kind;
}

// What is neither space nor word nor a symbol that always stands alone.
TokenKind Lexer::read_other() {
  const char c = text_[position_];
  switch (c) {
    case '\'': return text(c, dialect_.backslash);
    case '"': return double_quoted();
    case '`':
      if (is(Family::kMySql) || is(Family::kGeneric)) return quoted_name(c);
      break;
    case '[':
      if (is(Family::kMsSql)) return quoted_name(']');
      if (is(Family::kGeneric)) return bracket();
      break;
    case '?': return one(TokenKind::kParameter);
    case '$': return dollar();
    case '.':
      if (begins_fraction()) return number();
      behind_dot_ = position_ + 1;
      break;
    case '#':
      // In an unknown dialect it may be a comment, too.
      if (is(Family::kGeneric) &&
          has_quote(text_.substr(position_, text_.find('\n', position_) - position_)))
        return rest();
      [[fallthrough]];
    case '@':
      if (!is(Family::kPostgres)) return word_behind(c);  // there they are operators
      break;
    default:
      if (is_digit(c)) return is(Family::kMySql) ? name_of_digits() : number();
      break;
  }
  return one(TokenKind::kSymbol);
}

TokenKind Lexer::word_behind(char marker) {
  while (at(position_) == marker) ++position_;
  return skip_word() ? TokenKind::kWord : rest();
}

// A dot behind a name or a bracket joins names.
bool Lexer::begins_fraction() const {
  if (!is_digit(at(position_ + 1))) return false;
  if (position_ == 0) return true;
  const char before = text_[position_ - 1];
  return !is_word(before) && std::string_view("\"`])").find(before) == std::string_view::npos;
}

// In a set whose letters may have ASCII bytes.
bool Lexer::skip_word_of_letters() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (is_high(c)) {
      const std::size_t size = letter_bytes(dialect_.charset, text_.substr(position_));
      if (size == 0) return false;
      position_ += size;
    } else if ((classes_of(c) & word_mask_) != 0) {
      ++position_;
    } else {
      break;
    }
  }
  return true;
}

// Behind a byte with the high bit: the word may go on, and what follows is read otherwise then.
bool Lexer::may_end_letter() const {
  const char c = text_[position_];
  if (std::string_view("@[\\]^`{|}~").find(c) == std::string_view::npos) return false;
  const bool opens_name = (c == '`' || c == '[') && !is(Family::kPostgres);
  return opens_name || (classes_of(at(position_ + 1)) & kInWord) != 0;
}

// White space and comments as far as they go.
Space Lexer::skip_spaces() {
  const std::size_t begin = position_;
  while (position_ < text_.size()) {
    const std::uint8_t found = classes(position_);
    if ((found & kSpace) != 0) {
      ++position_;
      continue;
    }
    if ((found & kComment) == 0) break;
    const std::size_t comment = position_;
    if (!skip_comment()) break;
    if (comment < guard_ && position_ > guard_) skip_rest();
  }
  const std::string_view skipped = text_.substr(begin, position_ - begin);
  return skipped.empty() ? Space::kNone : skipped == " " ? Space::kSingle : Space::kOther;
}

bool Lexer::skip_comment() {
  switch (text_[position_]) {
    case '-':
      // MySQL demands white space behind it: `5--3` is a sum.
      if (at(position_ + 1) != '-') return false;
      if (is(Family::kMySql) && position_ + 2 < text_.size() &&
          (classes(position_ + 2) & kSpace) == 0)
        return false;
      skip_line_comment(2);
      return true;
    case '#':
      if (!is(Family::kMySql)) return false;
      skip_line_comment(1);
      return true;
    case '/':
      if (at(position_ + 1) != '*') return false;
      if (!is(Family::kMySql) || in_hint_ || !skip_version_comment()) skip_block_comment();
      return true;
    case '*':
      if (!in_hint_ || at(position_ + 1) != '/') return false;
      in_hint_ = false;
      position_ += 2;
      return true;
    default: return false;
  }
}

// MySQL's ends at a line feed, PostgreSQL's at a carriage return, too. Where it may be either, or
// no comment for some servers, quotes in it make all behind it ambiguous.
void Lexer::skip_line_comment(std::size_t marker) {
  const std::size_t begin = position_;
  const auto end_from = [&](std::string_view ends) {
    const std::size_t end = text_.find_first_of(ends, begin + marker);
    return end == std::string_view::npos ? text_.size() : end;
  };
  position_ = end_from(is(Family::kPostgres) ? "\r\n" : "\n");
  if (is(Family::kMySql) || is(Family::kPostgres)) return;
  const bool is_sure = is(Family::kMsSql) || (classes_of(at(begin + marker)) & kSpace) != 0;
  const std::size_t from = is_sure ? end_from("\r\n") : begin;
  if (has_quote(text_.substr(from, position_ - from))) skip_rest();
}

void Lexer::skip_block_comment() {
  const std::size_t begin = position_;
  const bool nests = is(Family::kPostgres) || is(Family::kMsSql);
  std::size_t depth = 1;
  for (position_ += 2; position_ + 1 < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '*' && text_[position_ + 1] == '/') {
      ++position_;
      if (--depth > 0) continue;
      ++position_;
      // A hint of the optimizer may hold quotes, and they the end of a comment.
      const bool is_hint = at(begin + 2) == '+' && !nests;
      if (is_hint && !closes_quotes(text_.substr(begin, position_ - begin))) break;
      return;
    }
    if (c != '/' || text_[position_ + 1] != '*' || is(Family::kMySql)) continue;
    if (!nests) break;  // some nest: all that follows may be a comment
    ++position_;
    ++depth;
  }
  skip_rest();
}

// `/*!80036 … */`, `/*M!100100 … */` (MySQL manual 9.7, MariaDB "Comment Syntax"): its content is
// executed by some servers and a comment for others. False: it is another comment.
bool Lexer::skip_version_comment() {
  constexpr std::size_t kMinDigits = 5;
  constexpr std::size_t kMaxDigits = 6;
  constexpr std::uint32_t kNoServerHas = 300000;
  std::size_t begin = position_ + 2;
  const bool only_mariadb = at(begin) == 'M';
  const bool only_tidb = at(begin) == 'T';
  begin += only_mariadb || only_tidb ? 1 : 0;
  if (at(begin) != '!') return false;
  ++begin;
  std::uint32_t version = 0;
  std::size_t digits = 0;
  for (; digits < kMaxDigits && is_digit(at(begin + digits)); ++digits)
    version = version * 10 + static_cast<std::uint32_t>(at(begin + digits) - '0');
  if (digits < kMinDigits) {
    version = 0;
    digits = 0;
  }
  begin += digits;
  const std::size_t end = text_.find("*/", begin);
  if (!only_tidb && is_executed(version, only_mariadb)) {
    in_hint_ = true;
    guard_ = end == std::string_view::npos ? text_.size() : end;
    position_ = begin;
    return true;
  }
  if (end == std::string_view::npos) {
    skip_rest();
    return true;
  }
  // To a server that does execute it quotes and comments in it may reach beyond its end.
  const std::string_view content = text_.substr(begin, end - begin);
  const auto has = [&](std::string_view text) {
    return content.find(text) != std::string_view::npos;
  };
  const bool may_be_executed = version < kNoServerHas;
  const bool is_ambiguous =
      has("/*") || (may_be_executed && (has_quote(content) || has("#") || has("--")));
  position_ = is_ambiguous ? text_.size() : end + 2;
  return true;
}

// By the server, or by any of today.
bool Lexer::is_executed(std::uint32_t version, bool only_mariadb) const {
  constexpr std::uint32_t kMySqlOnly = 50700;  // MariaDB executes none from here to kMySqlOnlyEnd
  constexpr std::uint32_t kMySqlOnlyEnd = 99999;
  const bool is_known = dialect_.version != 0;
  if (only_mariadb) return is_known && dialect_.is_mariadb && version <= dialect_.version;
  if (version < kMySqlOnly) return !is_known || version <= dialect_.version;
  if (!is_known || (dialect_.is_mariadb && version <= kMySqlOnlyEnd)) return false;
  return version <= dialect_.version;
}

TokenKind Lexer::number() {
  const std::size_t begin = position_;
  skip_number();
  const std::string_view read = text_.substr(begin, position_ - begin);
  // Letters of another set may go on behind what was read.
  if (!has_plain_words_ && std::ranges::any_of(read, is_high)) return rest();
  // Some begin a word behind the digits, and what it is a prefix of is read otherwise.
  const bool has_letters =
      std::ranges::any_of(read, [](char c) { return (classes_of(c) & kLetter) != 0; });
  const bool may_be_prefix =
      has_letters && std::string_view("'\"&$").find(at(position_)) != std::string_view::npos;
  return may_be_prefix ? rest() : TokenKind::kNumber;
}

// More than numbers have, so that `1abc` leaves nothing behind.
void Lexer::skip_number() {
  const std::size_t begin = position_;
  const bool hex = text_[position_] == '0' && (at(position_ + 1) | 0x20) == 'x';
  while (position_ < text_.size()) {
    const char c = text_[position_];
    const char before = position_ == begin ? '\0' : text_[position_ - 1];
    const bool sign =
        (c == '+' || c == '-') && !hex && (before | 0x20) == 'e' && is_digit(at(position_ + 1));
    if (!is_word(c) && c != '.' && !sign) return;
    if (before == '.' && (classes_of(c) & kLetter) != 0) {  // `1.FROM t`
      std::size_t end = position_;
      while (end < text_.size() && is_word(text_[end])) ++end;
      if (find_keyword(text_.substr(position_, end - position_), text_.size() - position_) !=
          Keyword::None)
        return;
    }
    ++position_;
  }
}

// MySQL's names may begin with digits (manual 9.2): what can be no number is one.
TokenKind Lexer::name_of_digits() {
  const std::size_t begin = position_;
  if (!skip_word()) return rest();
  const std::string_view word = text_.substr(begin, position_ - begin);
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  const char mark = digits < word.size() ? static_cast<char>(word[digits] | 0x20) : '\0';
  const bool is_number = digits == word.size() ||
                         (digits == 1 && word[0] == '0' && (mark == 'x' || mark == 'b')) ||
                         (mark == 'e' && (digits + 1 == word.size() || is_digit(word[digits + 1])));
  if (!is_number) return TokenKind::kWord;
  const std::size_t end = position_;
  position_ = begin;
  const TokenKind kind = number();
  position_ = std::max(position_, end);
  return kind;
}

}  // namespace obi::protocol::sql
