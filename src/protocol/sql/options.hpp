// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace obi::protocol::sql {

struct Options {
  bool heuristic = false;  ///< look for SQL where no protocol is known
};

}  // namespace obi::protocol::sql
