// SPDX-License-Identifier: Apache-2.0
// The table of keys as text: for --help, for `ebpf-instrument config`, and for docs/configuration.md.
#pragma once
#include <string>

#include "config/config.hpp"

namespace obi::config {

/// Every key that has an effect, with its variable and its doc line.
std::string render_help();
/// The effective configuration as YAML, each value with its origin behind it. Values that may hold secrets are masked.
std::string render_effective(const Config& config);
/// The whole table as Markdown.
std::string render_documentation();

}  // namespace obi::config
