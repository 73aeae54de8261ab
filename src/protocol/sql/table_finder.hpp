// SPDX-License-Identifier: Apache-2.0
// What a statement does and to which tables, from its tokens: tables are the names behind FROM,
// JOIN, INTO, UPDATE and so on, of sub-queries too; names that WITH gives to queries, functions and
// variables are none. No grammar, so that any dialect and any cut text gives a good answer. No
// allocation: at most kMaxTables are reported.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {

class TableFinder {
 public:
  static constexpr std::size_t kMaxTables = 16;

  explicit TableFinder(Dialect dialect)
      : family_(dialect.family), is_ms_sql_(dialect.family == Family::kMsSql) {}
  void add(const Token& token) {
    if (is_done_) return;
    // Most tokens are words and symbols that say nothing where nothing is due.
    const bool is_dull = token.kind == TokenKind::kWord     ? token.keyword == Keyword::None
                         : token.kind == TokenKind::kSymbol ? is_dull_symbol(token.text.front())
                                                            : true;
    if (is_dull && !is_waiting()) {
      if (token.kind == TokenKind::kWord) {
        verb_due_ &= !is_fresh_;  // the first word is none
        is_fresh_ = false;
      }
      previous_ = Keyword::None;
    } else {
      follow(token);
    }
  }
  void end();
  /// None: no word of it says.
  [[nodiscard]] Keyword operation() const { return operation_; }
  /// Distinct, the target first, else as they come.
  [[nodiscard]] std::span<const std::string_view> tables() const {
    return std::span(tables_).first(table_count_);
  }

 private:
  /// What the next token may be; of eight bytes, so that one comparison shows that it is nothing.
  struct Waiting {
    bool in_name = false;
    bool table = false;
    bool cte = false;
    bool alias = false;
    bool hint = false;  ///< `FROM t (NOLOCK)`: what looked like a function may be a table
    std::array<bool, 3> unused{};
  };
  /// Where a name is due: whether a parenthesis behind it makes it a function, and one before it a
  /// sub-query.
  enum class Place : std::uint8_t { kFrom, kTarget };
  static bool is_dull_symbol(char symbol) {
    return symbol != '(' && symbol != ')' && symbol != ',' && symbol != ';';
  }
  [[nodiscard]] bool is_waiting() const { return std::bit_cast<std::uint64_t>(waiting_) != 0; }
  void follow(const Token& token);
  void on_word(const Token& token);
  bool on_word_for_table(const Token& token);
  [[nodiscard]] bool is_modifier(Keyword keyword) const;
  [[nodiscard]] bool may_be_name(Keyword keyword) const;
  [[nodiscard]] bool is_alias_behind_as(Keyword keyword) const;
  void end_held(const Token& next);
  void on_keyword(Keyword keyword);
  void begin_statement(Keyword verb);
  void on_from();
  void on_symbol(char symbol);
  void open_parenthesis();
  void end_of_statement();
  void expect(Place place, bool list, Keyword introducer);
  void begin_name(const Token& token);
  void add_part(const Token& token);
  void add_quoted(std::string_view text, char close, bool has_escapes);
  std::size_t add_escaped(std::string_view text);
  void end_name(const Token& next);
  void add_table(std::string_view name);
  void on_alias(std::string_view alias);
  [[nodiscard]] bool is_cte(std::string_view name) const;
  [[nodiscard]] std::uint64_t bit() const { return depth_ < 64 ? 1ULL << depth_ : 0; }

  Family family_;
  bool is_ms_sql_;
  Keyword operation_ = Keyword::None;
  Keyword previous_ = Keyword::None;  // the last token, if it is a keyword
  std::size_t depth_ = 0;             // of parentheses
  std::size_t verb_depth_ = 0;        // where the verb is due
  bool verb_due_ = true;
  bool is_fresh_ = true;         // nothing but parentheses has come
  bool is_provisional_ = false;  // SQL Server: SET and DECLARE may only prepare what the batch does
  bool is_done_ = false;
  bool on_names_table_ = false;  // CREATE INDEX … ON
  // Bit n: in the parentheses of depth n …
  std::uint64_t lists_ = 0;      // … a comma is followed by a table
  std::uint64_t ctes_open_ = 0;  // … by the next name of a WITH
  std::uint64_t calls_ = 0;      // … FROM is a word of a function's
  Waiting waiting_;
  bool resumes_ = false;  // behind the parenthesis at `resume_depth_` a table is due again
  std::size_t resume_depth_ = 0;
  Place place_ = Place::kFrom;
  Keyword introducer_ = Keyword::None;  // why a table is due; None: a comma
  bool may_be_query_ = false;           // … or a sub-query, behind a parenthesis
  Token held_;                    // a word that is a modifier if a name follows, else the name
  bool target_is_first_ = false;  // the next table is the target, and others came before
  bool is_decoded_ = false;       // the last part of the name had escapes

  bool part_due_ = false;  // behind a dot
  std::size_t name_begin_ = 0;
  std::size_t names_size_ = 0;
  std::array<char, 1024> names_;
  std::array<std::string_view, kMaxTables> tables_;
  std::size_t table_count_ = 0;
  std::size_t last_table_ = 0;
  std::size_t reference_count_ = 1;  // so many at the front may be aliases of those behind
  std::array<std::string_view, kMaxTables> ctes_;
  std::size_t cte_count_ = 0;
};

}  // namespace obi::protocol::sql
