// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/query_text.hpp"

#include <cstring>

namespace obi::protocol::sql {

void QueryText::add(const Token& token) {
  if (token.kind == TokenKind::kSpace) {
    space_due_ = size_ > 0;
    return;
  }
  switch (token.kind) {
    case TokenKind::kWord: add_word(token); break;
    case TokenKind::kNumber: add_literal(true); break;
    case TokenKind::kText: add_literal(false); break;
    case TokenKind::kSymbol: add_symbol(token); break;
    default:
      put(token.text);
      is_operand_ = true;
      list_ = InList::kNo;
      value_due_ = false;
      break;
  }
  if (token.kind != TokenKind::kSymbol) sign_at_ = kNone;
}

// `SET application_name TO abc`: a value without quotes.
bool QueryText::is_value_of_set(const Token& token) const {
  return is_set_ && value_due_ && token.keyword == Keyword::None && token.text.front() != '@';
}

void QueryText::add_word(const Token& token) {
  if (is_value_of_set(token)) return add_literal(false);
  const KeywordTraits& traits = traits_of(token.keyword);
  put(token.text);
  is_operand_ = !traits.sign_may_follow;
  list_ = token.keyword == Keyword::In ? InList::kDue : InList::kNo;
  if (is_first_ || traits.is_verb) is_set_ = is_first_ && token.keyword == Keyword::Set;
  value_due_ = token.keyword == Keyword::To;
  is_first_ = false;
}

void QueryText::add_literal(bool may_have_sign) {
  if (may_have_sign && sign_at_ != kNone && !space_due_) size_ = sign_at_;
  if (list_ == InList::kComma) {
    size_ = list_end_;
    list_ = InList::kLiteral;
  } else {
    put("?");
    if (list_ == InList::kOpen) {
      list_ = InList::kLiteral;
      list_end_ = size_;
    } else {
      list_ = InList::kNo;
    }
  }
  space_due_ = value_due_ = false;
  is_operand_ = true;
}

void QueryText::add_symbol(const Token& token) {
  const char symbol = token.text.front();
  const bool is_sign = (symbol == '-' || symbol == '+') && !is_operand_;
  // A sign in a list of literals may belong to the next one.
  if (symbol == ',' && list_ == InList::kLiteral) {
    list_ = InList::kComma;
  } else if (symbol == '(' && list_ == InList::kDue) {
    list_ = InList::kOpen;
  } else if (!is_sign) {
    list_ = InList::kNo;
  }
  put(token.text);
  sign_at_ = is_sign ? size_ - 1 : kNone;
  is_operand_ = symbol == ')' || symbol == ']';
  value_due_ = symbol == '=' || (symbol == ',' && comma_goes_on_);
  if (symbol == ';') is_first_ = true;
}

void QueryText::put(std::string_view text) {
  if (size_ + text.size() + 1 > buffer_.size()) {
    is_full_ = true;
    return;
  }
  if (space_due_) buffer_[size_++] = ' ';
  space_due_ = false;
  std::memcpy(buffer_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

}  // namespace obi::protocol::sql
