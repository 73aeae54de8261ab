// SPDX-License-Identifier: Apache-2.0
// Makes trace and span ids. Random, not secret (W3C Trace Context level 1, section 3.2.2.3): after
// the first call of the constructor no system call is made. One per thread; not thread-safe.
#pragma once
#include <array>
#include <bit>
#include <cstdint>

#include "model/trace_id.hpp"

namespace obi::model {

class IdSource {
 public:
  /// `seed` 0 takes one from the kernel; any other makes the ids repeatable, for replays.
  explicit IdSource(std::uint64_t seed = 0);

  /// Never all zero.
  TraceId next_trace_id() {
    const std::array<std::uint64_t, 2> words{next(), next()};
    return std::bit_cast<TraceId>(words);
  }
  SpanId next_span_id() { return std::bit_cast<SpanId>(next()); }

 private:
  // xoroshiro128+; 0, which no id may be, becomes 1.
  std::uint64_t next() {
    const std::uint64_t first = state_[0];
    std::uint64_t second = state_[1];
    const std::uint64_t result = first + second;
    second ^= first;
    state_[0] = std::rotl(first, 24) ^ second ^ (second << 16U);
    state_[1] = std::rotl(second, 37);
    return result == 0 ? 1 : result;
  }
  std::array<std::uint64_t, 2> state_{};
};

}  // namespace obi::model
