// SPDX-License-Identifier: Apache-2.0
// The glob language of attributes.select: shell path globs, as Go's path.Match defines them. Pure,
// allocates nothing.
#pragma once
#include <string_view>

namespace obi::metrics {

/// The whole `text` must match. `*` is any run without '/', `?` one character but '/', `[a-z]` and
/// `[^a-z]` one character of (or not of) a class, `\` takes the next character literally. '.' and
/// '_' are the same character on both sides. A malformed pattern matches nothing. Linear in pattern
/// × text at worst.
bool glob_matches(std::string_view pattern, std::string_view text);

/// Attribute names are equal when they differ only in '.' and '_'.
bool same_name(std::string_view left, std::string_view right);

}  // namespace obi::metrics
