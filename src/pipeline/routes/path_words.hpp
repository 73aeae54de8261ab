// SPDX-License-Identifier: Apache-2.0
// Words that paths have and that the letters' statistics (bigrams.hpp) or their digits rule out:
// acronyms, endings of file names, terms with digits. Constant; any thread may ask.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace obi::pipeline {

/// Longer texts are in no table.
inline constexpr std::size_t kMaxPathWord = 16;

/// Is it one of the tables' words, in any case, in singular or with an 's' behind it?
bool is_path_word(std::string_view text);

/// The tables, sorted, in lower case; for tests.
std::span<const std::string_view> path_words();

}  // namespace obi::pipeline
