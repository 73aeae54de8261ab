// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/query_text.hpp"

namespace obi::protocol::sql {
namespace {

// A sign behind it belongs to the number that follows.
bool is_operand(const Token& token) {
  if (token.kind == TokenKind::kSymbol) return token.is(')') || token.is(']');
  return token.kind != TokenKind::kEnd && !traits_of(token.keyword).sign_may_follow;
}

}  // namespace

void QueryText::add_carefully(const Token& token, bool is_literal) {
  if (is_literal || is_value_of_set(token)) {
    add_literal(token);
  } else {
    follow_list(token);
    if (token.before == Space::kOther) {
      flush();
      if (size_ > 0) put(' ');
      run_begin_ = token.text.data();
    }
    extend(token);
  }
  if (token.kind != TokenKind::kWord) {
    is_first_ |= token.is(';');
  } else {
    if (is_first_ || traits_of(token.keyword).is_verb)
      is_set_ = is_first_ && token.keyword == Keyword::Set;
    is_first_ = false;
  }
}

// `SET application_name TO abc`: a value without quotes.
bool QueryText::is_value_of_set(const Token& token) const {
  if (!is_set_ || token.kind != TokenKind::kWord || token.keyword != Keyword::None ||
      token.text.front() == '@')
    return false;
  return last_.is('=') || last_.keyword == Keyword::To || (comma_goes_on_ && last_.is(','));
}

bool QueryText::has_sign(const Token& number) const {
  return number.kind == TokenKind::kNumber && number.before == Space::kNone &&
         (last_.is('-') || last_.is('+')) && !is_operand(last_but_one_);
}

void QueryText::add_literal(const Token& token) {
  const bool replaces_sign = has_sign(token);
  if (token.before == Space::kSingle && run_end_ != nullptr) ++run_end_;
  flush();
  if (token.before == Space::kOther && size_ > 0) put(' ');
  if (replaces_sign && size_ > 0) --size_;
  if (list_ == InList::kComma) {
    size_ = list_end_;
    list_ = InList::kLiteral;
  } else {
    put('?');
    list_ = list_ == InList::kOpen ? InList::kLiteral : InList::kNo;
    list_end_ = size_;
  }
  run_begin_ = run_end_ = token.text.data() + token.text.size();
}

void QueryText::follow_list(const Token& token) {
  if (list_ == InList::kNo) return;
  if (list_ == InList::kDue && token.is('(')) {
    list_ = InList::kOpen;
  } else if (list_ == InList::kLiteral && token.is(',')) {
    list_ = InList::kComma;
  } else if (!(token.is('-') || token.is('+')) || list_ == InList::kLiteral) {
    list_ = InList::kNo;  // else it is the sign of the next one
  }
}

}  // namespace obi::protocol::sql
