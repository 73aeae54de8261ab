// SPDX-License-Identifier: Apache-2.0
// What processes call themselves is theirs to choose; on a terminal it must stay text.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace obi::inspect {

/// Control characters (also those of U+0080–U+009F) become '?', bytes that aren't UTF-8 go. Cut at
/// `limit` bytes, between characters, with "…" behind.
std::string printable(std::string_view text, std::size_t limit = 4096);

}  // namespace obi::inspect
