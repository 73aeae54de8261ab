// SPDX-License-Identifier: Apache-2.0
// The effective configuration: environment over YAML over defaults, each value with where it came from. Read once at
// start-up; the parts of the agent get plain option structs made from it (src/app). Immutable after `load`.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/keys.hpp"
#include "config/substitution.hpp"
#include "config/value.hpp"

namespace YAML {
class Node;
}

namespace obi::config {

struct Sources {
  std::string path;                ///< YAML file; empty = none
  std::optional<std::string> text; ///< instead of a file, for tests
  Environment environment = process_environment;
};

class Config {
 public:
  /// Every mistake is a line of its own in `mistakes`; an empty list means that the configuration may be used.
  static Config load(const Sources& sources, std::vector<std::string>& mistakes);

  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  // By path; a path or type that the table doesn't have is a programming error and ends the process.
  [[nodiscard]] bool boolean(std::string_view path) const;
  [[nodiscard]] std::int64_t integer(std::string_view path) const;
  [[nodiscard]] double number(std::string_view path) const;
  [[nodiscard]] std::chrono::nanoseconds duration(std::string_view path) const;
  [[nodiscard]] const std::string& text(std::string_view path) const;
  [[nodiscard]] const std::vector<std::string>& list(std::string_view path) const;
  [[nodiscard]] const std::vector<double>& numbers(std::string_view path) const;
  [[nodiscard]] const IntSet& int_set(std::string_view path) const;
  /// The YAML below a key of type kObject or kSelectors; an undefined node if the file has none.
  [[nodiscard]] YAML::Node object(std::string_view path) const;

  /// Did the user set it?
  [[nodiscard]] bool is_set(std::string_view path) const;
  /// "default", "env NAME" or "file:line".
  [[nodiscard]] std::string origin(std::string_view path) const;
  /// `routes: null` and `name_resolver: null` switch these stages off.
  [[nodiscard]] bool is_switched_off(std::string_view section) const;
  [[nodiscard]] const Environment& environment() const { return environment_; }

 private:
  friend class Loader;
  struct Entry {
    Value value;
    std::string origin;  ///< empty = default
  };
  const Entry& entry(std::string_view path) const;
  template <typename T>
  const T& get(std::string_view path) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, std::shared_ptr<const YAML::Node>, std::less<>> objects_;
  std::vector<std::string> switched_off_;
  std::vector<std::string> warnings_;
  Environment environment_;
};

}  // namespace obi::config
