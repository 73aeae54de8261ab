// SPDX-License-Identifier: Apache-2.0
// Statements that a client prepares once and executes many times, and the map from the server's
// handles to them that a connection needs (MySQL, SQL Server). Both are bounded. Not thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {

class PreparedStatement {
 public:
  /// Keeps the first kMaxSpanText bytes of `text`.
  PreparedStatement(std::string_view text, Dialect dialect);
  /// What the statement says, in `arena`. It is analysed when it is first executed; from then on
  /// only what was found is kept, which has no literals.
  Statement statement(base::Arena& arena);
  [[nodiscard]] std::size_t held_bytes() const { return sizeof(*this) + text_.capacity(); }

 private:
  std::string text_;  // as it was sent; once analysed, the members of Statement in a row
  std::array<std::uint16_t, 3> ends_{};  // of all but the last of them
  Dialect dialect_;
  bool is_analysed_ = false;
};

/// By handle. The oldest is forgotten when there are too many, or when their texts are too long
/// together.
class PreparedStatements {
 public:
  /// More than a thousand statements of usual length; a bound against texts made to be long.
  static constexpr std::size_t kMaxTextBytes = 1U << 20U;

  explicit PreparedStatements(std::size_t max_statements) : max_statements_(max_statements) {}

  void remember(std::uint32_t handle, std::shared_ptr<PreparedStatement> statement);
  /// Null if it is not known.
  [[nodiscard]] std::shared_ptr<PreparedStatement> find(std::uint32_t handle) const;
  void forget(std::uint32_t handle);
  void clear();
  [[nodiscard]] std::size_t size() const { return by_handle_.size(); }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Entry {
    std::shared_ptr<PreparedStatement> statement;
    std::uint64_t age = 0;  // entries are numbered as they come
    std::size_t bytes = 0;  // that it was counted with
  };
  void forget_oldest();
  void drop_stale_ages();

  std::size_t max_statements_;
  absl::flat_hash_map<std::uint32_t, Entry> by_handle_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>>
      ages_;                   // and handles, some of them forgotten
  std::size_t first_age_ = 0;  // in ages_
  std::uint64_t next_age_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace obi::protocol::sql
