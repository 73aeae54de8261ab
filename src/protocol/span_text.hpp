// SPDX-License-Identifier: Apache-2.0
// From bytes of the wire to the text of a span: bounded, valid UTF-8, without control characters.
// Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.hpp"

namespace obi::protocol {

/// No name or statement in telemetry is longer.
inline constexpr std::size_t kMaxSpanText = 4096;

/// A copy of the first `max_bytes` of `text` in `arena`; what is not valid UTF-8 is left out,
/// control characters become spaces. A sequence that the cut would split is left out whole.
std::string_view clean_copy(std::string_view text, base::Arena& arena,
                            std::size_t max_bytes = kMaxSpanText);

/// The same, at the end of `to`, of all of `text`.
void append_clean(std::string& to, std::string_view text);

/// In decimal digits; a copy in `arena`.
std::string_view decimal(std::int64_t number, base::Arena& arena);

/// Every byte is printable ASCII (0x20 to 0x7e): for names of which a protocol allows nothing else,
/// as a test of whether it is that protocol.
bool is_printable_ascii(std::string_view text);
/// How many bytes at the front are.
std::size_t printable_ascii_prefix(std::string_view text);

}  // namespace obi::protocol
