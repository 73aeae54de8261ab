// SPDX-License-Identifier: Apache-2.0
// The reader of SQL on arbitrary bytes: the first one says the dialect. Texts must be valid and
// bounded, and what is kept must be what is told.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "protocol/span_text.hpp"
#include "protocol/sql/statement.hpp"

namespace {

namespace sql = obi::protocol::sql;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(std::string_view text, std::size_t max_bytes) {
  require(text.size() <= max_bytes && obi::base::valid_utf8_prefix(text) == text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr sql::Dialect kDialects[] = {sql::Dialect::kGeneric,    sql::Dialect::kPostgres,
                                        sql::Dialect::kMySql,      sql::Dialect::kMsSql,
                                        sql::Dialect::kMySqlPlain, sql::Dialect::kMySqlUnsure};
  const sql::Dialect dialect = kDialects[data[0] % std::size(kDialects)];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  obi::base::Arena arena;
  const sql::Statement reported = sql::analyse(text, dialect, arena);
  check(reported.operation, 16);
  check(reported.table, 1024);
  check(reported.text, obi::protocol::kMaxSpanText);
  check(reported.summary, 255);
  sql::KeptStatement kept;
  kept.set(text, dialect);
  require(kept.view().text == reported.text && kept.view().summary == reported.summary &&
          kept.view().table == reported.table && kept.view().operation == reported.operation);
  const std::string_view found = sql::find_sql(text);
  require(found.empty() || (found.data() >= text.data() &&
                            found.data() + found.size() <= text.data() + text.size()));
  return 0;
}
