// SPDX-License-Identifier: Apache-2.0
// Text to the value of one key, by its row of the table.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

namespace obi::config {

struct ParsedValue {
  Value value;
  std::vector<std::string> warnings;  ///< items of a lenient key that were left out
};

/// Of a key that isn't structured. Lists are split at commas. Errors say what is wrong with the
/// text and what is allowed, not which key it was for.
base::Result<ParsedValue> parse_value(const Key& key, std::string_view text);

/// The same from YAML; of a list, null is an empty one.
base::Result<ParsedValue> parse_value(const Key& key, const Node& node);

}  // namespace obi::config
