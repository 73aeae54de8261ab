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

// A word as numbers: what letters have in common in both cases, so that most words that are none
// are told by one comparison.
struct Packed {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  constexpr bool operator==(const Packed&) const = default;
};
constexpr std::size_t kMinWord = 2;
constexpr std::size_t kMaxWord = 16;

constexpr Packed pack(std::string_view word) {
  Packed packed;
  const std::size_t low_size = word.size() < 8 ? word.size() : 8;
  // 0x20 is what the cases of a letter differ in; '_' becomes DEL, which is in no word.
  for (std::size_t i = 0; i < low_size; ++i)
    packed.low = packed.low << 8U | static_cast<unsigned char>(word[i] | 0x20);
  for (std::size_t i = 8; i < word.size(); ++i)
    packed.high = packed.high << 8U | static_cast<unsigned char>(word[i] | 0x20);
  return packed;
}

constexpr std::size_t kSlots = 1024;
constexpr std::size_t slot_of(const Packed& packed) {
  return ((packed.low + packed.high * 31) * 0x9e3779b97f4a7c15ULL) >> 54U;
}

struct Slots {
  std::array<Packed, kSlots> words{};
  std::array<std::uint8_t, kSlots> rows{};
};
constexpr Slots kTable = [] {
  Slots table;
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    const Packed packed = pack(kRows[i].text);
    std::size_t slot = slot_of(packed);
    while (table.rows[slot] != 0) slot = (slot + 1) % kSlots;
    table.words[slot] = packed;
    table.rows[slot] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

Keyword find_keyword(std::string_view word) {
  if (word.size() < kMinWord || word.size() > kMaxWord) return Keyword::None;
  const Packed packed = pack(word);
  for (std::size_t slot = slot_of(packed); kTable.rows[slot] != 0; slot = (slot + 1) % kSlots) {
    if (kTable.words[slot] == packed && word.size() == kRows[kTable.rows[slot]].text.size())
      return static_cast<Keyword>(kTable.rows[slot]);
  }
  return Keyword::None;
}

std::string_view text_of(Keyword keyword) { return kRows[static_cast<std::size_t>(keyword)].text; }

const KeywordTraits& traits_of(Keyword keyword) {
  return kTraits[static_cast<std::size_t>(keyword)];
}

}  // namespace obi::protocol::sql
