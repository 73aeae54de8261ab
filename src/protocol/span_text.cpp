// SPDX-License-Identifier: Apache-2.0
#include "protocol/span_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.hpp"
#include "base/word.hpp"

namespace obi::protocol {
namespace {

char without_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f ? ' ' : c;
}

}  // namespace

std::size_t printable_ascii_prefix(std::string_view text) {
  using base::each_byte;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    // The top bit of a byte: it was set, or is not set by adding what 0x20 lacks, or is by what
    // 0x7f lacks.
    const auto word = base::word_at<std::uint64_t>(text, at);
    const std::uint64_t low = word & each_byte(0x7f);
    if (((word | ~(low + each_byte(0x60)) | (low + each_byte(0x01))) & each_byte(0x80)) != 0) break;
  }
  while (at < text.size() && text[at] >= 0x20 && text[at] <= 0x7e) ++at;
  return at;
}

bool is_printable_ascii(std::string_view text) {
  return printable_ascii_prefix(text) == text.size();
}

void append_clean(std::string& to, std::string_view text) {
  if (is_printable_ascii(text)) {
    to.append(text);
    return;
  }
  const std::size_t begin = to.size();
  while (!text.empty()) {
    const std::size_t valid = base::valid_utf8_prefix(text);
    to.append(text.substr(0, valid));
    text.remove_prefix(std::min(valid + 1, text.size()));
  }
  std::transform(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(),
                 to.begin() + static_cast<std::ptrdiff_t>(begin), without_control);
}

std::string_view clean_copy(std::string_view text, base::Arena& arena, std::size_t max_bytes) {
  text = text.substr(0, max_bytes);
  if (is_printable_ascii(text)) return arena.copy(text);
  const std::string_view valid = base::without_invalid_utf8(text, arena);
  char* const copy = arena.allocate(valid.size());
  std::ranges::transform(valid, copy, without_control);
  return {copy, valid.size()};
}

std::string_view decimal(std::int64_t number, base::Arena& arena) {
  std::array<char, 20> digits;  // INT64_MIN has as many, its sign included
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return arena.copy({digits.data(), end});
}

}  // namespace obi::protocol
