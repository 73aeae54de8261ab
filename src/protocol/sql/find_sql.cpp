// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "protocol/span_text.hpp"
#include "protocol/sql/analysis.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {
namespace {

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t' || c == '\r' || c == '\n';
}
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// The keywords that a statement of interest begins with.
bool begins_statement(Keyword keyword) {
  using enum Keyword;
  constexpr std::array kAll = {Select, Insert, Update, Delete, Merge,   With,
                               Alter,  Create, Drop,   Call,   Truncate};
  return std::ranges::find(kAll, keyword) != kAll.end();
}

// The words by which statements differ from prose and names in that place.
struct Words {
  bool has_set = false;
  bool has_from = false;
  bool has_into = false;
  bool has_table = false;
  void add(Keyword keyword) {
    using enum Keyword;
    has_set |= keyword == Set;
    has_from |= keyword == From;
    has_into |= keyword == Into;
    has_table |= keyword == Table || keyword == Index;
  }
  [[nodiscard]] bool fit(Keyword verb) const {
    using enum Keyword;
    switch (verb) {
      case Select:
      case Delete: return has_from;
      case Insert:
      case Merge: return has_into;
      case Update: return has_set;
      default: return has_table;
    }
  }
};

// Up to the first byte that is no text.
std::string_view text_run(std::string_view bytes) {
  std::size_t end = printable_ascii_prefix(bytes);
  while (end < bytes.size() && is_text(bytes[end])) {
    ++end;
    end += printable_ascii_prefix(bytes.substr(end));
  }
  return bytes.substr(0, end);
}

// Calls `on_found` with the text and the analysis of the SQL in there, if there is any.
template <typename F>
bool find(std::string_view bytes, F&& on_found) {
  constexpr std::string_view kQuotes = "'\"`";
  constexpr int kMaxTries = 4;  // each reads all that follows
  int tries = 0;
  bool in_quotes = false;
  for (std::size_t at = 0; at < bytes.size() && tries < kMaxTries;) {
    if (!is_text(bytes[at])) {
      in_quotes = false;
      ++at;
      continue;
    }
    // Behind a quote it may be the inside of a literal.
    in_quotes |= kQuotes.find(bytes[at]) != std::string_view::npos;
    if (!is_letter(bytes[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < bytes.size() && is_letter(bytes[end])) ++end;
    if (!in_quotes &&
        begins_statement(find_keyword(bytes.substr(at, end - at), bytes.size() - at))) {
      const std::string_view text = text_run(bytes.substr(at));
      Words words;
      const Analysis analysis(text, Dialect::kGeneric, [&](Keyword word) { words.add(word); });
      if (analysis.has_tables() && words.fit(analysis.verb())) {
        on_found(text, analysis);
        return true;
      }
      ++tries;
    }
    at = end;
  }
  return false;
}

}  // namespace

std::string_view find_sql(std::string_view bytes) {
  std::string_view found;
  find(bytes, [&](std::string_view text, const Analysis&) { found = text; });
  return found;
}

bool KeptStatement::set_found(std::string_view bytes) {
  return find(bytes, [this](std::string_view, const Analysis& analysis) { keep(analysis); });
}

}  // namespace obi::protocol::sql
