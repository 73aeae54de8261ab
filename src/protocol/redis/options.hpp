// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace obi::protocol::redis {

struct Options {
  bool reports_database = false;  ///< the database that was selected (db.namespace)
};

}  // namespace obi::protocol::redis
