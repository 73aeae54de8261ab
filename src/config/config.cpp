// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace obi::config {
namespace {

[[noreturn]] void no_such_key(std::string_view path) {
  fmt::print(stderr, "BUG: the configuration table has no key '{}' of the type asked for\n", path);
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

const Config::Entry& Config::entry(std::string_view path) const {
  const auto found = entries_.find(path);
  if (found == entries_.end()) no_such_key(path);
  return found->second;
}

template <typename T>
const T& Config::get(std::string_view path) const {
  const T* value = std::get_if<T>(&entry(path).value);
  if (value == nullptr) no_such_key(path);
  return *value;
}

bool Config::boolean(std::string_view path) const { return get<bool>(path); }
std::int64_t Config::integer(std::string_view path) const { return get<std::int64_t>(path); }
double Config::number(std::string_view path) const { return get<double>(path); }
std::chrono::nanoseconds Config::duration(std::string_view path) const {
  return get<std::chrono::nanoseconds>(path);
}
const std::string& Config::text(std::string_view path) const { return get<std::string>(path); }
const std::vector<std::string>& Config::list(std::string_view path) const {
  return get<std::vector<std::string>>(path);
}
const std::vector<double>& Config::numbers(std::string_view path) const {
  return get<std::vector<double>>(path);
}
const IntSet& Config::int_set(std::string_view path) const { return get<IntSet>(path); }

const Node& Config::node(std::string_view path) const {
  const Key* key = find_key(path);
  if (key == nullptr || !key->is_structured()) no_such_key(path);
  return entry(path).node;
}

YAML::Node Config::object(std::string_view path) const { return to_yaml(node(path)); }

std::string Config::printed(std::string_view path) const { return to_text(entry(path).value); }

bool Config::is_set(std::string_view path) const { return !entry(path).origin.empty(); }

std::string Config::origin(std::string_view path) const {
  const std::string& origin = entry(path).origin;
  return origin.empty() ? "default" : origin;
}

bool Config::is_switched_off(std::string_view section) const {
  return std::ranges::find(switched_off_, section) != switched_off_.end();
}

}  // namespace obi::config
