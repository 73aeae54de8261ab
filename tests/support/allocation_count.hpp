// SPDX-License-Identifier: Apache-2.0
// For programs that promise to allocate nothing: linking this library replaces the global
// allocation functions by ones that count. Thread-safe.
#pragma once
#include <cstdint>

namespace obi::support {

/// Allocations of this program since it was started.
std::uint64_t allocation_count();

}  // namespace obi::support
