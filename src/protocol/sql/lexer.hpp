// SPDX-License-Identifier: Apache-2.0
// Cuts SQL into tokens: what is a literal is decided here, by the quoting of each dialect
// (PostgreSQL manual 4.1, MySQL manual 9.1 and 9.7, Transact-SQL "Constants" and "Database
// identifiers"). Never fails: what is cut or ambiguous is a literal up to the end. Linear time, no
// allocation; tokens are views of the text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/sql/keyword.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kSpace,      ///< white space and comments
  kWord,       ///< keyword or name, or a parameter with a name (`@p1`)
  kName,       ///< quoted, and closed
  kNumber,     ///< a literal
  kText,       ///< a literal, or whatever may be one
  kParameter,  ///< `$1`, `?`
  kSymbol,     ///< one character
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;            ///< as written
  Keyword keyword = Keyword::None;  ///< of a kWord
  [[nodiscard]] bool is(char symbol) const {
    return kind == TokenKind::kSymbol && text.front() == symbol;
  }
};

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}
  Token next();

 private:
  [[nodiscard]] char at(std::size_t position) const {
    return position < text_.size() ? text_[position] : '\0';
  }
  [[nodiscard]] bool is(Dialect dialect) const { return dialect_ == dialect; }
  bool skip_comment();
  bool skip_line_comment(std::size_t marker);
  void skip_block_comment();
  void skip_space();
  void skip_word();
  void skip_number();
  void skip_quoted(char quote, bool backslash_escapes);
  void skip_oracle_quoted();
  TokenKind skip_dollar();
  TokenKind word_or_prefixed_text();
  TokenKind quoted_name(char close);
  TokenKind double_quoted();
  TokenKind bracket();
  TokenKind special();
  TokenKind one(TokenKind kind) {
    ++position_;
    return kind;
  }
  TokenKind text(char quote, bool backslash_escapes) {
    skip_quoted(quote, backslash_escapes);
    return TokenKind::kText;
  }

  std::string_view text_;
  Dialect dialect_;
  std::size_t position_ = 0;
  bool in_hint_ = false;  // MySQL: inside /*! … */, which is executed
};

}  // namespace obi::protocol::sql
