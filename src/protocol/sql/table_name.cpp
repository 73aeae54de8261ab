// SPDX-License-Identifier: Apache-2.0
// The names of tables: their parts, what is in their quotes, and what they turn out to be.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "protocol/sql/table_finder.hpp"
#include "protocol/sql/words.hpp"

namespace obi::protocol::sql {
namespace {

// RFC 3629; returns how many bytes it wrote, none for what is no character.
std::size_t put_utf8(std::uint32_t code, char* to) {
  const auto put = [&](std::size_t i, std::uint32_t byte) { to[i] = static_cast<char>(byte); };
  const auto more = [&](unsigned shift) { return 0x80U | (code >> shift & 0x3fU); };
  if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  if (code < 0x80) {
    put(0, code);
    return 1;
  }
  if (code < 0x800) {
    put(0, 0xc0U | code >> 6U);
    put(1, more(0));
    return 2;
  }
  if (code < 0x10000) {
    put(0, 0xe0U | code >> 12U);
    put(1, more(6));
    put(2, more(0));
    return 3;
  }
  put(0, 0xf0U | code >> 18U);
  put(1, more(12));
  put(2, more(6));
  put(3, more(0));
  return 4;
}

}  // namespace

void TableFinder::begin_name(const Token& token) {
  if (!waiting_.hint) is_fresh_ = false;
  waiting_.in_name = true;
  name_begin_ = names_size_;
  add_part(token);
}

void TableFinder::add_part(const Token& token) {
  const std::string_view part = bare(token);
  part_due_ = token.is('.');
  is_decoded_ = has_escapes(token);
  if (names_size_ + part.size() > names_.size()) {
    // What doesn't fit is no name.
    names_size_ = name_begin_;
    waiting_.in_name = false;
    return;
  }
  if (is_quoted(token)) return add_quoted(part, token.text.back(), is_decoded_);
  std::memcpy(names_.data() + names_size_, part.data(), part.size());
  names_size_ += part.size();
}

// What is in the quotes: a closing one is doubled, and of U&"…" a backslash escapes (PostgreSQL
// manual 4.1.1). It becomes no longer.
void TableFinder::add_quoted(std::string_view text, char close, bool has_escapes) {
  while (!text.empty()) {
    std::size_t size = 1;
    if (has_escapes && text.front() == '\\') {
      size = add_escaped(text);
    } else {
      names_[names_size_++] = text.front();
      if (text.size() > 1 && text[0] == close && text[1] == close) size = 2;
    }
    text.remove_prefix(size);
  }
}

// `\0031`, `\+01f600` or `\\`; returns how long it is.
std::size_t TableFinder::add_escaped(std::string_view text) {
  const bool is_long = text.size() > 1 && text[1] == '+';
  const std::size_t begin = is_long ? 2 : 1;
  const std::size_t digits = is_long ? 6 : 4;
  std::uint32_t code = 0;
  const std::string_view hex = text.substr(std::min(begin, text.size()), digits);
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
  if (error != std::errc{} || end != hex.data() + digits) {
    names_[names_size_++] = '\\';
    return text.size() > 1 && text[1] == '\\' ? 2 : 1;
  }
  const std::size_t size = put_utf8(code, names_.data() + names_size_);
  names_size_ += size;
  return begin + digits;
}

void TableFinder::end_name(const Token& next) {
  waiting_.in_name = false;
  if (part_due_) --names_size_;
  part_due_ = false;
  const std::string_view name(names_.data() + name_begin_, names_size_ - name_begin_);
  const bool is_in_other_escapes = is_decoded_ && same_name(next.text, "uescape");
  const bool is_rows_from = next.keyword == Keyword::From && same_name(name, "rows");
  if (next.is('(') && place_ == Place::kFrom) {
    waiting_.hint = is_ms_sql_;
  } else if (!is_in_other_escapes && !is_rows_from) {
    add_table(name);
  }
}

void TableFinder::add_table(std::string_view name) {
  if (name.empty() || name.front() == '@' || is_cte(name)) return;
  waiting_.alias = true;
  for (last_table_ = 0; last_table_ < table_count_; ++last_table_) {
    if (tables_[last_table_] == name) break;
  }
  if (last_table_ == table_count_ && table_count_ < kMaxTables) tables_[table_count_++] = name;
  if (!std::exchange(target_is_first_, false) || last_table_ >= table_count_) return;
  const auto first = tables_.begin();
  std::rotate(first, first + static_cast<std::ptrdiff_t>(last_table_),
              first + static_cast<std::ptrdiff_t>(last_table_) + 1);
  last_table_ = 0;
}

// `UPDATE u SET … FROM users AS u`, `DELETE FROM a, b USING t AS a JOIN u AS b`: what is written to
// is the table of that alias.
void TableFinder::on_alias(std::string_view alias) {
  if (last_table_ >= table_count_) return;
  if (operation_ != Keyword::Update && operation_ != Keyword::Delete) return;
  const auto end = tables_.begin() + static_cast<std::ptrdiff_t>(table_count_);
  const auto last = tables_.begin() + static_cast<std::ptrdiff_t>(last_table_);
  const auto references =
      tables_.begin() + static_cast<std::ptrdiff_t>(std::min(last_table_, reference_count_));
  const auto found = std::find_if(tables_.begin(), references,
                                  [&](std::string_view table) { return same_name(table, alias); });
  if (found == references) return;
  *found = *last;
  std::copy(last + 1, end, last);
  --table_count_;
}

bool TableFinder::is_cte(std::string_view name) const {
  return std::ranges::any_of(std::span(ctes_).first(cte_count_),
                             [&](std::string_view cte) { return same_name(cte, name); });
}

}  // namespace obi::protocol::sql
