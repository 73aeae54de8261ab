// SPDX-License-Identifier: Apache-2.0
// When a request and its answer were transferred, and how many bytes: the fields common to all
// spans.
#pragma once
#include <algorithm>
#include <cstdint>

#include "model/span.hpp"

namespace obi::protocol {

struct RequestTiming {
  std::uint64_t start_ns = 0;  ///< the request's first byte
  std::uint64_t end_ns = 0;    ///< the answer's last; no earlier than start_ns, else that is taken
  std::uint32_t pid = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;  ///< 0: there was no answer
};

inline void set_timing(const RequestTiming& timing, model::Span& span) {
  span.request_start_ns = span.start_ns = timing.start_ns;
  span.end_ns = std::max(timing.start_ns, timing.end_ns);
  span.pid = timing.pid;
  span.request_bytes = static_cast<std::int64_t>(timing.request_bytes);
  span.response_bytes = static_cast<std::int64_t>(timing.response_bytes);
}

}  // namespace obi::protocol
