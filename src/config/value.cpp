// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/glob.hpp"

namespace obi::config {
namespace {

using base::fail;
using std::chrono::nanoseconds;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Unit {
  std::string_view name;
  double ns;
};
// Longer names first, so that "ms" is not read as "m".
constexpr std::array kUnits = {Unit{"ns", 1},   Unit{"us", 1e3}, Unit{"µs", 1e3}, Unit{"μs", 1e3},
                               Unit{"ms", 1e6}, Unit{"s", 1e9},  Unit{"m", 6e10}, Unit{"h", 3.6e12}};

bool is_limit(std::string_view allowed) { return !allowed.empty() && (allowed[0] == '>' || allowed.starts_with("0..")); }

base::Result<void> check_limit(std::string_view allowed, double value) {
  const auto number_after = [&](std::size_t at) { return parse_number(trim(allowed.substr(at))).value_or(0); };
  bool fine = true;
  if (allowed.starts_with("0..")) {
    fine = value >= 0 && value <= number_after(3);
  } else if (allowed.starts_with(">= ")) {
    const std::size_t second = allowed.find("<=");
    fine = value >= parse_number(trim(allowed.substr(3, allowed.find(' ', 3) - 3))).value_or(0) &&
           (second == std::string_view::npos || value <= number_after(second + 2));
  } else if (allowed.starts_with("> ")) {
    // A bound with a unit ("> 1m") is a duration in ns.
    const auto as_duration = parse_duration(trim(allowed.substr(2)));
    const double bound = as_duration && as_duration->count() != 0 ? static_cast<double>(as_duration->count()) : number_after(2);
    fine = value > bound;
  }
  if (!fine) return fail(fmt::format("must be {}", allowed));
  return {};
}

base::Result<void> check_choice(const Key& key, std::string_view text) {
  if (key.allowed.empty() || is_limit(key.allowed) || text.empty()) return {};
  const auto choices = split_list(key.allowed, '|');
  const bool any_case = key.path == "log_level" || key.path == "log_format";
  std::string wanted(text);
  if (any_case) std::ranges::transform(wanted, wanted.begin(), [](unsigned char c) { return std::tolower(c); });
  if (std::ranges::find(choices, wanted) != choices.end()) return {};
  return fail(fmt::format("'{}' is not one of {}", text, fmt::join(choices, ", ")));
}

base::Result<void> check_pattern(const Key& key, std::string_view text) {
  if (key.type == Type::kGlob) {
    if (auto glob = base::Glob::compile(text); !glob) return std::unexpected(glob.error());
  } else if (key.type == Type::kRegex) {
    const re2::RE2 regex(re2::StringPiece(text.data(), text.size()), re2::RE2::Quiet);
    if (!regex.ok()) return fail(fmt::format("'{}' is not a regular expression: {}", text, regex.error()));
  }
  return {};
}

template <typename T>
base::Result<Value> checked(const Key& key, base::Result<T> parsed, double number) {
  if (!parsed) return std::unexpected(parsed.error());
  if (auto fine = check_limit(key.allowed, number); !fine) return std::unexpected(fine.error());
  return Value(*parsed);
}

}  // namespace

bool IntSet::contains(std::int64_t value) const {
  return std::ranges::any_of(ranges, [&](const auto& range) { return value >= range.first && value <= range.second; });
}

base::Result<bool> parse_boolean(std::string_view text) {
  std::string lower(trim(text));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* yes : {"true", "t", "1", "yes", "y", "on"}) {
    if (lower == yes) return true;
  }
  for (const char* no : {"false", "f", "0", "no", "n", "off"}) {
    if (lower == no) return false;
  }
  return fail(fmt::format("'{}' is not true or false", text));
}

base::Result<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = trim(text);
  std::int64_t value = 0;
  const bool hex = digits.starts_with("0x");
  const char* first = digits.data() + (hex ? 2 : 0);
  const auto [end, error] = std::from_chars(first, digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return fail(fmt::format("'{}' is not a whole number", text));
  }
  return value;
}

base::Result<double> parse_number(std::string_view text) {
  const std::string_view digits = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    return fail(fmt::format("'{}' is not a number", text));
  }
  return value;
}

