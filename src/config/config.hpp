// SPDX-License-Identifier: Apache-2.0
// The effective configuration: environment over YAML over defaults, each value with where it came
// from. Read once at start-up; the parts of the agent get plain option structs made from it
// (src/app). Constant after `load` but for one mark: a key that was got is remembered, which shows
// keys without an effect (src/app/config_reads_test.cpp). So one thread reads it, at start-up.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/substitution.hpp"
#include "config/typed_key.hpp"
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

  /// Its value, the default if the user set none; see ValueOf. The YAML of a structured key may be
  /// null. For code that acts on the value: it marks the key as read.
  template <Type kType>
  [[nodiscard]] const ValueOf<kType>& get(const TypedKey<kType>& key) const {
    const Entry& entry = this->entry(key);
    entry.was_read = true;
    if constexpr (std::is_same_v<ValueOf<kType>, Node>) {
      return entry.node;
    } else {
      return std::get<ValueOf<kType>>(entry.value);
    }
  }

  // Of any row, for code that checks or prints; none of them marks a key as read. A key that isn't
  // in the table is a programming error and ends the process.
  /// Of a key that isn't structured.
  [[nodiscard]] const Value& value(const Key& key) const { return entry(key).value; }
  /// Of a structured key.
  [[nodiscard]] const Node& node(const Key& key) const { return entry(key).node; }
  /// The value as a variable would hold it; "" of a structured key.
  [[nodiscard]] std::string printed(const Key& key) const;
  /// An empty text or list, a mapping without members.
  [[nodiscard]] bool is_empty(const Key& key) const;
  /// Was it got since `load`?
  [[nodiscard]] bool was_read(const Key& key) const { return entry(key).was_read; }
  /// Did the user set it?
  [[nodiscard]] bool is_set(const Key& key) const { return !entry(key).origin.empty(); }
  /// "default", "env NAME" or "file:line".
  [[nodiscard]] std::string origin(const Key& key) const;
  /// Null in the file switches an optional section off, whatever variables say.
  [[nodiscard]] bool is_switched_off(Section section) const;
  [[nodiscard]] const Environment& environment() const { return environment_; }

 private:
  friend class Loader;
  struct Entry {
    Value value;
    Node node;           ///< of structured keys
    std::string origin;  ///< empty = default
    mutable bool was_read = false;
  };
  [[nodiscard]] const Entry& entry(const Key& key) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> switched_off_;
  std::vector<std::string> warnings_;
  Environment environment_;
};

}  // namespace obi::config
