// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/table_finder.hpp"

#include <utility>

#include "protocol/sql/words.hpp"

namespace obi::protocol::sql {
namespace {

// FROM names something else there.
bool has_another_from(Keyword operation) {
  using enum Keyword;
  return is_one_of(operation, {Revoke, Fetch, Move, Show, Copy, Prepare, Set, Backup, Restore,
                               Import, Bulk, Change, Get, Deny});
}

bool may_stand_for_more(Keyword verb) {
  using enum Keyword;
  return is_one_of(verb, {Select, Insert, Update, Delete, Merge, Exec, Execute, Truncate});
}

}  // namespace

void TableFinder::follow(const Token& token) {
  if (held_.kind != TokenKind::kEnd) end_held(token);
  if (waiting_.in_name) {
    if (token.is('.')) return add_part(token);
    const bool is_part = token.kind == TokenKind::kWord || is_quoted(token) ||
                         (token.kind == TokenKind::kNumber && family_ == Family::kMySql);
    if (part_due_ && is_part) return add_part(token);
    end_name(token);
  }
  const bool was_hint_due = waiting_.hint && !token.is('(');
  Keyword keyword = token.keyword;
  switch (token.kind) {
    case TokenKind::kWord:
      if (previous_ == Keyword::As && is_alias_behind_as(keyword)) {
        if (waiting_.alias) on_alias(token.text);
        waiting_.alias = is_fresh_ = false;
        keyword = Keyword::None;
      } else {
        on_word(token);
      }
      break;
    case TokenKind::kName:
    case TokenKind::kQuoted:
      if (waiting_.cte || waiting_.table || waiting_.alias) on_word(token);
      break;
    case TokenKind::kSymbol: on_symbol(token.text.front()); break;
    default: waiting_.table = waiting_.alias = false; break;
  }
  if (was_hint_due) waiting_.hint = false;
  previous_ = keyword;
}

void TableFinder::end() {
  if (held_.kind != TokenKind::kEnd) end_held({});
  if (waiting_.in_name) end_name({});
}

// Behind AS any word is an alias, but where AS begins a body (PostgreSQL manual C.1, MySQL 9.3).
bool TableFinder::is_alias_behind_as(Keyword keyword) const {
  using enum Keyword;
  if (keyword == None) return false;
  const bool is_query = operation_ == None || operation_ == Values ||
                        may_stand_for_more(operation_) || operation_ == Replace ||
                        operation_ == Upsert;
  return is_query || !traits_of(keyword).is_verb;
}

void TableFinder::on_word(const Token& token) {
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
    if (on_word_for_table(token)) return;
  } else if (waiting_.alias) {
    if (token.keyword == Keyword::As) return;
    waiting_.alias = false;
    if (token.keyword == Keyword::None) return on_alias(bare(token));
  }
  if (token.keyword != Keyword::None) on_keyword(token.keyword);
  if (is_fresh_ && !traits_of(token.keyword).is_verb) verb_due_ = false;
  is_fresh_ = false;
}

// False: the word is something else.
bool TableFinder::on_word_for_table(const Token& token) {
  if (token.keyword == Keyword::Top) return true;
  const bool is_reserved = traits_of(token.keyword).is_reserved;
  if (is_modifier(token.keyword)) {
    if (!is_reserved || (token.keyword == Keyword::Only && family_ == Family::kMySql))
      held_ = token;
    if (token.keyword == Keyword::Into) introducer_ = token.keyword;
    return true;
  }
  waiting_.table = false;
  if (is_reserved && !may_be_name(token.keyword)) return false;
  if (token.keyword == Keyword::Dumpfile || token.keyword == Keyword::Outfile) {
    waiting_.table = true;
    held_ = token;  // `INTO OUTFILE 'x'`
  } else {
    begin_name(token);
  }
  return true;
}

