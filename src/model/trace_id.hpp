// SPDX-License-Identifier: Apache-2.0
// Trace and span identifiers (W3C Trace Context level 1, section 3.2.2).
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace obi::model {

/// 16 bytes in wire order; all zero = not set.
struct TraceId {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const TraceId&) const = default;
  [[nodiscard]] bool is_set() const {
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
    return (halves[0] | halves[1]) != 0;
  }
};

/// 8 bytes in wire order; all zero = not set.
struct SpanId {
  std::array<std::uint8_t, 8> bytes{};
  bool operator==(const SpanId&) const = default;
  [[nodiscard]] bool is_set() const { return std::bit_cast<std::uint64_t>(bytes) != 0; }
};

/// Lower-case hex, 32 or 16 characters.
std::string to_hex(const TraceId& id);
std::string to_hex(const SpanId& id);

}  // namespace obi::model
