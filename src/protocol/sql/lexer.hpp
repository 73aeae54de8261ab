// SPDX-License-Identifier: Apache-2.0
// Cuts SQL into tokens: what is a literal is decided here, by the quoting of each dialect
// (PostgreSQL manual 4.1, MySQL manual 9.1 and 9.7, Transact-SQL "Constants" and "Database
// identifiers"). Never fails: what is cut, or where a literal has no certain end, is one up to the
// end. Linear time, no allocation; tokens are views of the text. Words, which most tokens are, are
// read inline.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/sql/dialect.hpp"
#include "protocol/sql/keyword.hpp"

namespace obi::protocol::sql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,       ///< keyword or name, or a parameter with a name (`@p1`)
  kName,       ///< quoted, and closed
  kNumber,     ///< a literal
  kText,       ///< a literal, or whatever may be one
  kQuoted,     ///< closed; a name or a literal, as settings have it that are not known
  kParameter,  ///< `$1`, `?`
  kSymbol,     ///< one character
};

/// White space and comments.
enum class Space : std::uint8_t { kNone, kSingle, kOther };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Space before = Space::kNone;
  Keyword keyword = Keyword::None;  ///< of a kWord that is no name for where it stands
  std::string_view text;            ///< as written
  [[nodiscard]] bool is_literal() const {
    return kind >= TokenKind::kNumber && kind <= TokenKind::kQuoted;
  }
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
        dialect_(dialect),
        has_plain_words_(words_are_plain(dialect)),
        word_mask_(dialect.family == Family::kMsSql ? kInWord | kInMsSqlWord : kInWord) {}

  /// The next token; kEnd at the end, where its text is empty. Inlined, as there is little to most.
  [[gnu::always_inline]] void next(Token& token) {
    token.kind = TokenKind::kEnd;
    token.before = Space::kNone;
    token.keyword = Keyword::None;
    token.text = {};
    if (position_ == text_.size()) return;
    const std::size_t behind_last = position_;
    std::uint8_t first = classes(position_);
    if ((first & (kSpace | kComment)) != 0) {
      token.before = skip_space();
      if (position_ == text_.size()) return;
      first = classes(position_);
    }
    const std::size_t begin = position_;
    if ((first & kLetter) != 0) {
      token.kind = TokenKind::kWord;
      if (!skip_word()) {
        token.kind = rest();
      } else if (position_ - begin <= 2 && (at(position_) == '\'' || at(position_) == '&')) {
        token.kind = prefixed_text(begin);
      }
      token.text = {text_.data() + begin, position_ - begin};
      // Behind a dot any word is a name.
      if (behind_last != behind_dot_)
        token.keyword = find_keyword(token.text, text_.size() - begin);
    } else {
      token.kind = (first & kPlainSymbol) != 0 ? one(TokenKind::kSymbol) : other();
      token.text = {text_.data() + begin, position_ - begin};
    }
  }
  /// A statement of the text may have changed these for those behind it.
  void forget_charset() {
    dialect_.charset = Charset::kUnknown;
    has_plain_words_ = words_are_plain(dialect_);
  }
  void forget_backslash() { dialect_.backslash = Backslash::kEither; }
  /// The first character that is no white space at or behind `at`, which is in the text or at its
  /// end; NUL if there is none.
  [[nodiscard]] char peek_from(const char* at) const {
    const char* const end = text_.data() + text_.size();
    while (at != end && (classes_of(*at) & kSpace) != 0) ++at;
    return at == end ? '\0' : *at;
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

  // No ASCII byte is part of a letter.
  static bool words_are_plain(Dialect dialect) { return dialect.charset == Charset::kAscii; }
  static std::uint8_t classes_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
  [[nodiscard]] std::uint8_t classes(std::size_t position) const {
    return classes_of(text_[position]);
  }
  [[nodiscard]] char at(std::size_t position) const {
    return position < text_.size() ? text_[position] : '\0';
  }
  static bool is_digit(char c) { return (classes_of(c) & kDigit) != 0; }
  static bool is_word(char c) { return (classes_of(c) & (kLetter | kDigit)) != 0; }
  static bool is_high(char c) { return static_cast<signed char>(c) < 0; }
  [[nodiscard]] bool is(Family family) const { return dialect_.family == family; }
  // False: where it ends is ambiguous.
  bool skip_word() {
    if (has_wide_letters(dialect_.charset)) return skip_word_of_letters();
    const char* at = text_.data() + position_;
    const char* const end = text_.data() + text_.size();
    const std::uint8_t mask = word_mask_;
    while (at != end && (classes_of(*at) & mask) != 0) ++at;
    position_ = static_cast<std::size_t>(at - text_.data());
    return has_plain_words_ || at == end || !ends_with_high_byte() || !may_end_letter();
  }
  [[nodiscard]] bool ends_with_high_byte() const {
    return position_ > 0 && is_high(text_[position_ - 1]);
  }
  Space skip_space() {
    const bool single = text_[position_] == ' ' && position_ + 1 < text_.size() &&
                        (classes(position_ + 1) & (kSpace | kComment)) == 0;
    if (!single) return skip_spaces();
    ++position_;
    return Space::kSingle;
  }
  bool skip_word_of_letters();
  [[nodiscard]] bool may_end_letter() const;
  Space skip_spaces();
  bool skip_comment();
  void skip_line_comment(std::size_t marker);
  void skip_block_comment();
  bool skip_version_comment();
  [[nodiscard]] bool is_executed(std::uint32_t version, bool only_mariadb) const;
  void skip_number();
  bool skip_quoted(char quote, Backslash backslash);
  bool skip_backslash(char quote, Backslash backslash);
  void skip_parts(Backslash backslash);
  void skip_oracle_quoted();
  TokenKind other();
  TokenKind read_other();
  TokenKind number();
  TokenKind name_of_digits();
  TokenKind dollar();
  TokenKind bracket();
  TokenKind prefixed_text(std::size_t begin);
  TokenKind read_prefixed(std::size_t begin);
  TokenKind double_quoted();
  TokenKind quoted_name(char close);
  TokenKind name_from(std::size_t begin);
  TokenKind word_behind(char marker);
  [[nodiscard]] bool begins_fraction() const;
  TokenKind guarded(std::size_t begin, TokenKind kind);
  TokenKind one(TokenKind kind) {
    ++position_;
    return kind;
  }
  TokenKind text(char quote, Backslash backslash) {
    skip_quoted(quote, backslash);
    return TokenKind::kText;
  }
  void skip_rest() { position_ = text_.size(); }
  TokenKind rest() {
    skip_rest();
    return TokenKind::kText;
  }

  std::string_view text_;
  Dialect dialect_;
  bool has_plain_words_;
  std::uint8_t word_mask_;
  bool in_hint_ = false;  // MySQL: inside a comment that is executed
  std::size_t position_ = 0;
  std::size_t behind_dot_ = ~std::size_t{0};  // the position behind the last one
  // What begins before and ends behind this is read otherwise by servers of another version or
  // dialect: where such a server is is unknown.
  std::size_t guard_ = 0;
};

}  // namespace obi::protocol::sql
