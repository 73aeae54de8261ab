// SPDX-License-Identifier: Apache-2.0
#include "protocol/span_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace obi::protocol {

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

std::string_view clean_copy(std::string_view text, base::Arena& arena, std::size_t max_bytes) {
  text = text.substr(0, max_bytes);
  if (is_printable_ascii(text)) return arena.copy(text);
  const std::string_view valid = base::without_invalid_utf8(text, arena);
  char* const copy = arena.allocate(valid.size());
  std::ranges::transform(valid, copy, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ? ' ' : c;
  });
  return {copy, valid.size()};
}

}  // namespace obi::protocol
