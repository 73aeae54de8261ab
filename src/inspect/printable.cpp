// SPDX-License-Identifier: Apache-2.0
#include "inspect/printable.hpp"

#include "base/utf8.hpp"

namespace obi::inspect {
namespace {

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (length == 0) continue;
    if (shown.size() + length > limit) return shown + "…";
    shown += is_control(character) ? std::string_view("?") : character;
  }
  return shown;
}

}  // namespace obi::inspect
