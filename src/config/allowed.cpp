// SPDX-License-Identifier: Apache-2.0
#include "config/allowed.hpp"

#include <fmt/format.h>

#include <vector>

#include "config/value.hpp"

namespace obi::config {
namespace {

// Unlike split_list, an empty last part is a part.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t end = 0;
  while ((end = text.find(separator)) != std::string_view::npos) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

bool has_choices(const Key& key) {
  return !key.allowed.empty() && (key.type == Type::kChoice || key.type == Type::kTextList);
}

// A bound of the range, in the unit of the key's values.
double bound(const Key& key, std::string_view text) {
  if (key.type == Type::kDuration) {
    return static_cast<double>(parse_duration(text).value_or(std::chrono::nanoseconds(0)).count());
  }
  return parse_number(text).value_or(0);
}

bool in_range(const Key& key, double value) {
  const std::string_view allowed = key.allowed;
  if (allowed.starts_with(">= ")) return value >= bound(key, allowed.substr(3));
  if (allowed.starts_with("> ")) return value > bound(key, allowed.substr(2));
  const std::size_t dots = allowed.find("..");
  if (dots == std::string_view::npos) return true;
  return value >= bound(key, allowed.substr(0, dots)) &&
         value <= bound(key, allowed.substr(dots + 2));
}

}  // namespace

std::optional<std::string> find_choice(const Key& key, std::string_view text) {
  if (!has_choices(key)) return std::string(text);
  const std::string wanted = key.is(kAnyCase) ? lower_case(text) : std::string(text);
  for (const std::string_view choice : split(key.allowed, '|')) {
    const auto names = split(choice, '=');
    for (const std::string_view name : names) {
      if (name == wanted) return std::string(names[0]);
    }
  }
  return std::nullopt;
}

base::Result<void> check_range(const Key& key, double value) {
  if (!in_range(key, value)) return base::fail(fmt::format("must be {}", key.allowed));
  return {};
}

std::string allowed_text(const Key& key) {
  if (!has_choices(key)) return std::string(key.allowed);
  std::string text;
  bool empty = false;
  for (const std::string_view choice : split(key.allowed, '|')) {
    const auto names = split(choice, '=');
    empty |= names.back().empty();
    if (names[0].empty()) continue;
    if (!text.empty()) text += ", ";
    text += names[0];
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (!names[i].empty()) text += fmt::format(" ({})", names[i]);
    }
  }
  return empty ? text + " or empty" : text;
}

}  // namespace obi::config
