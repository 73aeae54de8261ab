// SPDX-License-Identifier: Apache-2.0
// What places a request in a trace: the trace and the span that it belongs to (W3C Trace Context
// level 1). Read from a traceparent header, or given by the kernel side with a segment.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/trace_id.hpp"

namespace obi::model {

struct TraceContext {
  TraceId trace_id;
  SpanId span_id;
  std::uint8_t flags = 0;  ///< bit 0: sampled
  bool operator==(const TraceContext&) const = default;
  /// Both ids are (section 3.2.2: zero is none).
  [[nodiscard]] bool is_set() const { return trace_id.is_set() && span_id.is_set(); }
};

/// Reads `00-<32 hex>-<16 hex>-<2 hex>`. Versions above 00 are accepted when the four fields read
/// the same (section 3.2.4); version ff, zero ids, upper-case hex and anything else give nullopt.
std::optional<TraceContext> parse_traceparent(std::string_view header);

}  // namespace obi::model
