// SPDX-License-Identifier: Apache-2.0
// The effective configuration: environment over YAML over defaults, each value with where it came
// from. Read once at start-up; the parts of the agent get plain option structs made from it
// (src/app). Immutable after `load`, so any thread may read it.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/substitution.hpp"
#include "config/value.hpp"

namespace obi::config {

/// The names in the process's own environment.
std::vector<std::string> process_variables();

struct Sources {
  std::string path;                 ///< YAML file; empty = none
  std::optional<std::string> text;  ///< instead of a file, for tests
  Environment environment = process_environment;
  /// Names of the variables that are set: a misspelt OTEL_EBPF_… becomes a warning. May be empty.
  std::vector<std::string> variables = process_variables();
};

class Config {
 public:
  /// Every mistake is a line of its own in `mistakes`, with the key, the value, where it was set
  /// and what is allowed; no line means that the configuration may be used.
  static Config load(const Sources& sources, std::vector<std::string>& mistakes);

  /// What has no effect, and why; a line each.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  // By path; a path or type that the table doesn't have is a programming error and ends the
  // process.
  [[nodiscard]] bool boolean(std::string_view path) const;
  [[nodiscard]] std::int64_t integer(std::string_view path) const;  ///< sizes too, in bytes
  [[nodiscard]] double number(std::string_view path) const;
  [[nodiscard]] std::chrono::nanoseconds duration(std::string_view path) const;
  [[nodiscard]] const std::string& text(std::string_view path) const;  ///< choices are canonical
  [[nodiscard]] const std::vector<std::string>& list(std::string_view path) const;
  [[nodiscard]] const std::vector<double>& numbers(std::string_view path) const;
  [[nodiscard]] const IntSet& int_set(std::string_view path) const;
  /// The YAML of a key with a shape of its own, its default if the user set none; may be null.
  [[nodiscard]] const Node& node(std::string_view path) const;
  /// The same for callers that use the YAML library.
  [[nodiscard]] YAML::Node object(std::string_view path) const;

  /// The value as a variable would hold it; "" of a structured key.
  [[nodiscard]] std::string printed(std::string_view path) const;
  /// Did the user set it?
  [[nodiscard]] bool is_set(std::string_view path) const;
  /// "default", "env NAME" or "file:line".
  [[nodiscard]] std::string origin(std::string_view path) const;
  /// `routes: null` and `name_resolver: null` switch these stages off, whatever variables say.
  [[nodiscard]] bool is_switched_off(std::string_view section) const;
  [[nodiscard]] const Environment& environment() const { return environment_; }

 private:
  friend class Loader;
  struct Entry {
    Value value;
    Node node;           ///< of structured keys
    std::string origin;  ///< empty = default
  };
  [[nodiscard]] const Entry& entry(std::string_view path) const;
  template <typename T>
  [[nodiscard]] const T& get(std::string_view path) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> switched_off_;
  std::vector<std::string> warnings_;
  Environment environment_;
};

}  // namespace obi::config
