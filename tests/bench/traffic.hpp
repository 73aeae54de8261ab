// SPDX-License-Identifier: Apache-2.0
// Makes the records that the kernel would send for a keep-alive HTTP load, for benchmarks that need
// no kernel.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace obi::bench {

struct TrafficOptions {
  std::size_t connections = 64;
  std::size_t requests = 10'000;  ///< in all, round robin over the connections
  std::uint32_t pid = 4242;
  std::uint64_t first_ns = 1'000'000'000;
};

/// Raw records one after another, each padded to 8 bytes: opens first, then per request a received
/// and a sent segment (GET and POST, eight routes with ids, a dozen header lines as browsers and
/// proxies send them).
std::vector<std::byte> make_traffic(const TrafficOptions& options);

}  // namespace obi::bench
