// SPDX-License-Identifier: Apache-2.0
// Hides the values of query parameters that hold secrets. Immutable after construction: any thread
// may use it.
#pragma once
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/arena.hpp"

namespace obi::model {

class QueryRedaction {
 public:
  /// The built-in keys, less `remove`, and `add`.
  explicit QueryRedaction(const std::vector<std::string>& add = {},
                          const std::vector<std::string>& remove = {});

  /// `query` with `REDACTED` in place of each sensitive value; `query` itself if there is none.
  /// Keys are compared percent-decoded and by case.
  [[nodiscard]] std::string_view redact(std::string_view query, base::Arena& arena) const;

 private:
  [[nodiscard]] bool is_sensitive(std::string_view key) const;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> keys_;
};

}  // namespace obi::model
