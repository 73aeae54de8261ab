// SPDX-License-Identifier: Apache-2.0
// When a request and its answer moved, and how much: what every span tells alike.
#pragma once
#include <algorithm>
#include <cstdint>

#include "model/span.hpp"

namespace obi::protocol {

struct Extent {
  std::uint64_t start_ns = 0;  ///< the request's first byte
  std::uint64_t end_ns = 0;    ///< the answer's last; no earlier than start_ns, else that is taken
  std::uint32_t pid = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;  ///< 0: there was no answer
};

inline void set_extent(const Extent& extent, model::Span& span) {
  span.request_start_ns = span.start_ns = extent.start_ns;
  span.end_ns = std::max(extent.start_ns, extent.end_ns);
  span.pid = extent.pid;
  span.request_bytes = static_cast<std::int64_t>(extent.request_bytes);
  span.response_bytes = static_cast<std::int64_t>(extent.response_bytes);
}

}  // namespace obi::protocol
