// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/keyword.hpp"

#include <array>

namespace obi::protocol::sql {
namespace {

struct Row {
  std::string_view text;
  std::string_view letters;
};
constexpr std::array kRows = {Row{"", ""},
#define OBI_SQL_KEYWORD_ROW(name, text, traits) Row{text, traits},
                              OBI_SQL_KEYWORDS(OBI_SQL_KEYWORD_ROW)
#undef OBI_SQL_KEYWORD_ROW
};
static_assert(kRows.size() < 256);

constexpr std::array<KeywordTraits, kRows.size()> kTraits = [] {
  std::array<KeywordTraits, kRows.size()> all{};
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const auto has = [&](char letter) {
      return kRows[i].letters.find(letter) != std::string_view::npos;
    };
    all[i] = {.is_verb = has('V'),
              .is_reserved = has('R'),
              .is_modifier = has('M'),
              .ends_list = has('L'),
              .sign_may_follow = has('S'),
              .has_from_inside = has('F')};
  }
  return all;
}();

}  // namespace

namespace detail {

constexpr std::array<KeywordSlot, kKeywordSlots> kKeywordTable = [] {
  std::array<KeywordSlot, kKeywordSlots> table{};
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    const PackedWord packed = pack(kRows[i].text);
    std::size_t slot = keyword_slot(packed);
    while (table[slot].size != 0) slot = (slot + 1) % kKeywordSlots;
    table[slot] = {.word = packed,
                   .size = static_cast<std::uint8_t>(kRows[i].text.size()),
                   .keyword = static_cast<Keyword>(i)};
  }
  return table;
}();

}  // namespace detail

std::string_view spelling_of(Keyword keyword) {
  return kRows[static_cast<std::size_t>(keyword)].text;
}

const KeywordTraits& traits_of(Keyword keyword) {
  return kTraits[static_cast<std::size_t>(keyword)];
}

}  // namespace obi::protocol::sql
