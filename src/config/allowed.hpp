// SPDX-License-Identifier: Apache-2.0
// The `allowed` column of the table: choices and ranges.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/keys.hpp"

namespace obi::config {

/// The choice that `text` names by itself or by a synonym; nullopt if it is none.
std::optional<std::string> find_choice(const Key& key, std::string_view text);

/// Numbers, and durations in ns. Fails with "must be > 0" and the like.
base::Result<void> check_range(const Key& key, double value);

/// For people: "text, json or empty", "0..65535", "any". Choices come with their synonyms.
std::string allowed_text(const Key& key);

}  // namespace obi::config
