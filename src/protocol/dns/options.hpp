// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace obi::protocol::dns {

struct Options {
  std::uint64_t timeout_ns = 5'000'000'000;  ///< then a query without answer is a failed one
};

}  // namespace obi::protocol::dns
