// SPDX-License-Identifier: Apache-2.0
// A row of the table together with the C++ type of its value. Each key that has an effect is such a
// constant in keys_<feature>.hpp; keys_<feature>.cpp puts it into the table, and
// Config::get(key::kName) reads its value. Keys without an effect (kLater, kNoEffect) are rows of
// the table alone.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

namespace obi::config {

template <Type kType>
consteval auto value_type() {
  if constexpr (kType == Type::kBoolean) return std::type_identity<bool>();
  if constexpr (kType == Type::kInteger) return std::type_identity<std::int64_t>();
  if constexpr (kType == Type::kSize) return std::type_identity<std::int64_t>();
  if constexpr (kType == Type::kNumber) return std::type_identity<double>();
  if constexpr (kType == Type::kDuration) return std::type_identity<std::chrono::nanoseconds>();
  if constexpr (kType == Type::kTextList) return std::type_identity<std::vector<std::string>>();
  if constexpr (kType == Type::kNumberList) return std::type_identity<std::vector<double>>();
  if constexpr (kType == Type::kIntSet) return std::type_identity<IntSet>();
  if constexpr (kType >= Type::kSelectors) return std::type_identity<Node>();
  if constexpr (kType == Type::kText || kType == Type::kChoice || kType == Type::kLogLevel ||
                kType == Type::kGlob || kType == Type::kRegex)
    return std::type_identity<std::string>();
}

/// What Config::get returns: sizes in bytes, choices by their first name, structured keys as YAML.
template <Type kType>
using ValueOf = typename decltype(value_type<kType>())::type;

template <Type kType>
struct TypedKey : Key {
  /// As the members of Key, without the type.
  consteval TypedKey(std::string_view yaml_path, std::string_view variables,
                     std::string_view default_text, std::string_view allowed_values,
                     std::string_view meaning, unsigned trait_bits = 0)
      : Key{yaml_path, variables, kType, default_text, allowed_values, meaning, trait_bits} {}
};

using TextKey = TypedKey<Type::kText>;
using BooleanKey = TypedKey<Type::kBoolean>;
using IntegerKey = TypedKey<Type::kInteger>;
using SizeKey = TypedKey<Type::kSize>;
using NumberKey = TypedKey<Type::kNumber>;
using DurationKey = TypedKey<Type::kDuration>;
using ChoiceKey = TypedKey<Type::kChoice>;
using LogLevelKey = TypedKey<Type::kLogLevel>;
using TextListKey = TypedKey<Type::kTextList>;
using NumberListKey = TypedKey<Type::kNumberList>;
using IntSetKey = TypedKey<Type::kIntSet>;
using GlobKey = TypedKey<Type::kGlob>;
using RegexKey = TypedKey<Type::kRegex>;
using SelectorsKey = TypedKey<Type::kSelectors>;
using ObjectKey = TypedKey<Type::kObject>;
using ObjectListKey = TypedKey<Type::kObjectList>;

}  // namespace obi::config
