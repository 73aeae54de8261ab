// SPDX-License-Identifier: Apache-2.0
// Text forms of configuration values, the same for environment variables and YAML scalars. Errors
// say what is wrong with the text, not which key it was for.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace obi::config {

/// Integers and ranges, e.g. ports; sorted.
struct IntSet {
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;  ///< both ends belong to the range
  [[nodiscard]] bool contains(std::int64_t value) const;
  [[nodiscard]] bool empty() const { return ranges.empty(); }
  bool operator==(const IntSet&) const = default;
};

using Value = std::variant<std::string, bool, std::int64_t, double, std::chrono::nanoseconds,
                           std::vector<std::string>, std::vector<double>, IntSet>;

/// true, false, and what YAML 1.1 and Go take for them: yes, no, on, off, y, n, t, f, 1, 0; any
/// case.
base::Result<bool> parse_boolean(std::string_view text);
/// Decimal, 0x, 0o or 0b, with `_` between digits; the fraction of "2.0" is cut off. -2^31..2^32-1.
base::Result<std::int64_t> parse_integer(std::string_view text);
/// Bytes: a number, with KiB, MiB or GiB behind it or nothing.
base::Result<std::int64_t> parse_size(std::string_view text);
base::Result<double> parse_number(std::string_view text);
/// Go's grammar (time.ParseDuration): signed sequence of number + unit (ns us µs ms s m h); a bare
/// 0 is legal.
base::Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// "80,443,8000-8999", spaces allowed round the numbers.
base::Result<IntSet> parse_int_set(std::string_view text);
/// Canonical: debug, info, warn or error. "INFO+2" (log/slog) means the next level that is above.
base::Result<std::string> parse_log_level(std::string_view text);

/// As it stands between the separators; nothing is trimmed.
std::vector<std::string> split_list(std::string_view text, char separator = ',');
std::string_view trim(std::string_view text);
std::string lower_case(std::string_view text);

/// "1h30m", "500ms".
std::string to_text(std::chrono::nanoseconds duration);
/// As a variable would hold it.
std::string to_text(const Value& value);

}  // namespace obi::config
