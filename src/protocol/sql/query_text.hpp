// SPDX-License-Identifier: Apache-2.0
// The text of a statement as telemetry may show it: from its tokens, without comments, with `?` for
// each literal, white space single, and lists of literals behind IN as one. No allocation: at most
// kMaxSpanText bytes are kept, in this object.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/span_text.hpp"
#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {

class QueryText {
 public:
  explicit QueryText(Dialect dialect) : comma_goes_on_(dialect == Dialect::kPostgres) {}
  void add(const Token& token);
  [[nodiscard]] bool is_full() const { return is_full_; }
  /// Bytes as in the statement: not necessarily UTF-8.
  [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  enum class InList : std::uint8_t { kNo, kDue, kOpen, kLiteral, kComma };
  void add_word(const Token& token);
  void add_symbol(const Token& token);
  void add_literal(bool may_have_sign);
  void put(std::string_view text);
  [[nodiscard]] bool is_value_of_set(const Token& token) const;

  std::array<char, kMaxSpanText> buffer_;
  std::size_t size_ = 0;
  std::size_t sign_at_ = kNone;  // of a sign that belongs to the number that follows
  std::size_t list_end_ = 0;     // behind the first literal of an IN list
  InList list_ = InList::kNo;
  bool comma_goes_on_;       // `SET search_path = a, b`
  bool space_due_ = false;   // before the next token
  bool is_operand_ = false;  // the last token is a value
  bool is_first_ = true;     // no word of the statement has come
  bool is_set_ = false;      // the statement is SET …
  bool value_due_ = false;   // … and its value comes next
  bool is_full_ = false;
};

}  // namespace obi::protocol::sql
