// SPDX-License-Identifier: Apache-2.0
// Names that keys had, or that documents of older versions give them.
#pragma once
#include <string_view>

#include "config/document.hpp"

namespace obi::config {

struct OldName {
  std::string_view name;         ///< full path
  std::string_view path;         ///< key that takes its value; empty = none does
  std::string_view hint;         ///< for those who still use it
  bool is_milliseconds = false;  ///< the value is a number of ms for a duration
};

/// Null if `name` isn't one, or isn't one for a value of this shape.
const OldName* find_old_name(std::string_view name, const Node& value);

}  // namespace obi::config
