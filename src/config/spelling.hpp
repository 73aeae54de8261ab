// SPDX-License-Identifier: Apache-2.0
// Finds the name that a mistyped one may stand for.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace obi::config {

/// The candidate with the fewest insertions, deletions and replacements (Levenshtein) from `name`;
/// empty if even that differs by more than a third of its length and one. Case counts.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

/// "; did you mean 'x'?", or "" for an empty suggestion.
std::string suggestion(std::string_view nearest);

/// `text` in quotes for a one-line message: control characters as \xNN, at most 80 characters.
std::string in_quotes(std::string_view text);

}  // namespace obi::config
