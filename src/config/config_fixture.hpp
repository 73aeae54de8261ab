// SPDX-License-Identifier: Apache-2.0
// For tests: configurations from text and a made-up environment.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "support/source_folder.hpp"

namespace obi::config {

using Variables = std::map<std::string, std::string>;

inline Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

struct Loaded {
  Config config;
  std::vector<std::string> mistakes;
};

inline Loaded load(const std::string& yaml, const Variables& variables = {}) {
  Sources sources{
      .path = {}, .text = yaml, .environment = environment_of(variables), .variables = {}};
  for (const auto& [name, value] : variables) sources.variables.push_back(name);
  Loaded loaded;
  loaded.config = Config::load(sources, loaded.mistakes);
  return loaded;
}

inline Loaded load_file(const std::string& name, const Variables& variables = {}) {
  const Sources sources{.path = support::source_folder() + "/src/config/testdata/" + name,
                        .text = {},
                        .environment = environment_of(variables),
                        .variables = {}};
  Loaded loaded;
  loaded.config = Config::load(sources, loaded.mistakes);
  return loaded;
}

}  // namespace obi::config
