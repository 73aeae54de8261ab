// SPDX-License-Identifier: Apache-2.0
// The text of a statement as telemetry may show it: from its tokens, without comments, with `?` for
// each literal, white space single, and lists of literals behind IN as one. No allocation: at most
// kMaxSpanText bytes are kept, in this object. What is told as it is written is copied in runs.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocol/span_text.hpp"
#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {

class QueryText {
 public:
  explicit QueryText(Dialect dialect) : comma_goes_on_(dialect == Dialect::kPostgres) {}
  void add(const Token& token) {
    const bool is_literal = token.kind == TokenKind::kNumber || token.kind == TokenKind::kText;
    if (is_literal || token.before == Space::kOther || list_ != InList::kNo || is_set_ ||
        is_first_) {
      add_carefully(token, is_literal);
    } else {
      extend(token);
    }
    if (token.keyword == Keyword::In) list_ = InList::kDue;
    last_but_one_ = last_;
    last_ = token;
  }
  /// Bytes as in the statement: not necessarily UTF-8. Call once all tokens have come.
  [[nodiscard]] std::string_view text() {
    flush();
    return {buffer_.data(), size_};
  }

 private:
  enum class InList : std::uint8_t { kNo, kDue, kOpen, kLiteral, kComma };
  void add_carefully(const Token& token, bool is_literal);
  void add_literal(const Token& token);
  void follow_list(const Token& token);
  [[nodiscard]] bool has_sign(const Token& number) const;
  [[nodiscard]] bool is_value_of_set(const Token& token) const;
  void extend(const Token& token) {
    if (run_begin_ == nullptr) run_begin_ = token.text.data();
    run_end_ = token.text.data() + token.text.size();
  }
  // What came since run_begin_ is told as it was written.
  void flush() {
    const std::size_t size =
        std::min(static_cast<std::size_t>(run_end_ - run_begin_), buffer_.size() - size_);
    if (size > 0) std::memcpy(buffer_.data() + size_, run_begin_, size);
    size_ += size;
    run_begin_ = run_end_;
  }
  void put(char c) {
    if (size_ < buffer_.size()) buffer_[size_++] = c;
  }

  std::array<char, kMaxSpanText> buffer_;
  std::size_t size_ = 0;
  const char* run_begin_ = nullptr;
  const char* run_end_ = nullptr;
  Token last_;
  Token last_but_one_;
  std::size_t list_end_ = 0;  // behind the first literal of an IN list
  InList list_ = InList::kNo;
  bool comma_goes_on_;    // `SET search_path = a, b`
  bool is_first_ = true;  // no word of the statement has come
  bool is_set_ = false;   // the statement is SET …
};

}  // namespace obi::protocol::sql
