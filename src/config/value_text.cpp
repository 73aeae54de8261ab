// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>

#include "config/value.hpp"

namespace obi::config {
namespace {

struct ValuePrinter {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return fmt::format("{}", number); }
  std::string operator()(std::chrono::nanoseconds duration) const { return to_text(duration); }
  std::string operator()(const std::vector<std::string>& items) const {
    return fmt::format("{}", fmt::join(items, ","));
  }
  std::string operator()(const std::vector<double>& items) const {
    return fmt::format("{}", fmt::join(items, ","));
  }
  std::string operator()(const IntSet& set) const {
    std::string text;
    for (const auto& [first, last] : set.ranges) {
      if (!text.empty()) text += ',';
      text += first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
    }
    return text;
  }
};

}  // namespace

std::string to_text(std::chrono::nanoseconds duration) {
  struct Part {
    std::string_view unit;
    std::int64_t ns;
  };
  static constexpr std::array kParts = {
      Part{"h", 3'600'000'000'000}, Part{"m", 60'000'000'000}, Part{"s", 1'000'000'000},
      Part{"ms", 1'000'000},        Part{"us", 1'000},         Part{"ns", 1}};
  std::int64_t left = std::abs(duration.count());
  if (left == 0) return "0s";
  std::string text = duration.count() < 0 ? "-" : "";
  for (const Part& part : kParts) {
    if (left < part.ns) continue;
    text += fmt::format("{}{}", left / part.ns, part.unit);
    left %= part.ns;
  }
  return text;
}

std::string to_text(const Value& value) { return std::visit(ValuePrinter{}, value); }

}  // namespace obi::config
