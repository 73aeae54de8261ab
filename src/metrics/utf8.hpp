// SPDX-License-Identifier: Apache-2.0
// Attribute values come from the wire; both export formats demand UTF-8 (RFC 3629). Pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/arena.hpp"

namespace obi::metrics {

/// How many bytes at the front of `text` are well-formed UTF-8.
std::size_t valid_prefix(std::string_view text);
/// `text` less the bytes that are not part of a well-formed sequence.
std::string without_invalid(std::string_view text);
/// The same; `text` itself if nothing had to go, else a copy in `arena`.
std::string_view without_invalid(std::string_view text, base::Arena& arena);

}  // namespace obi::metrics
