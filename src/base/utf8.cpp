// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include "base/word.hpp"

namespace obi::base {
namespace {

constexpr std::uint64_t kHighBits = each_byte(0x80);

std::size_t ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + sizeof kHighBits <= text.size(); i += sizeof kHighBits) {
    if ((word_at<std::uint64_t>(text, i) & kHighBits) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

/// Up to 16 bytes at a glance: most texts are no longer. False says nothing.
bool is_short_ascii(std::string_view text) {
  const std::size_t size = text.size();
  std::uint64_t all = 0;
  if (size > 16) return false;
  if (size >= 8) {
    all = word_at<std::uint64_t>(text, 0) | word_at<std::uint64_t>(text, size - 8);
  } else if (size >= 4) {
    all = word_at<std::uint32_t>(text, 0) | word_at<std::uint32_t>(text, size - 4);
  } else {
    for (const char c : text) all |= static_cast<unsigned char>(c);
  }
  return (all & kHighBits) == 0;
}

/// Copies the valid bytes to `out`, which may have `text.size()` of them; returns how many.
std::size_t copy_valid(std::string_view text, char* out) {
  std::size_t written = 0;
  while (!text.empty()) {
    const std::size_t valid = valid_utf8_prefix(text);
    std::copy_n(text.data(), valid, out + written);
    written += valid;
    text.remove_prefix(std::min(valid + 1, text.size()));
  }
  return written;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;  // the ranges are those of RFC 3629, section 4
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t position = 0;
  while (true) {
    position += ascii_prefix(text.substr(position));
    if (position == text.size()) return position;
    const std::size_t length = utf8_sequence(text.substr(position));
    if (length == 0) return position;
    position += length;
  }
}

std::string without_invalid_utf8(std::string_view text) {
  std::string result(text.size(), '\0');
  result.resize(copy_valid(text, result.data()));
  return result;
}

std::string_view without_invalid_utf8(std::string_view text, base::Arena& arena) {
  if (is_short_ascii(text) || valid_utf8_prefix(text) == text.size()) return text;
  char* copy = arena.allocate(text.size());
  return {copy, copy_valid(text, copy)};
}

}  // namespace obi::base
