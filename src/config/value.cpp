// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include "config/spelling.hpp"

namespace obi::config {
namespace {

using base::fail;
using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  double factor;
};
// Longer names first, so that "ms" is not read as "m".
constexpr std::array kDurationUnits = {Unit{"ns", 1},   Unit{"us", 1e3},  Unit{"µs", 1e3},
                                       Unit{"μs", 1e3}, Unit{"ms", 1e6},  Unit{"s", 1e9},
                                       Unit{"m", 6e10}, Unit{"h", 3.6e12}};
constexpr std::array kSizeUnits = {Unit{"KiB", 1024}, Unit{"MiB", 1024.0 * 1024},
                                   Unit{"GiB", 1024.0 * 1024 * 1024}};

// A whole number without sign; `digits` has no "_" any more.
template <typename T>
bool read_digits(std::string_view digits, int base, T& value) {
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  return !digits.empty() && error == std::errc() && stop == end;
}

int take_base(std::string_view& digits) {
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (digits.starts_with("0b")) base = 2;
  if (base != 10) digits.remove_prefix(2);
  return base;
}

}  // namespace

bool IntSet::contains(std::int64_t value) const {
  return std::ranges::any_of(
      ranges, [&](const auto& range) { return value >= range.first && value <= range.second; });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

base::Result<bool> parse_boolean(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kYes = {"true", "t", "1", "yes", "y", "on"};
  static constexpr std::array<std::string_view, 6> kNo = {"false", "f", "0", "no", "n", "off"};
  const std::string word = lower_case(trim(text));
  if (std::ranges::find(kYes, word) != kYes.end()) return true;
  if (std::ranges::find(kNo, word) != kNo.end()) return false;
  return fail(fmt::format("{} is not true or false", in_quotes(text)));
}

base::Result<std::int64_t> parse_integer(std::string_view text) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  std::string_view digits = trim(text);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const int base = take_base(digits);
  std::string plain(digits);
  std::erase(plain, '_');
  std::uint64_t magnitude = 0;
  if (!read_digits(plain, base, magnitude)) {
    const auto number = parse_number(digits);
    if (base != 10 || !number || digits.starts_with('-') || std::abs(*number) > 1e18) {
      return fail(fmt::format("{} is not a whole number", in_quotes(text)));
    }
    magnitude = static_cast<std::uint64_t>(*number);
  }
  if (magnitude > static_cast<std::uint64_t>(negative ? -kMin : kMax)) {
    return fail(fmt::format("{} doesn't fit into 32 bits", in_quotes(text)));
  }
  const auto value = static_cast<std::int64_t>(magnitude);
  return negative ? -value : value;
}

base::Result<std::int64_t> parse_size(std::string_view text) {
  std::string_view digits = trim(text);
  double factor = 1;
  for (const Unit& unit : kSizeUnits) {
    if (!digits.ends_with(unit.name)) continue;
    factor = unit.factor;
    digits = trim(digits.substr(0, digits.size() - unit.name.size()));
  }
  std::uint64_t number = 0;
  constexpr double kMax = 1e18;
  if (!read_digits(digits, 10, number) || static_cast<double>(number) * factor > kMax) {
    return fail(fmt::format("{} is not a size such as 1048576 or 64MiB", in_quotes(text)));
  }
  return static_cast<std::int64_t>(number) * static_cast<std::int64_t>(factor);
}

base::Result<double> parse_number(std::string_view text) {
  const std::string_view digits = trim(text);
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || error != std::errc() || stop != end || !std::isfinite(value)) {
    return fail(fmt::format("{} is not a number", in_quotes(text)));
  }
  return value;
}

base::Result<nanoseconds> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(fmt::format("{} is not a duration such as 500ms, 30s or 1h30m", in_quotes(text)));
  };
  std::string_view rest = trim(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return nanoseconds(0);
  if (rest.empty()) return wrong();
  double total = 0;
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto number = parse_number(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const auto unit = std::ranges::find_if(
        kDurationUnits, [&](const Unit& candidate) { return rest.starts_with(candidate.name); });
    if (!number || unit == kDurationUnits.end()) return wrong();
    total += *number * unit->factor;
    rest.remove_prefix(unit->name.size());
  }
  constexpr double kTooMuch = 9223372036854775808.0;  // 2^63 ns
  if (total >= kTooMuch) return wrong();
  return nanoseconds(std::llround(negative ? -total : total));
}

base::Result<IntSet> parse_int_set(std::string_view text) {
  IntSet set;
  for (const std::string& item : split_list(text)) {
    const std::string_view part = trim(item);
    if (part.empty()) continue;
    const std::size_t dash = part.find('-', 1);
    const auto first = parse_integer(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_integer(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first) {
      return fail(fmt::format("{} is not a number or a range such as 8000-8999", in_quotes(part)));
    }
    set.ranges.emplace_back(*first, *last);
  }
  std::ranges::sort(set.ranges);
  return set;
}

base::Result<std::string> parse_log_level(std::string_view text) {
  struct Level {
    const char* name;
    std::int64_t value;
  };
  static constexpr std::array kLevels = {Level{"debug", -4}, Level{"info", 0}, Level{"warn", 4},
                                         Level{"error", 8}};
  const std::string word = lower_case(trim(text));
  const std::size_t sign = std::min(word.find_first_of("+-"), word.size());
  const auto named = std::ranges::find_if(
      kLevels, [&](const Level& level) { return word.substr(0, sign) == level.name; });
  base::Result<std::int64_t> offset = 0;
  if (sign != word.size()) offset = parse_integer(word.substr(sign));
  if (named == kLevels.end() || !offset) {
    return fail(fmt::format("{} is not one of debug, info, warn, error", in_quotes(text)));
  }
  for (const Level& level : kLevels) {
    if (level.value >= named->value + *offset) return level.name;
  }
  return kLevels.back().name;
}

std::vector<std::string> split_list(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    items.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return items;
}

}  // namespace obi::config
