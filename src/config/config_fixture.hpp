// SPDX-License-Identifier: Apache-2.0
// For tests: configurations from text and a made-up environment.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "support/source_folder.hpp"

namespace obi::config {

/// A value that every key of the type takes and that is no default.
inline std::string sample(const Key& key) {
  switch (key.type) {
    case Type::kBoolean: return key.fallback == "true" ? "false" : "true";
    case Type::kDuration: return "61m1s";
    case Type::kInteger:
      return key.allowed == "-3..3" ? "3" : key.allowed == "-10..20" ? "7" : "654";
    case Type::kSize: return "77777";
    case Type::kNumber: return "3.5";
    case Type::kNumberList: return "0.25,0.75";
    case Type::kIntSet: return "81-90";
    case Type::kLogLevel: return "error";
    case Type::kChoice:
    case Type::kTextList:
      if (!key.allowed.empty()) {
        const std::string last = split_list(key.allowed, '|').back();
        return last.substr(0, last.find('='));
      }
      return "x,y";
    default: return "x";
  }
}

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
