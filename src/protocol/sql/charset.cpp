// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/charset.hpp"

#include <algorithm>
#include <array>

#include "protocol/sql/words.hpp"

namespace obi::protocol::sql {
namespace {

struct Named {
  std::string_view name;  // lower case
  Charset charset;
};
constexpr std::array kWide = {
    Named{"sjis", Charset::kShiftJis},
    Named{"cp932", Charset::kShiftJis},
    Named{"shift_jis_2004", Charset::kShiftJis},
    Named{"gbk", Charset::kGbk},
    Named{"big5", Charset::kBig5},
    Named{"gb18030", Charset::kGb18030},
};
// Of MySQL's euckr (cp949) only ASCII letters are part of letters.
constexpr auto kMySqlAscii = std::to_array<std::string_view>(
    {"armscii8", "ascii",  "binary", "cp1250",  "cp1251",  "cp1256",    "cp1257",
     "cp850",    "cp852",  "cp866",  "dec8",    "eucjpms", "euckr",     "gb2312",
     "geostd8",  "greek",  "hebrew", "hp8",     "keybcs2", "koi8r",     "koi8u",
     "latin1",   "latin2", "latin5", "latin7",  "macce",   "macroman",  "swe7",
     "tis620",   "ujis",   "utf8",   "utf8mb3", "utf8mb4", "sql_ascii", "mule_internal"});
// Of PostgreSQL all that a server may have, too.
constexpr auto kPostgresFamilies =
    std::to_array<std::string_view>({"euc_", "iso_8859_", "latin", "win125", "win866", "win874"});

bool is(std::string_view text, std::string_view name) {
  return std::ranges::equal(text, name, {}, lower);
}

struct Range {
  unsigned least;
  unsigned most;
  [[nodiscard]] bool has(unsigned byte) const { return byte >= least && byte <= most; }
};

}  // namespace

std::size_t letter_bytes(Charset charset, std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  const bool is_second = Range{0x40, 0x7e}.has(second);
  switch (charset) {
    case Charset::kShiftJis:
      if (Range{0xa1, 0xdf}.has(first)) return 1;
      if (!Range{0x81, 0x9f}.has(first) && !Range{0xe0, 0xfc}.has(first)) return 0;
      return is_second || Range{0x80, 0xfc}.has(second) ? 2 : 0;
    case Charset::kBig5:
      if (!Range{0xa1, 0xf9}.has(first)) return 0;
      return is_second || Range{0xa1, 0xfe}.has(second) ? 2 : 0;
    case Charset::kGbk:
    case Charset::kGb18030: break;
    default: return 1;
  }
  if (!Range{0x81, 0xfe}.has(first)) return 0;
  if (is_second || Range{0x80, 0xfe}.has(second)) return 2;
  constexpr Range kDigit{0x30, 0x39};
  const bool is_four = charset == Charset::kGb18030 && kDigit.has(second) &&
                       Range{0x81, 0xfe}.has(byte(2)) && kDigit.has(byte(3));
  return is_four ? 4 : 0;
}

Charset charset_named(std::string_view name) {
  for (const Named& wide : kWide) {
    if (is(name, wide.name)) return wide.charset;
  }
  const bool is_ascii =
      std::ranges::any_of(kMySqlAscii, [&](std::string_view one) { return is(name, one); }) ||
      std::ranges::any_of(kPostgresFamilies, [&](std::string_view family) {
        return is(name.substr(0, family.size()), family);
      });
  return is_ascii ? Charset::kAscii : Charset::kUnknown;
}

Charset charset_of_collation(std::uint8_t collation) {
  switch (collation) {
    case 1:
    case 84: return Charset::kBig5;
    case 13:
    case 88:
    case 95:
    case 96: return Charset::kShiftJis;
    case 28:
    case 87: return Charset::kGbk;
    case 248:
    case 249:
    case 250: return Charset::kGb18030;
    // ucs2, utf16, utf32: no client may have them, and the server takes another.
    case 0:
    case 35:
    case 54:
    case 55:
    case 56:
    case 60:
    case 61:
    case 62:
    case 90: return Charset::kUnknown;
    default: break;
  }
  const bool is_utf16_or_32 = Range{101, 191}.has(collation);
  return is_utf16_or_32 ? Charset::kUnknown : Charset::kAscii;
}

}  // namespace obi::protocol::sql
