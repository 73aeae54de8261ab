// SPDX-License-Identifier: Apache-2.0
// Character sets of SQL connections, as far as they decide where a literal ends: in some of them a
// letter of several bytes may end with one that is a backslash, a backtick or a bracket in ASCII.
// No quote of ASCII is part of a letter in any set that MySQL or PostgreSQL takes from a client.
// Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace obi::protocol::sql {

enum class Charset : std::uint8_t {
  kUnknown,   ///< an ASCII byte behind one with the high bit may be part of a letter
  kAscii,     ///< bytes below 0x80 are ASCII everywhere: UTF-8, ISO 8859, EUC and the like
  kShiftJis,  ///< sjis, cp932, SHIFT_JIS_2004
  kGbk,
  kBig5,
  kGb18030,
};

/// Letters may have an ASCII byte, and the set says which.
inline bool has_wide_letters(Charset charset) { return charset > Charset::kAscii; }

/// Of a set with wide letters: the size of the letter that `text` begins with, which has the high
/// bit; 0: the set has none like it, or it is cut.
std::size_t letter_bytes(Charset charset, std::string_view text);

/// By the name that MySQL ("Supported Character Sets and Collations") or PostgreSQL ("Supported
/// Character Sets") gives it, in any case. kUnknown for others, and for sets whose letters are not
/// distinguished here (UHC, JOHAB).
Charset charset_named(std::string_view name);

/// By the number of a collation in MySQL's handshake (INFORMATION_SCHEMA.COLLATIONS), the lowest
/// eight bits.
Charset charset_of_collation(std::uint8_t collation);

}  // namespace obi::protocol::sql
