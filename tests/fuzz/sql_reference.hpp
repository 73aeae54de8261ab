// SPDX-License-Identifier: Apache-2.0
// A slow and obvious reader of SQL, for comparison with protocol/sql/lexer.hpp: of a server whose
// settings are all known it says of each byte whether it is of a literal. It follows PostgreSQL's
// scan.l, MySQL's sql_lex.cc and the manuals named in lexer.hpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/sql/dialect.hpp"

namespace obi::fuzz {

struct Server {
  protocol::sql::Family family = protocol::sql::Family::kMySql;
  bool escapes = true;  ///< a backslash in '…'
  protocol::sql::Charset charset = protocol::sql::Charset::kAscii;
  bool quotes_names = false;    ///< MySQL ANSI_QUOTES, SQL Server QUOTED_IDENTIFIER: "…" is a name
  bool nests_comments = false;  ///< MySQL: a comment that is not executed may hold another
  bool cr_ends_line = false;    ///< SQL Server: a comment
  std::uint32_t version = 80039;
  bool is_mariadb = false;
};

class Reference {
 public:
  static constexpr char kLiteral = 'L';
  static constexpr char kLetter = 'W';  ///< of a literal, and of several bytes
  static constexpr char kComment = 'C';
  static constexpr char kCode = 'K';

  Reference(std::string_view text, const Server& server)
      : text_(text), server_(server), kinds_(text.size(), kCode) {
    while (at_ < text_.size()) read();
  }
  /// For each byte one of the above.
  [[nodiscard]] const std::string& kinds() const { return kinds_; }

 private:
  using Family = protocol::sql::Family;
  using Charset = protocol::sql::Charset;

  [[nodiscard]] bool is(Family family) const { return server_.family == family; }
  [[nodiscard]] unsigned byte(std::size_t at) const {
    return at < text_.size() ? static_cast<unsigned char>(text_[at]) : 0U;
  }
  [[nodiscard]] bool has(std::string_view what) const {
    return text_.substr(at_, what.size()) == what;
  }
  static bool is_digit(unsigned c) { return c >= '0' && c <= '9'; }
  static bool is_space(unsigned c) { return c <= ' ' || c == 0x7f; }
  static bool begins_word(unsigned c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }
  static bool is_in_word(unsigned c) { return begins_word(c) || is_digit(c) || c == '$'; }
  void mark(char kind, std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count) kinds_[at_++] = kind;
  }
  // Of the letter at `at`; 1 for what is none.
  [[nodiscard]] std::size_t letter(std::size_t at) const {
    const unsigned a = byte(at);
    const unsigned b = byte(at + 1);
    const bool ascii = b >= 0x40 && b <= 0x7e;
    switch (server_.charset) {
      case Charset::kShiftJis:
        return ((a >= 0x81 && a <= 0x9f) || (a >= 0xe0 && a <= 0xfc)) &&
                       (ascii || (b >= 0x80 && b <= 0xfc))
                   ? 2
                   : 1;
      case Charset::kGbk:
        return a >= 0x81 && a <= 0xfe && (ascii || (b >= 0x80 && b <= 0xfe)) ? 2 : 1;
      case Charset::kBig5:
        return a >= 0xa1 && a <= 0xf9 && (ascii || (b >= 0xa1 && b <= 0xfe)) ? 2 : 1;
      case Charset::kGb18030:
        if (a < 0x81 || a > 0xfe) return 1;
        if (ascii || (b >= 0x80 && b <= 0xfe)) return 2;
        return is_digit(b) && byte(at + 2) >= 0x81 && byte(at + 2) <= 0xfe && is_digit(byte(at + 3))
                   ? 4
                   : 1;
      default: return 1;
    }
  }

