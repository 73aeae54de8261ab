// SPDX-License-Identifier: Apache-2.0
// The table of configuration keys: the one place that says which keys exist, where their values may
// come from, what they default to and what they mean. --help, `ebpf-instrument config` and
// docs/configuration.md are made from it. Constant, so any thread may read it.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace obi::config {

enum class Type : std::uint8_t {
  kText,
  kBoolean,
  kInteger,  ///< 32 bits, signed or not
  kSize,     ///< bytes: "1048576", "64MiB"
  kNumber,
  kDuration,    ///< "500ms", "1h30m"
  kChoice,      ///< one of `allowed`
  kLogLevel,    ///< debug, info, warn, error; also Go's "INFO+2"
  kTextList,    ///< if `allowed` isn't empty, each item is one of it
  kNumberList,  ///< ascending
  kIntSet,      ///< "80,443,8000-8999" or a sequence of these
  kGlob,        ///< gobwas dialect, whole string
  kRegex,       ///< RE2, search
  kSelectors,   ///< discovery entries, see discovery.hpp
  kObject,      ///< a mapping with a shape of its own
  kObjectList,  ///< a list with a shape of its own
};

/// May be or'ed.
enum Trait : unsigned {
  kLater = 1U << 0U,  ///< checked, but its feature isn't built yet: setting it is a warning
  kEnvironmentOnly = 1U << 1U,  ///< the path is only a name, not a YAML key
  kAnyCase = 1U << 2U,          ///< choices are compared without regard to case
  kLenient = 1U << 3U,          ///< a wrong value is a warning, and the default counts
  kExpanded = 1U << 4U,         ///< `$X` and `${X}` in the variable's value are expanded
  kSubstituted = 1U << 5U,      ///< `${X:-default}` likewise, as in YAML
  kSecret = 1U << 6U,           ///< never printed
  kNoEffect = 1U << 7U,  ///< checked, but there is nothing to set here: setting it is a warning
};

struct Key {
  std::string_view path;  ///< as in YAML, with dots
  std::string_view env;   ///< variables, comma separated, the preferred one first; may be empty
  Type type;
  std::string_view fallback;  ///< default, as a variable would hold it; objects: as YAML
  /// Choices "a|b=synonym|" (a last or first empty one allows ""), or a range "0..65535", "> 0",
  /// ">= 0". For other types only a remark for people.
  std::string_view allowed;
  std::string_view doc;
  unsigned traits = 0;

  [[nodiscard]] constexpr bool is(Trait trait) const { return (traits & trait) != 0; }
  /// Its value is YAML of a shape of its own.
  [[nodiscard]] constexpr bool is_structured() const { return type >= Type::kSelectors; }
  [[nodiscard]] constexpr bool is_list() const {
    return type == Type::kTextList || type == Type::kNumberList || type == Type::kIntSet;
  }
};

/// A part of the file with keys of its own.
struct Section {
  std::string_view path;
};

/// Every key; those of one section stand together.
const std::vector<Key>& keys();
/// Null if there is no such key.
const Key* find_key(std::string_view path);
/// Is there a YAML key below `path`? (`ebpf` is a section, `ebpf.batch_length` is not.)
bool is_section(std::string_view path);
/// The existing YAML key or section that is spelled most like `path`; empty if none is near.
std::string_view nearest_key(std::string_view path);

}  // namespace obi::config