base::Result<nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = trim(text);
  const auto wrong = [&] { return fail(fmt::format("'{}' is not a duration such as 500ms, 30s or 1h30m", text)); };
  if (rest == "0") return nanoseconds(0);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty()) return wrong();
  double total = 0;
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto number = parse_number(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const auto unit = std::ranges::find_if(kUnits, [&](const Unit& u) { return rest.starts_with(u.name); });
    if (!number || unit == kUnits.end()) return wrong();
    total += *number * unit->ns;
    rest.remove_prefix(unit->name.size());
  }
  if (total > 9.2e18) return wrong();
  return nanoseconds(static_cast<std::int64_t>(std::llround(negative ? -total : total)));
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
      return fail(fmt::format("'{}' is not a list of numbers and ranges such as 80,443,8000-8999", text));
    }
    set.ranges.emplace_back(*first, *last);
  }
  std::ranges::sort(set.ranges);
  return set;
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

base::Result<Value> parse_value(const Key& key, std::string_view text) {
  switch (key.type) {
    case Type::kBoolean: return checked(key, parse_boolean(text), 0);
    case Type::kInteger: {
      const auto value = parse_integer(text);
      return checked(key, value, value ? static_cast<double>(*value) : 0);
    }
    case Type::kNumber: {
      const auto value = parse_number(text);
      return checked(key, value, value.value_or(0));
    }
    case Type::kDuration: {
      const auto value = parse_duration(text);
      return checked(key, value, value ? static_cast<double>(value->count()) : 0);
    }
    case Type::kIntSet: {
      auto set = parse_int_set(text);
      if (!set) return std::unexpected(set.error());
      return Value(std::move(*set));
    }
    case Type::kTextList:
    case Type::kNumberList: return parse_items(key, split_list(text));
    default: break;
  }
  if (auto fine = check_choice(key, text); !fine) return std::unexpected(fine.error());
  if (auto fine = check_pattern(key, text); !fine) return std::unexpected(fine.error());
  if (key.path == "routes.wildcard_char" && text.size() > 1) return fail("must be one character");
  return Value(std::string(text));
}

base::Result<Value> parse_items(const Key& key, const std::vector<std::string>& items) {
  if (key.type == Type::kNumberList) {
    std::vector<double> numbers;
    for (const std::string& item : items) numbers.push_back(OBI_TRY(parse_number(item)));
    if (!std::ranges::is_sorted(numbers)) return fail("the boundaries must ascend");
    return Value(std::move(numbers));
  }
  if (key.type == Type::kIntSet) return parse_value(key, fmt::format("{}", fmt::join(items, ",")));
  const bool names = !key.allowed.empty() || key.path.ends_with(".instrumentations") || key.path == "name_resolver.sources";
  std::vector<std::string> texts;
  for (const std::string& item : items) {
    const std::string_view text = names ? trim(item) : std::string_view(item);
    if (names && text.empty()) continue;
    if (auto fine = check_choice(key, text); !fine) return std::unexpected(fine.error());
    texts.emplace_back(text);
  }
  return Value(std::move(texts));
}

std::string to_text(nanoseconds duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string text = left < 0 ? "-" : "";
  left = std::abs(left);
  struct Part {
    std::string_view unit;
    std::int64_t ns;
  };
  for (const Part& part : {Part{"h", 3'600'000'000'000}, Part{"m", 60'000'000'000}, Part{"s", 1'000'000'000},
                           Part{"ms", 1'000'000}, Part{"us", 1'000}, Part{"ns", 1}}) {
    if (left < part.ns) continue;
    text += fmt::format("{}{}", left / part.ns, part.unit);
    left %= part.ns;
  }
  return text;
}

std::string to_text(const Value& value) {
  struct Printer {
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(nanoseconds duration) const { return to_text(duration); }
    std::string operator()(const std::vector<std::string>& items) const { return fmt::format("{}", fmt::join(items, ",")); }
    std::string operator()(const std::vector<double>& items) const { return fmt::format("{}", fmt::join(items, ",")); }
    std::string operator()(const IntSet& set) const {
      std::string text;
      for (const auto& [first, last] : set.ranges) {
        if (!text.empty()) text += ',';
        text += first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
      }
      return text;
    }
  };
  return std::visit(Printer{}, value);
}

}  // namespace obi::config