  void read() {
    const unsigned c = byte(at_);
    if (is_space(c)) return mark(kCode, 1);
    if (read_comment()) return;
    if (c == '\'') return read_literal('\'', server_.escapes);
    if (c == '"') return read_double_quoted();
    if (c == '`' && (is(Family::kMySql) || is(Family::kGeneric))) return read_name('`');
    if (c == '[' && is(Family::kMsSql)) return read_name(']');
    if (begins_word(c)) return read_word();
    if (is_digit(c) || (c == '.' && is_digit(byte(at_ + 1)) && !follows_name()))
      return read_number();
    if (c == '$') return read_dollar();
    if ((c == '@' || c == '#') && !is(Family::kPostgres)) {
      while (byte(at_) == c && at_ < text_.size()) mark(kCode, 1);
      return skip_word();
    }
    mark(kCode, 1);
  }

  [[nodiscard]] bool follows_name() const {
    if (at_ == 0) return false;
    const unsigned before = byte(at_ - 1);
    return (is_in_word(before) && before != '$') || before == '"' || before == '`' ||
           before == ']' || before == ')';
  }

  void skip_word() {
    while (at_ < text_.size()) {
      const bool more =
          is_in_word(byte(at_)) || (is(Family::kMsSql) && (byte(at_) == '@' || byte(at_) == '#'));
      if (!more) return;
      mark(kCode, byte(at_) >= 0x80 ? letter(at_) : 1);
    }
  }

  void read_word() {
    const std::size_t begin = at_;
    const unsigned first = byte(begin) | 0x20U;
    skip_word();
    if (at_ - begin != 1) return;
    if (byte(at_) == '\'') {
      if (first == 'e' && is(Family::kPostgres)) return read_literal('\'', true);
      if (first == 'x' || first == 'b') return read_literal('\'', false);
      if (first == 'n') return read_literal('\'', server_.escapes);
    }
    if (first == 'u' && is(Family::kPostgres) && byte(at_) == '&') {
      if (byte(at_ + 1) == '\'') {
        mark(kCode, 1);
        return read_literal('\'', false);
      }
      if (byte(at_ + 1) == '"') {
        mark(kCode, 1);
        return read_name('"');
      }
    }
  }

  void read_number() {
    if (is(Family::kMySql) && is_digit(byte(at_))) {
      // A name, if anything is in it that no number has.
      const std::size_t begin = at_;
      skip_word();
      const std::string_view word = text_.substr(begin, at_ - begin);
      std::size_t digits = 0;
      while (digits < word.size() && is_digit(static_cast<unsigned char>(word[digits]))) ++digits;
      const unsigned mark_char = digits < word.size() ? word[digits] | 0x20U : 0U;
      const bool is_prefixed =
          word[0] == '0' && digits == 1 && (mark_char == 'x' || mark_char == 'b');
      const bool has_exponent =
          mark_char == 'e' &&
          (digits + 1 == word.size() || is_digit(static_cast<unsigned char>(word[digits + 1])));
      if (digits < word.size() && !is_prefixed && !has_exponent) return;
      for (std::size_t i = begin; i < at_; ++i) kinds_[i] = kLiteral;
      return;
    }
    while (is_digit(byte(at_)) || byte(at_) == '.') mark(kLiteral, 1);
  }

  void read_dollar() {
    if (is(Family::kMySql) || is(Family::kMsSql)) {
      mark(kCode, 1);
      if (is(Family::kMsSql) && is_digit(byte(at_))) return read_number();
      return skip_word();
    }
    if (is_digit(byte(at_ + 1))) {
      mark(kCode, 1);
      while (is_digit(byte(at_))) mark(kCode, 1);
      return;
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_in_word(byte(end)) && byte(end) != '$')
      end += byte(end) >= 0x80 ? letter(end) : 1;
    if (byte(end) != '$') return mark(kCode, 1);
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    mark(kLiteral, (close == std::string_view::npos ? text_.size() : close + tag.size()) - at_);
  }

  void read_literal(char quote, bool escapes) {
    read_quoted(quote, escapes);
    if (!is(Family::kPostgres)) return;
    // It goes on behind white space with a line feed.
    std::size_t next = at_;
    bool has_line = false;
    while (next < text_.size()) {
      if (is_space(byte(next))) {
        has_line |= byte(next) == '\n' || byte(next) == '\r';
        ++next;
      } else if (byte(next) == '-' && byte(next + 1) == '-') {
        while (next < text_.size() && byte(next) != '\n' && byte(next) != '\r') ++next;
      } else {
        break;
      }
    }
    if (!has_line || byte(next) != '\'') return;
    mark(kComment, next - at_);
    read_literal(quote, escapes);
  }

