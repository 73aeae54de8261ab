// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace obi::protocol::kafka {

struct Options {
  /// Names of topics that all connections of a thread remember at most; beyond it the one not heard
  /// of for longest is forgotten.
  std::size_t topics = 1024;
};

}  // namespace obi::protocol::kafka
