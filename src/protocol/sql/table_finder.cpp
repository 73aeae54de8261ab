// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/table_finder.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

namespace obi::protocol::sql {
namespace {

bool is_one_of(Keyword keyword, std::initializer_list<Keyword> all) {
  return std::ranges::find(all, keyword) != all.end();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The name in a token, without its quotes.
std::string_view bare(const Token& token) {
  return token.kind == TokenKind::kName ? token.text.substr(1, token.text.size() - 2) : token.text;
}

// FROM names something else there.
bool has_another_from(Keyword operation) {
  using enum Keyword;
  return is_one_of(operation, {Revoke, Fetch, Move, Show, Copy, Prepare, Set, Backup, Restore});
}

bool may_stand_for_more(Keyword verb) {
  using enum Keyword;
  return is_one_of(verb, {Select, Insert, Update, Delete, Merge, Exec, Execute, Truncate});
}

}  // namespace

void TableFinder::follow(const Token& token) {
  if (waiting_.in_name) {
    if (token.is('.')) return add_part(token);
    if (part_due_ && (token.kind == TokenKind::kWord || token.kind == TokenKind::kName))
      return add_part(token);
    end_name(token);
  }
  const bool was_hint_due = waiting_.hint && !token.is('(');
  switch (token.kind) {
    case TokenKind::kWord: on_word(token); break;
    case TokenKind::kName:
      if (waiting_.cte || waiting_.table || waiting_.alias) on_word(token);
      break;
    case TokenKind::kSymbol: on_symbol(token.text.front()); break;
    default: waiting_.table = waiting_.alias = false; break;
  }
  if (was_hint_due) waiting_.hint = false;
  previous_ = token.keyword;
}

void TableFinder::end() {
  if (waiting_.in_name) end_name({});
}

void TableFinder::on_word(const Token& token) {
  const KeywordTraits& traits = traits_of(token.keyword);
  if (waiting_.hint && token.text.size() > 4 &&
      (same_name(token.text.substr(token.text.size() - 4), "lock") ||
       same_name(token.text.substr(0, 4), "read"))) {
    add_table({names_.data() + name_begin_, names_size_ - name_begin_});
    return;
  }
  if (waiting_.cte) {
    if (token.keyword == Keyword::Recursive) return;
    waiting_.cte = false;
    if (cte_count_ < kMaxTables) ctes_[cte_count_++] = bare(token);
    return;
  }
  if (waiting_.table) {
    if (traits.is_modifier || token.keyword == Keyword::Top) return;
    waiting_.table = false;
    if (!traits.is_reserved) return begin_name(token);
  } else if (waiting_.alias) {
    if (token.keyword == Keyword::As) return;
    waiting_.alias = false;
    if (token.keyword == Keyword::None) return on_alias(bare(token));
  }
  if (token.keyword != Keyword::None) on_keyword(token.keyword);
  is_fresh_ = false;
}

void TableFinder::on_keyword(Keyword keyword) {
  using enum Keyword;
  const KeywordTraits& traits = traits_of(keyword);
  if (traits.ends_list) lists_ &= ~bit();
  if (traits.is_verb) {
    const bool replaces = is_provisional_ && depth_ == 0 && may_stand_for_more(keyword);
    if (replaces) table_count_ = 0;
    if (replaces || (verb_due_ && depth_ == verb_depth_)) return begin_statement(keyword);
  }
  switch (keyword) {
    case From: return on_from();
    case Join:
    case StraightJoin: return expect(Place::kFrom, (lists_ & bit()) != 0);
    case Into: return expect(Place::kTarget, false);
    case Update:
      // Not `FOR UPDATE`, `DO UPDATE`, `ON UPDATE`, `KEY UPDATE` and the like.
      if (is_fresh_ || (table_count_ == 0 && is_one_of(previous_, {None, Explain, Analyze, As})) ||
          (ctes_open_ & (bit() >> 1U)) != 0)
        expect(Place::kTarget, true);
      return;
    case Table:
    case Tables: return expect(Place::kTarget, !is_one_of(operation_, {Create, Alter}));
    case Using:
      if (is_one_of(operation_, {Delete, Merge})) expect(Place::kFrom, true);
      return;
    case On:
      if (on_names_table_) expect(Place::kTarget, false);
      on_names_table_ = false;
      return;
    case Index:
    case Trigger:
    case Policy:
    case Rule:
      on_names_table_ = table_count_ == 0 && is_one_of(operation_, {Create, Alter, Drop});
      return;
    case With:
      waiting_.cte = true;
      ctes_open_ |= bit();
      return;
    case Select:
    case Values: ctes_open_ &= ~bit(); return;
    default: return;
  }
}

void TableFinder::begin_statement(Keyword verb) {
  using enum Keyword;
  ctes_open_ &= ~bit();
  if (verb == With) {
    waiting_.cte = true;
    ctes_open_ |= bit();
    return;
  }
  operation_ = verb;
  verb_due_ = false;
  is_provisional_ = is_ms_sql_ && is_one_of(verb, {Set, Declare, If, Use, Print, While});
  switch (verb) {
    case Copy:
    case Insert:
    case Replace:
    case Upsert:
    case Merge:
    case Describe:
    case Desc:
    case Table: return expect(Place::kTarget, false);
    case Update:
    case Delete:
    case Truncate:
    case Lock:
    case Vacuum:
    case Analyze:
    case Cluster: return expect(Place::kTarget, true);
    default: return;
  }
}

void TableFinder::on_from() {
  if ((calls_ & bit()) != 0 || previous_ == Keyword::Distinct) return;
  if (has_another_from(operation_) && depth_ == 0) return;
  // `DELETE a FROM t AS a`: what came before are names of what comes now.
  if (operation_ == Keyword::Delete && depth_ == verb_depth_ && previous_ != Keyword::Delete &&
      lists_ != 0)
    table_count_ = 0;
  expect(Place::kFrom, true);
}

void TableFinder::expect(Place place, bool list) {
  waiting_.table = true;
  waiting_.alias = false;
  place_ = place;
  lists_ = list ? lists_ | bit() : lists_ & ~bit();
}

void TableFinder::on_symbol(char symbol) {
  const bool was_due = waiting_.table;
  if (symbol == '(') return open_parenthesis();
  waiting_.table = waiting_.alias = waiting_.cte = false;
  switch (symbol) {
    case ')':
      if (depth_ > 0) --depth_;
      if (resumes_ && depth_ == resume_depth_) {
        resumes_ = false;
        waiting_.table = true;
      }
      return;
    case ',':
      if ((ctes_open_ & bit()) != 0) {
        waiting_.cte = true;
      } else if ((lists_ & bit()) != 0) {
        waiting_.table = true;
        place_ = Place::kFrom;
      }
      return;
    case ';': return end_of_statement();
    case '*': waiting_.table = was_due; return;
    default: return;
  }
}

void TableFinder::open_parenthesis() {
  using enum Keyword;
  if (waiting_.cte) ctes_open_ &= ~bit();  // `WITH (NOLOCK)`
  waiting_.cte = waiting_.alias = false;
  const bool options =
      previous_ == Top || is_one_of(operation_, {Vacuum, Analyze, Cluster, Reindex});
  if (waiting_.table && options) {
    resumes_ = true;
    resume_depth_ = depth_;
  }
  const bool goes_on = waiting_.table && !options && (place_ == Place::kFrom || operation_ == Copy);
  if (verb_due_ && is_fresh_ && depth_ == verb_depth_) ++verb_depth_;
  ++depth_;
  waiting_.table = goes_on;
  lists_ = goes_on ? lists_ | bit() : lists_ & ~bit();
  ctes_open_ &= ~bit();
  calls_ = traits_of(previous_).has_from_inside ? calls_ | bit() : calls_ & ~bit();
}

void TableFinder::end_of_statement() {
  if (operation_ != Keyword::None && !is_provisional_) {
    is_done_ = true;
    return;
  }
  verb_due_ = is_fresh_ = true;
  depth_ = verb_depth_ = 0;
  lists_ = ctes_open_ = calls_ = 0;
  on_names_table_ = resumes_ = false;
}

void TableFinder::begin_name(const Token& token) {
  if (!waiting_.hint) is_fresh_ = false;
  waiting_.in_name = true;
  name_begin_ = names_size_;
  add_part(token);
}

void TableFinder::add_part(const Token& token) {
  const std::string_view part = bare(token);
  part_due_ = token.is('.');
  if (names_size_ + part.size() > names_.size()) {
    // What doesn't fit is no name.
    names_size_ = name_begin_;
    waiting_.in_name = false;
    return;
  }
  std::memcpy(names_.data() + names_size_, part.data(), part.size());
  names_size_ += part.size();
}

void TableFinder::end_name(const Token& next) {
  waiting_.in_name = false;
  if (part_due_) --names_size_;
  part_due_ = false;
  const std::string_view name(names_.data() + name_begin_, names_size_ - name_begin_);
  if (next.is('(') && place_ == Place::kFrom) {
    waiting_.hint = is_ms_sql_;
  } else {
    add_table(name);
  }
}

void TableFinder::add_table(std::string_view name) {
  if (name.empty() || name.front() == '@' || is_cte(name)) return;
  waiting_.alias = true;
  for (last_table_ = 0; last_table_ < table_count_; ++last_table_) {
    if (tables_[last_table_] == name) return;
  }
  if (table_count_ < kMaxTables) tables_[table_count_++] = name;
}

// `UPDATE u SET … FROM users AS u`: the target is the table of that alias.
void TableFinder::on_alias(std::string_view alias) {
  if (last_table_ == 0 || last_table_ >= table_count_) return;
  if (operation_ != Keyword::Update && operation_ != Keyword::Delete) return;
  if (!same_name(tables_[0], alias)) return;
  tables_[0] = tables_[last_table_];
  std::copy(tables_.begin() + static_cast<std::ptrdiff_t>(last_table_) + 1,
            tables_.begin() + static_cast<std::ptrdiff_t>(table_count_),
            tables_.begin() + static_cast<std::ptrdiff_t>(last_table_));
  --table_count_;
}

bool TableFinder::is_cte(std::string_view name) const {
  return std::ranges::any_of(std::span(ctes_).first(cte_count_),
                             [&](std::string_view cte) { return same_name(cte, name); });
}

}  // namespace obi::protocol::sql
