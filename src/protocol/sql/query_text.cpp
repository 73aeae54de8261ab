// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/query_text.hpp"

namespace obi::protocol::sql {
namespace {

// A sign behind it belongs to the number that follows.
bool is_operand(const Token& token) {
  if (token.kind == TokenKind::kSymbol) return token.is(')') || token.is(']');
  return token.kind != TokenKind::kEnd && !traits_of(token.keyword).sign_may_follow;
}

// Of a procedure, and no variable.
bool is_name(const Token& token) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kName) &&
         token.keyword == Keyword::None && token.text.front() != '@';
}

}  // namespace

void QueryText::add_carefully(const Tokens& tokens, Lexer& lexer) {
  const Token& token = tokens.newest();
  if (token.is_literal() || is_value(tokens, lexer)) {
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
  follow_statement(tokens, lexer);
  is_careful_ = is_first_ || (values_ != Values::kNone && values_ != Values::kNever) ||
                list_ != InList::kNo || family_ == Family::kMsSql;
}

// Where a value without quotes may come.
void QueryText::follow_statement(const Tokens& tokens, Lexer& lexer) {
  const Token& token = tokens.newest();
  if (token.is(';')) {
    is_first_ = true;
    in_value_ = false;
    values_ = Values::kNone;
    return;
  }
  if (token.kind == TokenKind::kWord && is_first_) return begin_statement(token);
  using enum Keyword;
  if (family_ == Family::kMsSql && (token.keyword == Exec || token.keyword == Execute)) {
    values_ = Values::kArguments;
    in_value_ = false;
    return;
  }
  if (values_ == Values::kNone || values_ == Values::kNever) return;
  if (family_ == Family::kMySql && values_ >= Values::kAssignment) settings_.add(token, lexer);
  if (values_ == Values::kArguments) {
    in_value_ |= is_name(token);
  } else if (token.is('=') || token.keyword == To ||
             (family_ == Family::kGeneric && token.is('('))) {  // `PRAGMA key(abc)`
    in_value_ = true;
  } else if (token.is(',') && family_ != Family::kPostgres) {
    in_value_ = false;
  }
  switch (token.keyword) {
    case None: return;
    case Update:
    case Insert:
    case Replace:
    case Merge:
    case Upsert:
    case Select:
    case Delete: values_ = Values::kNever; return;
    case Call:
    case Execute: settings_.begin(token.keyword); return;
    case Set:
      if (values_ == Values::kMayCome) values_ = Values::kAssignment;
      return;
    default: return;
  }
}

void QueryText::begin_statement(const Token& first) {
  is_first_ = false;
  settings_.begin(first.keyword);
  using enum Keyword;
  switch (first.keyword) {
    case Select:
    case Insert:
    case Update:
    case Delete:
    case Replace:
    case Merge:
    case Upsert:
    case Keyword::Values:
    case With: return;
    case Pragma:
    case Set: values_ = Values::kStatement; return;
    case Exec:
    case Execute:
      if (family_ == Family::kMsSql) values_ = Values::kArguments;
      return;
    default: values_ = Values::kMayCome; return;
  }
}

// `SET application_name TO abc`: a value without quotes. A call's name and a variable are none.
bool QueryText::is_value(const Tokens& tokens, const Lexer& lexer) const {
  const Token& token = tokens.newest();
  const Token& last = tokens.last();
  const bool is_word = token.kind == TokenKind::kWord || token.kind == TokenKind::kName;
  if (!is_word || values_ < Values::kAssignment || values_ == Values::kNever ||
      token.text.front() == '@' || lexer.peek_from(end_of(token)) == '(')
    return false;
  if (values_ == Values::kArguments) return is_argument(tokens);
  const bool is_behind = last.is('=') || last.keyword == Keyword::To ||
                         (family_ == Family::kPostgres && in_value_ && last.is(','));
  using enum Keyword;
  switch (token.keyword) {
    case None: return is_behind || (in_value_ && values_ == Values::kStatement);
    case Default:
    case On:
    case Null:
    case Not:
    case Case:
    case If:
    case Select: return false;
    default: return is_behind;
  }
}

// SQL Server takes a word for a string: `EXEC p abc, @b = def`.
bool QueryText::is_argument(const Tokens& tokens) const {
  using enum Keyword;
  const Keyword keyword = tokens.newest().keyword;
  const Token& last = tokens.last();
  if (!in_value_ || keyword == Default || keyword == Null) return false;
  if (last.is(',') || last.is('=')) return true;
  return is_name(last) && keyword == None;  // behind the name of the procedure
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
