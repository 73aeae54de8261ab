// SPDX-License-Identifier: Apache-2.0
// Of HTTP/1 and of FastCGI, whose requests are HTTP requests too.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace obi::protocol::http1 {

struct Options {
  /// A request without response for longer becomes a 408 span; 0 = never.
  std::uint64_t request_timeout_ns = 0;
  std::vector<std::string> known_methods;  ///< in place of the conventions'; empty: those
};

}  // namespace obi::protocol::http1
