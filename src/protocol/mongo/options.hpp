// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace obi::protocol::mongo {

struct Options {
  /// Requests of one connection that may wait at once; beyond it the oldest is forgotten.
  std::size_t requests = 1024;
};

}  // namespace obi::protocol::mongo
