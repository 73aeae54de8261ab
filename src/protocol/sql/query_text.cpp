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

void QueryText::add_carefully(const Tokens& tokens) {
  const Token& token = tokens.newest();
  const bool is_literal = token.kind == TokenKind::kNumber || token.kind == TokenKind::kText;
  if (is_literal || is_value_of_set(tokens)) {
    add_literal(tokens);
  } else {
    follow_list(token);
    if (token.before == Space::kOther) {
      flush(end_of(tokens.last()));
      if (size_ > 0) put(' ');
      run_begin_ = token.text.data();
    } else if (run_begin_ == nullptr) {
      run_begin_ = token.text.data();
    }
  }
  if (token.kind != TokenKind::kWord) {
    is_first_ |= token.is(';');
  } else {
    if (is_first_ || traits_of(token.keyword).is_verb)
      is_set_ = is_first_ && token.keyword == Keyword::Set;
    is_first_ = false;
  }
  is_careful_ = is_first_ || is_set_ || list_ != InList::kNo;
}

// `SET application_name TO abc`: a value without quotes.
bool QueryText::is_value_of_set(const Tokens& tokens) const {
  const Token& token = tokens.newest();
  const Token& last = tokens.last();
  if (!is_set_ || token.kind != TokenKind::kWord || token.keyword != Keyword::None ||
      token.text.front() == '@')
    return false;
  return last.is('=') || last.keyword == Keyword::To || (comma_goes_on_ && last.is(','));
}

bool QueryText::has_sign(const Tokens& tokens) {
  return tokens.newest().kind == TokenKind::kNumber && tokens.newest().before == Space::kNone &&
         (tokens.last().is('-') || tokens.last().is('+')) && !is_operand(tokens.last_but_one());
}

void QueryText::add_literal(const Tokens& tokens) {
  const Token& token = tokens.newest();
  flush(token.before == Space::kSingle ? token.text.data() : end_of(tokens.last()));
  if (token.before == Space::kOther && size_ > 0) put(' ');
  if (has_sign(tokens) && size_ > 0) --size_;
  if (list_ == InList::kComma) {
    size_ = list_end_;
    list_ = InList::kLiteral;
  } else {
    put('?');
    list_ = list_ == InList::kOpen ? InList::kLiteral : InList::kNo;
    list_end_ = size_;
  }
  run_begin_ = end_of(token);
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