  void read_quoted(char quote, bool escapes) {
    mark(kLiteral, 1);
    while (at_ < text_.size()) {
      const unsigned c = byte(at_);
      const std::size_t size = c >= 0x80 ? letter(at_) : 1;
      if (size > 1) {
        mark(kLetter, size);
      } else if (c == '\\' && escapes) {
        mark(kLiteral, 1);
        // PostgreSQL has made letters of the bytes before.
        mark(kLiteral, is(Family::kPostgres) ? letter(at_) : 1);
      } else if (c == static_cast<unsigned char>(quote)) {
        mark(kLiteral, 1);
        if (byte(at_) != c) return;
        mark(kLiteral, 1);
      } else {
        mark(kLiteral, 1);
      }
    }
  }

  void read_double_quoted() {
    const bool is_name = is(Family::kPostgres) || (!is(Family::kGeneric) && server_.quotes_names);
    is_name ? read_name('"') : read_quoted('"', server_.escapes);
  }

  void read_name(char close) {
    mark(kCode, 1);
    while (at_ < text_.size()) {
      const std::size_t size = byte(at_) >= 0x80 ? letter(at_) : 1;
      const bool is_close = size == 1 && byte(at_) == static_cast<unsigned char>(close);
      mark(kCode, size);
      if (!is_close) continue;
      if (byte(at_) != static_cast<unsigned char>(close)) return;
      mark(kCode, 1);
    }
  }

  void skip_line() {
    while (at_ < text_.size()) {
      const unsigned c = byte(at_);
      if (c == '\n') return;
      if (c == '\r' && (is(Family::kPostgres) || server_.cr_ends_line)) return;
      mark(kComment, 1);
    }
  }

  bool read_comment() {
    if (is_executed_ && has("*/")) {
      is_executed_ = false;
      mark(kComment, 2);
      return true;
    }
    if (has("--")) {
      if (is(Family::kMySql) && at_ + 2 < text_.size() && !is_space(byte(at_ + 2))) return false;
      skip_line();
      return true;
    }
    if (has("#") && is(Family::kMySql)) {
      skip_line();
      return true;
    }
    if (!has("/*")) return false;
    if (is(Family::kMySql)) {
      if (!is_executed_ && begins_execution()) return true;
      skip_block(server_.nests_comments && (has("/*!") || has("/*M!")) ? 1 : 0);
    } else {
      skip_block(is(Family::kGeneric) ? 0 : ~0U);
    }
    return true;
  }

  bool begins_execution() {
    const bool only_mariadb = has("/*M!");
    if (!only_mariadb && !has("/*!")) return false;
    std::size_t at = at_ + (only_mariadb ? 4 : 3);
    std::size_t digits = 0;
    std::uint32_t version = 0;
    while (digits < 6 && is_digit(byte(at + digits)))
      version = version * 10 + byte(at + digits++) - '0';
    if (digits < 5) {
      version = 0;
    } else {
      at += digits;
    }
    const bool is_mysql_only = version >= 50700 && version <= 99999;
    const bool runs = version <= server_.version && (!only_mariadb || server_.is_mariadb) &&
                      (only_mariadb || !server_.is_mariadb || !is_mysql_only);
    if (!runs) return false;
    is_executed_ = true;
    mark(kComment, at - at_);
    return true;
  }

  void skip_block(unsigned depth) {
    mark(kComment, 2);
    while (at_ < text_.size()) {
      if (has("*/")) return mark(kComment, 2);
      if (has("/*") && depth > 0) {
        skip_block(depth - 1);
      } else {
        mark(kComment, 1);
      }
    }
  }

  std::string_view text_;
  Server server_;
  std::string kinds_;
  std::size_t at_ = 0;
  bool is_executed_ = false;
};

}  // namespace obi::fuzz
