// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace obi::protocol::mssql {

struct Options {
  /// Prepared statements that one connection remembers at most; beyond it the oldest is forgotten.
  std::size_t statements = 1024;
};

}  // namespace obi::protocol::mssql
