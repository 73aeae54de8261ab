// SPDX-License-Identifier: Apache-2.0
// Which letters follow one another in words; data made by tools/make_bigrams.py.
#pragma once
#include <array>
#include <cstdint>

namespace obi::pipeline {

/// −100 · ln P(second | first) for a–z.
extern const std::array<std::array<std::uint16_t, 26>, 26> kBigramCost;

}  // namespace obi::pipeline
