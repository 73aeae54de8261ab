// SPDX-License-Identifier: Apache-2.0
#include "config/key_value.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glob.hpp"
#include "config/allowed.hpp"
#include "config/keys_pipeline.hpp"
#include "config/spelling.hpp"

namespace obi::config {
namespace {

using base::fail;
using base::Result;

std::string not_allowed(const Key& key, std::string_view text) {
  return fmt::format("{} is not one of {}", in_quotes(text), allowed_text(key));
}

template <typename T>
Result<ParsedValue> in_range(const Key& key, Result<T> parsed) {
  if (!parsed) return std::unexpected(parsed.error());
  double number = 0;
  if constexpr (std::is_same_v<T, std::chrono::nanoseconds>) {
    number = static_cast<double>(parsed->count());
  } else {
    number = static_cast<double>(*parsed);
  }
  const auto fine = check_range(key, number);
  if (!fine) return fail(fmt::format("{}, not {}", fine.error().message, to_text(Value(*parsed))));
  return ParsedValue{.value = *parsed, .warnings = {}};
}

template <typename T>
Result<ParsedValue> as_parsed(Result<T> value) {
  if (!value) return std::unexpected(value.error());
  return ParsedValue{.value = std::move(*value), .warnings = {}};
}

Result<std::string> check_text(const Key& key, std::string_view text) {
  switch (key.type) {
    case Type::kLogLevel: return parse_log_level(text);
    case Type::kChoice: {
      auto choice = find_choice(key, text);
      if (!choice) return fail(not_allowed(key, text));
      return std::move(*choice);
    }
    case Type::kGlob: {
      if (const auto glob = base::Glob::compile(text); !glob) return fail(glob.error().message);
      return std::string(text);
    }
    case Type::kRegex: {
      if (const auto regex = base::Regex::compile(text); !regex) return fail(regex.error().message);
      return std::string(text);
    }
    default:
      if (key.path == key::kRouteWildcard.path && text.size() > 1) {
        return fail(fmt::format("{} must be one character", in_quotes(text)));
      }
      return std::string(text);
  }
}

Result<IntSet> check_set(const Key& key, std::string_view text) {
  auto set = parse_int_set(text);
  if (!set) return set;
  for (const auto& [first, last] : set->ranges) {
    if (check_range(key, static_cast<double>(first)) && check_range(key, static_cast<double>(last)))
      continue;
    return fail(fmt::format("{} must be within {}", in_quotes(text), key.allowed));
  }
  return set;
}

Result<ParsedValue> parse_texts(const Key& key, const std::vector<std::string>& items) {
  ParsedValue parsed;
  std::vector<std::string> texts;
  for (const std::string& item : items) {
    auto choice = find_choice(key, key.allowed.empty() ? std::string_view(item) : trim(item));
    if (choice) {
      texts.push_back(std::move(*choice));
    } else if (key.is(kLenient)) {
      parsed.warnings.push_back(not_allowed(key, item) + "; it is left out");
    } else {
      return fail(not_allowed(key, item));
    }
  }
  parsed.value = std::move(texts);
  return parsed;
}

Result<ParsedValue> parse_items(const Key& key, const std::vector<std::string>& items) {
  if (key.type == Type::kIntSet) {
    std::string text;
    for (const std::string& item : items) text += item + ",";
    return as_parsed(check_set(key, text));
  }
  if (key.type == Type::kTextList) return parse_texts(key, items);
  std::vector<double> numbers;
  numbers.reserve(items.size());
  for (const std::string& item : items) numbers.push_back(OBI_TRY(parse_number(item)));
  if (std::ranges::adjacent_find(numbers, std::greater_equal<>()) != numbers.end()) {
    return fail("the numbers must ascend");
  }
  return ParsedValue{.value = std::move(numbers), .warnings = {}};
}

std::vector<std::string> split_items(std::string_view text) {
  std::vector<std::string> items = split_list(text);
  for (std::string& item : items) item = trim(item);
  std::erase(items, "");
  return items;
}

}  // namespace

Result<ParsedValue> parse_value(const Key& key, std::string_view text) {
  switch (key.type) {
    case Type::kBoolean: return as_parsed(parse_boolean(text));
    case Type::kInteger: return in_range(key, parse_integer(text));
    case Type::kSize: return in_range(key, parse_size(text));
    case Type::kNumber: return in_range(key, parse_number(text));
    case Type::kDuration: return in_range(key, parse_duration(text));
    case Type::kIntSet:
    case Type::kTextList:
    case Type::kNumberList: return parse_items(key, split_items(text));
    default: return as_parsed(check_text(key, text));
  }
}

Result<ParsedValue> parse_value(const Key& key, const Node& node) {
  if (node.is_scalar()) return parse_value(key, node.text);
  if (!key.is_list()) return fail("must be one value, not a list or a mapping");
  if (node.is_mapping()) return fail("must be a list, not a mapping");
  std::vector<std::string> items;
  for (const Node& item : node.children) {
    if (!item.is_scalar()) return fail("must be a list of plain values");
    items.push_back(item.text);
  }
  return parse_items(key, items);
}

}  // namespace obi::config
