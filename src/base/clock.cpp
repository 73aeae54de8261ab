// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <ctime>

namespace obi::base {
namespace {
std::uint64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}
}  // namespace

std::uint64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

std::int64_t wall_offset_ns() {
  return static_cast<std::int64_t>(read_clock(CLOCK_REALTIME)) -
         static_cast<std::int64_t>(monotonic_ns());
}

}  // namespace obi::base
