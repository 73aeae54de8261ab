// SPDX-License-Identifier: Apache-2.0
// The shapes of mappings that the table has no rows for.
#pragma once
#include <string>
#include <vector>

#include "config/config.hpp"

namespace obi::config {

/// `attributes.select`: each section has lists `include` and `exclude`. Mistakes and warnings are
/// appended, a line each.
void check_attribute_select(const Config& config, std::vector<std::string>& mistakes,
                            std::vector<std::string>& warnings);

}  // namespace obi::config
