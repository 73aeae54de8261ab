// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/render.hpp"

namespace obi::config {

std::string render_help() {
  std::string out =
      "Configuration keys (YAML path, variable, default). Variables win over the file.\n";
  for (const Key& key : keys()) {
    if (key.is(kLater) || key.is(kNoEffect)) continue;
    const std::string_view path = key.is(kEnvironmentOnly) ? "-" : key.path;
    out += fmt::format("  {}", path);
    if (!key.env.empty()) out += fmt::format("  {}", key.env);
    if (!key.fallback.empty() && !key.is_structured()) out += fmt::format("  [{}]", key.fallback);
    out += '\n';
  }
  return out + "docs/configuration.md has every key with its meaning and what it may hold.\n";
}

}  // namespace obi::config
