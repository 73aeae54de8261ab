// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

Statement analyse(std::string_view text, Dialect dialect, base::Arena& arena) { return {}; }

std::string_view find_sql(std::string_view bytes) { return {}; }

}  // namespace obi::protocol::sql
