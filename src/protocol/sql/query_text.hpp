// SPDX-License-Identifier: Apache-2.0
// The text of a statement as telemetry may show it: from its tokens, without comments, with `?` for
// each literal, white space single, and lists of literals behind IN as one. No allocation: at most
// kMaxSpanText bytes are kept, in this object. What is kept as it is written is copied in runs.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocol/span_text.hpp"
#include "protocol/sql/lexer.hpp"
#include "protocol/sql/settings.hpp"

namespace obi::protocol::sql {

class QueryText {
 public:
  explicit QueryText(Dialect dialect) : family_(dialect.family) {}
  /// The newest of `tokens`, which `lexer` read. Most are kept as they are written, with what is
  /// between them.
  void add(const Tokens& tokens, Lexer& lexer) {
    const Token& token = tokens.newest();
    if (token.is_literal() || token.before == Space::kOther || is_careful_ || token.is(';'))
      add_carefully(tokens, lexer);
    if (token.keyword == Keyword::In) {
      list_ = InList::kDue;
      is_careful_ = true;
    }
  }
  /// What it changes for those behind it.
  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// Bytes as in the statement: not necessarily UTF-8. Call once all tokens have come, of which
  /// `last` is the last.
  [[nodiscard]] std::string_view text(const Token& last) {
    flush(end_of(last));
    return {buffer_.data(), size_};
  }

 private:
  enum class InList : std::uint8_t { kNo, kDue, kOpen, kLiteral, kComma };
  // Of a word whether it is a value without quotes.
  enum class Values : std::uint8_t {
    kNone,        // no statement that has such
    kMayCome,     // SET may come
    kAssignment,  // behind an assignment
    kStatement,   // … and all up to the next comma or semicolon
    kArguments,   // SQL Server's EXEC p a, b
    kNever,       // SET belongs to an UPDATE or the like
  };
  void add_carefully(const Tokens& tokens, Lexer& lexer);
  void add_literal(const Tokens& tokens);
  void follow_list(const Token& token);
  void follow_statement(const Tokens& tokens, Lexer& lexer);
  void begin_statement(const Token& first);
  [[nodiscard]] static bool has_sign(const Tokens& tokens);
  [[nodiscard]] bool is_value(const Tokens& tokens, const Lexer& lexer) const;
  [[nodiscard]] bool is_argument(const Tokens& tokens) const;
  static const char* end_of(const Token& token) { return token.text.data() + token.text.size(); }
  // What came since run_begin_ is kept as it was written.
  void flush(const char* run_end) {
    if (run_begin_ == nullptr) return;
    const std::size_t size =
        std::min(static_cast<std::size_t>(run_end - run_begin_), buffer_.size() - size_);
    std::memcpy(buffer_.data() + size_, run_begin_, size);
    size_ += size;
    run_begin_ = run_end;
  }
  void put(char c) {
    if (size_ < buffer_.size()) buffer_[size_++] = c;
  }

  std::array<char, kMaxSpanText> buffer_;
  std::size_t size_ = 0;
  const char* run_begin_ = nullptr;  // null: no token has come
  std::size_t list_end_ = 0;         // behind the first literal of an IN list
  InList list_ = InList::kNo;
  Family family_;
  Values values_ = Values::kNone;
  bool in_value_ = false;
  bool is_first_ = true;    // no word of the statement has come
  bool is_careful_ = true;  // a word may be a literal, or literals be one with others
  Settings settings_;
};

}  // namespace obi::protocol::sql
