// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace obi::config {
namespace {

[[noreturn]] void no_such_key(std::string_view path) {
  fmt::print(stderr, "BUG: the configuration table has no key '{}'\n", path);
  std::abort();
}

}  // namespace

std::vector<std::string> process_variables() {
  std::vector<std::string> names;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

const Config::Entry& Config::entry(const Key& key) const {
  const auto found = entries_.find(key.path);
  if (found == entries_.end()) no_such_key(key.path);
  return found->second;
}

std::string Config::printed(const Key& key) const { return to_text(entry(key).value); }

bool Config::is_empty(const Key& key) const {
  return key.is_structured() ? node(key).children.empty() : printed(key).empty();
}

std::string Config::origin(const Key& key) const {
  const std::string& origin = entry(key).origin;
  return origin.empty() ? "default" : origin;
}

bool Config::is_switched_off(Section section) const {
  return std::ranges::find(switched_off_, section.path) != switched_off_.end();
}

}  // namespace obi::config
