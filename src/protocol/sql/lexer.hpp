// SPDX-License-Identifier: Apache-2.0
// Cuts SQL into tokens: what is a literal is decided here, by the quoting of each dialect
// (PostgreSQL manual 4.1, MySQL manual 9.1 and 9.7, Transact-SQL "Constants" and "Database
// identifiers"). Never fails: what is cut or ambiguous is a literal up to the end. Linear time, no
// allocation; tokens are views of the text. Words, which most tokens are, are read inline.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/sql/keyword.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,       ///< keyword or name, or a parameter with a name (`@p1`)
  kName,       ///< quoted, and closed
  kNumber,     ///< a literal
  kText,       ///< a literal, or whatever may be one
  kParameter,  ///< `$1`, `?`
  kSymbol,     ///< one character
};

/// White space and comments.
enum class Space : std::uint8_t { kNone, kSingle, kOther };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Space before = Space::kNone;
  Keyword keyword = Keyword::None;  ///< of a kWord
  std::string_view text;            ///< as written
  [[nodiscard]] bool is(char symbol) const {
    return kind == TokenKind::kSymbol && text.front() == symbol;
  }
};

/// The newest token and the two before it, at first each a kEnd with an empty text.
class Tokens {
 public:
  [[nodiscard]] const Token& newest() const { return *newest_; }
  [[nodiscard]] const Token& last() const { return *last_; }
  [[nodiscard]] const Token& last_but_one() const { return *last_but_one_; }
  /// The next one, to be set.
  Token& add() {
    Token* const next = last_but_one_;
    last_but_one_ = last_;
    last_ = newest_;
    newest_ = next;
    return *next;
  }

 private:
  std::array<Token, 3> tokens_;
  Token* newest_ = &tokens_[0];
  Token* last_ = &tokens_[1];
  Token* last_but_one_ = &tokens_[2];
};

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect)
      : text_(text),
        dialect_(family_of(dialect)),
        backslash_(backslash_of(dialect)),
        word_mask_(dialect == Dialect::kMsSql ? kInWord | kInMsSqlWord : kInWord) {}

  /// The next token; kEnd at the end, where its text is empty. Inlined, as there is little to most.
  [[gnu::always_inline]] void next(Token& token) {
    token.kind = TokenKind::kEnd;
    token.before = Space::kNone;
    token.keyword = Keyword::None;
    token.text = {};
    if (position_ == text_.size()) return;
    std::uint8_t first = classes(position_);
    if ((first & (kSpace | kComment)) != 0) {
      token.before = skip_space();
      if (position_ == text_.size()) return;
      first = classes(position_);
    }
    const std::size_t begin = position_;
    if ((first & kLetter) != 0) {
      skip_word();
      token.kind = TokenKind::kWord;
      if (position_ - begin <= 2 && (at(position_) == '\'' || at(position_) == '&'))
        token.kind = prefixed_text(begin);
      token.text = {text_.data() + begin, position_ - begin};
      token.keyword = find_keyword(token.text, text_.size() - begin);
    } else {
      token.kind = (first & kPlainSymbol) != 0 ? one(TokenKind::kSymbol) : other();
      token.text = {text_.data() + begin, position_ - begin};
    }
  }

 private:
  static constexpr std::uint8_t kSpace = 1;
  static constexpr std::uint8_t kComment = 2;  // may begin (or end) one
  static constexpr std::uint8_t kLetter = 4;
  static constexpr std::uint8_t kDigit = 8;
  static constexpr std::uint8_t kInWord = 16;
  static constexpr std::uint8_t kInMsSqlWord = 32;
  static constexpr std::uint8_t kPlainSymbol = 64;
  static constexpr std::array<std::uint8_t, 256> kClasses = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = 0; c < 256; ++c) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
      all[c] = c <= ' ' || c == 0x7f  ? kSpace
               : letter               ? kLetter | kInWord
               : c >= '0' && c <= '9' ? kDigit | kInWord
                                      : kPlainSymbol;
    }
    for (const unsigned char c : {'\'', '"', '`', '[', '$', '#', '@', '-', '/', '.', '?', '*'})
      all[c] = 0;
    for (const unsigned char c : {'-', '/', '#', '*'}) all[c] = kComment;
    all['$'] = kInWord;
    all['#'] |= kInMsSqlWord;
    all['@'] |= kInMsSqlWord;
    return all;
  }();

  /// What a backslash in a literal is.
  enum class Backslash : std::uint8_t {
    kPlain,
    kEscape,
    kEither,  // as settings have it that are not known
  };
  static Dialect family_of(Dialect dialect) {
    return dialect == Dialect::kMySqlPlain || dialect == Dialect::kMySqlUnsure ? Dialect::kMySql
                                                                               : dialect;
  }
  static Backslash backslash_of(Dialect dialect) {
    switch (dialect) {
      case Dialect::kMySql: return Backslash::kEscape;
      case Dialect::kMySqlPlain:
      case Dialect::kMsSql: return Backslash::kPlain;
      case Dialect::kGeneric:
      case Dialect::kPostgres:
      case Dialect::kMySqlUnsure: break;
    }
    return Backslash::kEither;
  }

  static std::uint8_t classes_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
  [[nodiscard]] std::uint8_t classes(std::size_t position) const {
    return classes_of(text_[position]);
  }
  [[nodiscard]] char at(std::size_t position) const {
    return position < text_.size() ? text_[position] : '\0';
  }
  static bool is_digit(char c) { return (classes_of(c) & kDigit) != 0; }
  static bool is_word(char c) { return (classes_of(c) & (kLetter | kDigit)) != 0; }
  [[nodiscard]] bool is(Dialect dialect) const { return dialect_ == dialect; }
  void skip_word() {
    const char* at = text_.data() + position_;
    const char* const end = text_.data() + text_.size();
    const std::uint8_t mask = word_mask_;
    while (at != end && (classes_of(*at) & mask) != 0) ++at;
    position_ = static_cast<std::size_t>(at - text_.data());
  }
  Space skip_space() {
    const bool single = text_[position_] == ' ' && position_ + 1 < text_.size() &&
                        (classes(position_ + 1) & (kSpace | kComment)) == 0;
    if (!single) return skip_spaces();
    ++position_;
    return Space::kSingle;
  }
  Space skip_spaces();
  bool skip_comment();
  bool skip_line_comment(std::size_t marker);
  void skip_block_comment();
  void skip_number();
  void skip_quoted(char quote, Backslash backslash);
  void skip_oracle_quoted();
  TokenKind other();
  TokenKind dollar();
  TokenKind prefixed_text(std::size_t begin);
  TokenKind quoted_name(char close);
  TokenKind word_behind(char marker);
  [[nodiscard]] bool begins_fraction() const;
  TokenKind one(TokenKind kind) {
    ++position_;
    return kind;
  }
  TokenKind number() {
    skip_number();
    return TokenKind::kNumber;
  }
  TokenKind text(char quote, Backslash backslash) {
    skip_quoted(quote, backslash);
    return TokenKind::kText;
  }

  std::string_view text_;
  Dialect dialect_;  // of MySQL's kMySql
  Backslash backslash_;
  std::uint8_t word_mask_;
  bool in_hint_ = false;  // MySQL: inside /*! … */, which is executed
  std::size_t position_ = 0;
};

}  // namespace obi::protocol::sql
