// SPDX-License-Identifier: Apache-2.0
// Text forms of configuration values, the same for environment variables and YAML scalars.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "config/keys.hpp"

namespace obi::config {

/// Integers and ranges, e.g. ports; sorted by `first`.
struct IntSet {
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;  ///< both ends belong to the range
  [[nodiscard]] bool contains(std::int64_t value) const;
  [[nodiscard]] bool empty() const { return ranges.empty(); }
};

using Value = std::variant<std::string, bool, std::int64_t, double, std::chrono::nanoseconds, std::vector<std::string>,
                           std::vector<double>, IntSet>;

/// Errors say what is wrong with the text, not which key it was for.
base::Result<bool> parse_boolean(std::string_view text);
base::Result<std::int64_t> parse_integer(std::string_view text);
base::Result<double> parse_number(std::string_view text);
/// Go's grammar: signed sequence of number + unit (ns us µs ms s m h); a bare 0 is legal.
base::Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
base::Result<IntSet> parse_int_set(std::string_view text);
std::vector<std::string> split_list(std::string_view text, char separator = ',');

/// By the key's type and `allowed`. Lists are split at commas.
base::Result<Value> parse_value(const Key& key, std::string_view text);
/// Items as YAML gives them, each one scalar.
base::Result<Value> parse_items(const Key& key, const std::vector<std::string>& items);

/// "1h30m", "500ms".
std::string to_text(std::chrono::nanoseconds duration);
std::string to_text(const Value& value);

}  // namespace obi::config