// What may stand between the word that announces a table and its name.
bool TableFinder::is_modifier(Keyword keyword) const {
  using enum Keyword;
  if (!traits_of(keyword).is_modifier) return false;
  const bool is_mysql = family_ == Family::kMySql;
  switch (keyword) {
    case Only:
    case Lateral:
    case Table:
    case Into: return true;
    case Tables: return introducer_ == Lock || introducer_ == Analyze;
    case If:
    case Not:
    case Exists: return introducer_ == Table || introducer_ == Tables;
    case Concurrently: return introducer_ == Table && !is_mysql;
    case Temp:
    case Temporary:
    case Unlogged: return introducer_ == Into && operation_ == Select && !is_mysql;
    case Statistics: return is_ms_sql_ && introducer_ == Update;
    case Full:
    case Freeze:
    case Verbose:
    case Analyze: return is_one_of(introducer_, {Vacuum, Analyze, Cluster});
    case Cache: return introducer_ == Into && operation_ == Load;
    default:  // IGNORE, QUICK and the like
      return family_ != Family::kPostgres &&
             is_one_of(introducer_, {Insert, Replace, Update, Delete});
  }
}

// Reserved elsewhere, but not by this dialect where a table is due.
bool TableFinder::may_be_name(Keyword keyword) const {
  using enum Keyword;
  if (may_be_query_ || !is_one_of(introducer_, {None, From, Join, StraightJoin, Into, Update, Table,
                                                Truncate, Using}))
    return false;
  if (keyword == Upsert || keyword == Dumpfile) return true;
  if (is_one_of(keyword, {Merge, Exec, Execute})) return !is_ms_sql_;
  if (family_ == Family::kMySql || is_ms_sql_) return false;
  return is_one_of(keyword, {Index, Update, Delete, Insert, Drop, Alter, Outfile, If, Exists});
}

// No name behind what was held as a modifier: it is the name.
void TableFinder::end_held(const Token& next) {
  using enum Keyword;
  const Token held = std::exchange(held_, {});
  const bool is_file = held.keyword == Dumpfile || held.keyword == Outfile;
  const bool is_word = next.kind == TokenKind::kWord || is_quoted(next);
  if (is_file ? next.is_literal() : is_word && !traits_of(next.keyword).is_reserved) return;
  if (!is_file && is_one_of(next.keyword, {Into, From}) && introducer_ != Into) return;
  if (!is_file && (next.is('(') || traits_of(next.keyword).is_modifier) && next.keyword != If)
    return;
  waiting_.table = false;
  begin_name(held);
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
    case StraightJoin: return expect(Place::kFrom, (lists_ & bit()) != 0, keyword);
    case Into: return expect(Place::kTarget, false, keyword);
    case Insert:
      if (operation_ == Bulk) expect(Place::kTarget, false, keyword);
      return;
    case Update:
      // Not `FOR UPDATE`, `DO UPDATE`, `ON UPDATE`, `KEY UPDATE` and the like.
      if (is_fresh_ || (table_count_ == 0 && is_one_of(previous_, {None, Explain, Analyze, As})) ||
          (ctes_open_ & (bit() >> 1U)) != 0)
        expect(Place::kTarget, true, keyword);
      return;
    case Table:
    case Tables: return expect(Place::kTarget, !is_one_of(operation_, {Create, Alter}), keyword);
    case Using:
      reference_count_ = table_count_;
      if (is_one_of(operation_, {Delete, Merge})) expect(Place::kFrom, true, keyword);
      return;
    case On:
      if (on_names_table_) expect(Place::kTarget, false, keyword);
      on_names_table_ = false;
      return;
    case Index:
      if (operation_ == Cache) return expect(Place::kTarget, true, keyword);
      [[fallthrough]];
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
  // Of a WITH that reads others.
  target_is_first_ = table_count_ > 0 && verb != Select && may_stand_for_more(verb);
  is_provisional_ = is_ms_sql_ && is_one_of(verb, {Set, Declare, If, Use, Print, While});
  switch (verb) {
    case Copy:
    case Insert:
    case Replace:
    case Upsert:
    case Merge:
    case Describe:
    case Desc:
    case Table: return expect(Place::kTarget, false, verb);
    case Update:
    case Delete:
    case Truncate:
    case Lock:
    case Vacuum:
    case Analyze:
    case Cluster: return expect(Place::kTarget, true, verb);
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
  expect(Place::kFrom, true, Keyword::From);
}

void TableFinder::expect(Place place, bool list, Keyword introducer) {
  waiting_.table = true;
  waiting_.alias = may_be_query_ = false;
  introducer_ = introducer;
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
        introducer_ = Keyword::None;
        may_be_query_ = false;
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
  waiting_.table = may_be_query_ = goes_on;
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

}  // namespace obi::protocol::sql
