// SPDX-License-Identifier: Apache-2.0
// PROXY preambles from arbitrary bytes: whole, and in parts of which the first byte says the size.
// Checks that both end at the same byte with the same client, and that no part is used twice.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "protocol/proxy_preamble/preamble.hpp"

namespace {

using obi::protocol::ProxyPreamble;
using Result = ProxyPreamble::Result;

void require(bool condition) {
  if (!condition) std::abort();
}

/// The bytes of the preamble; 0 if there is none, or its end was not reached.
std::uint64_t size_of(ProxyPreamble& preamble, std::span<const std::byte> bytes,
                      std::size_t part_size) {
  std::uint64_t used = 0;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(part_size, bytes.size()));
    bytes = bytes.subspan(part.size());
    const auto step = preamble.take(part, 0);
    switch (step.result) {
      case Result::kNone: return 0;
      case Result::kEnd:
        require(step.used > 0 && step.used <= part.size());
        return used + step.used;
      case Result::kPart:
      case Result::kUndecided: used += part.size(); break;
    }
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  ProxyPreamble whole;
  ProxyPreamble in_parts;
  const std::uint64_t expected = size_of(whole, bytes, bytes.size());
  require(size_of(in_parts, bytes, 1 + data[0] % 64U) == expected);
  if (expected > 0) require(whole.client() == in_parts.client());
  return 0;
}
