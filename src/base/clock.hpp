// SPDX-License-Identifier: Apache-2.0
// Time: CLOCK_MONOTONIC nanoseconds (what BPF stamps) and how far the wall clock is from it.
#pragma once
#include <cstdint>

namespace obi::base {

/// CLOCK_MONOTONIC now, in ns.
std::uint64_t monotonic_ns();
/// CLOCK_REALTIME − CLOCK_MONOTONIC now, in ns: add it to a monotonic stamp to get ns since the
/// epoch.
std::int64_t wall_offset_ns();

}  // namespace obi::base
