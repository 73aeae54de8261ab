// SPDX-License-Identifier: Apache-2.0
// Text from the wire may be anything; every export format demands UTF-8 (RFC 3629). Pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/arena.hpp"

namespace obi::base {

static_assert(std::is_signed_v<char>);  // -fsigned-char, cmake/ObiTargets.cmake

/// Bytes of the well-formed sequence at the front of `text`, 1 to 4; 0 if there is none.
std::size_t utf8_sequence(std::string_view text);
/// How many bytes at the front of `text` are well-formed.
std::size_t valid_utf8_prefix(std::string_view text);
/// `text` less the bytes that are not part of a well-formed sequence.
std::string without_invalid_utf8(std::string_view text);
/// The same; `text` itself if nothing had to go, else a copy in `arena`.
std::string_view without_invalid_utf8(std::string_view text, base::Arena& arena);

}  // namespace obi::base
