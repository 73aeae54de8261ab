// SPDX-License-Identifier: Apache-2.0
// What clients of the listener may use. Beyond a limit the connection that has been idle or stuck
// for longest is closed, so that silent ones never keep a scrape out.
#pragma once
#include <chrono>
#include <cstddef>

namespace obi::exporting {

struct HttpLimits {
  /// From the first byte of a head to its last; then 408.
  std::chrono::milliseconds head_timeout = std::chrono::seconds(10);
  /// A connection on which no request has begun.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(2);
  /// From a whole request until its response has been taken.
  std::chrono::milliseconds response_timeout = std::chrono::minutes(2);
  std::size_t max_connections = 512;
  /// Pages and parts of pages that wait for their readers, over all connections. Beyond it readers
  /// that have stood still for a second are cut, beyond four times as much any.
  std::size_t max_held_bytes = 16 << 20;
};

}  // namespace obi::exporting
