// SPDX-License-Identifier: Apache-2.0
// Text read several bytes at a time. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace obi::base {

/// The bytes at `at`, in the machine's order; they must be there.
template <typename Word>
Word word_at(std::string_view text, std::size_t at) {
  Word word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

/// `byte` in each of eight bytes.
constexpr std::uint64_t each_byte(std::uint8_t byte) { return byte * 0x0101010101010101ULL; }

}  // namespace obi::base
