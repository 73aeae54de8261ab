// SPDX-License-Identifier: Apache-2.0
// The configuration for people: the effective one with origins, the keys for --help, and the
// document of all keys.
#pragma once
#include <string>

#include "config/config.hpp"

namespace obi::config {

/// YAML that loads to the same values; behind each one a comment that says where it came from
/// ("# default", "# env NAME", "# file:12"). What only variables can set follows as comments.
/// Secrets, and credentials inside endpoints, are masked.
std::string render_effective(const Config& config);
/// The same as one line of JSON, without origins; variables' keys included.
std::string render_json(const Config& config);

/// One line per key that has an effect: path, variable, default.
std::string render_help();
/// docs/configuration.md.
std::string render_documentation();

}  // namespace obi::config
