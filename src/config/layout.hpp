// SPDX-License-Identifier: Apache-2.0
// Which layout a configuration file has. OBI has two: 1, whose keys are this program's table, and
// 2, OpenTelemetry's declarative configuration with a section for OBI.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "config/document.hpp"

namespace obi::config {

/// The member by which the file is known to have layout 2: "file_format", "extensions.obi",
/// "capture" and the like, none of which layout 1 has. Nullopt if it has none of them.
std::optional<std::string_view> find_layout_2(const Node& root);

/// What to say of such a file; `where` is the member's place.
std::string refuse_layout_2(std::string_view member, std::string_view where);

}  // namespace obi::config
