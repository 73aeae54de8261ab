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
  /// The newest of `tokens`. Most are told as they are written, with what is between them.
  void add(const Tokens& tokens) {
    const Token& token = tokens.newest();
    const bool is_literal = token.kind == TokenKind::kNumber || token.kind == TokenKind::kText;
    if (is_literal || token.before == Space::kOther || is_careful_) add_carefully(tokens);
    if (token.keyword == Keyword::In) {
      list_ = InList::kDue;
      is_careful_ = true;
    }
  }
  /// Bytes as in the statement: not necessarily UTF-8. Call once all tokens have come, of which
  /// `last` is the last.
  [[nodiscard]] std::string_view text(const Token& last) {
    flush(end_of(last));
    return {buffer_.data(), size_};
  }

 private:
  enum class InList : std::uint8_t { kNo, kDue, kOpen, kLiteral, kComma };
  void add_carefully(const Tokens& tokens);
  void add_literal(const Tokens& tokens);
  void follow_list(const Token& token);
  [[nodiscard]] static bool has_sign(const Tokens& tokens);
  [[nodiscard]] bool is_value_of_set(const Tokens& tokens) const;
  static const char* end_of(const Token& token) { return token.text.data() + token.text.size(); }
  // What came since run_begin_ is told as it was written.
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
  bool comma_goes_on_;      // `SET search_path = a, b`
  bool is_first_ = true;    // no word of the statement has come
  bool is_set_ = false;     // the statement is SET …
  bool is_careful_ = true;  // a word may be a literal, or literals be one with others
};

}  // namespace obi::protocol::sql
