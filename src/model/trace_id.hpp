// SPDX-License-Identifier: Apache-2.0
// Trace and span identifiers and the W3C traceparent that carries them (Trace Context level 1,
// section 3.2).
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

struct TraceParent {
  TraceId trace_id;
  SpanId span_id;
  std::uint8_t flags = 0;  ///< bit 0: sampled
};

/// Lower-case hex, 32 or 16 characters.
std::string to_hex(const TraceId& id);
std::string to_hex(const SpanId& id);

/// Reads `00-<32 hex>-<16 hex>-<2 hex>`. Versions above 00 are accepted when the four fields read
/// the same (section 3.2.4); version ff, zero ids, upper-case hex and anything else give nullopt.
std::optional<TraceParent> parse_traceparent(std::string_view header);

}  // namespace obi::model
