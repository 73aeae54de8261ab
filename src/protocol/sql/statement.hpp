// SPDX-License-Identifier: Apache-2.0
// What a SQL text does, without what it does it to: operation, tables, and the text with every
// literal replaced by `?`, so that no value of a user leaves the host. One pass of a tokenizer that
// follows the quoting of each dialect; no grammar. Input may be cut anywhere and is hostile. Pure
// functions; time is linear in the length of the text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "protocol/sql/dialect.hpp"

namespace obi::protocol::sql {

class Analysis;

/// Texts are in the arena or static, valid UTF-8.
struct Statement {
  std::string_view operation;  ///< "SELECT", upper case, as the first word that does something
                               ///< says; empty if none
  std::string_view table;  ///< of the statement, without quotes, "schema.table" as written; empty
                           ///< if there is none, and for a SELECT of several
  std::string_view
      text;  ///< comments removed, literals `?`, white space single, at most kMaxSpanText bytes
  std::string_view summary;  ///< "SELECT users orders": operation and distinct tables in order, at
                             ///< most 255 bytes, cut between tables; empty without table
  std::optional<Charset> charset;  ///< of MySQL: that what the client sends behind it has, if the
                                   ///< statement may have changed that
};

/// `text`: of a request, as far as it was captured.
Statement analyse(std::string_view text, Dialect dialect, base::Arena& arena);

/// What is kept of a statement between its request and its answer, or while it is prepared. Used
/// again, it keeps its memory.
class KeptStatement {
 public:
  void set(std::string_view text, Dialect dialect);
  /// The SQL in bytes of an unknown protocol (find_sql), if there is any; false: nothing has
  /// changed.
  bool set_found(std::string_view bytes);
  void clear();
  /// Valid until the next set or clear.
  [[nodiscard]] Statement view() const;
  [[nodiscard]] Statement copy(base::Arena& arena) const;
  [[nodiscard]] std::size_t held_bytes() const { return texts_.capacity(); }

 private:
  void keep(const Analysis& analysis);

  std::string_view operation_;
  std::string texts_;  // table, text and summary in a row
  std::uint16_t table_size_ = 0;
  std::uint16_t text_size_ = 0;
};

/// For bytes of an unknown protocol (heuristic_sql_detect): the SQL in them, from its first keyword
/// on; empty if there is none that names a table.
std::string_view find_sql(std::string_view bytes);

}  // namespace obi::protocol::sql
