// SPDX-License-Identifier: Apache-2.0
// The table of configuration keys: the one place that says which keys exist, where their values may come from, what they
// default to and what they mean. --help, `ebpf-instrument config` and docs/configuration.md are made from it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace obi::config {

enum class Type : std::uint8_t {
  kText, kBoolean, kInteger, kNumber, kDuration, kTextList, kNumberList,
  kIntSet,     ///< "80,443,8000-8999" or a sequence of integers
  kGlob,       ///< gobwas dialect, whole string
  kRegex,      ///< RE2, search
  kSelectors,  ///< discovery entries, see discovery.hpp
  kObject,     ///< a mapping or list with a shape of its own
};

/// kLater: read and validated, but its feature is not built yet; whoever sets it is told so.
enum class Availability : std::uint8_t { kNow, kLater };
enum class Source : std::uint8_t { kAny, kEnvironment };

struct Key {
  std::string_view path;      ///< as in YAML, with dots
  std::string_view env;       ///< variables, comma separated, the preferred one first; empty = none
  Type type;
  std::string_view fallback;  ///< default, in the text form of an environment variable
  std::string_view allowed;   ///< "a|b|c", ">= 0", "> 0", "0..65535" or empty
  std::string_view doc;
  Availability availability;
  Source source;
};

/// Every key, grouped by section.
const std::vector<Key>& keys();
/// Null if there is no such key.
const Key* find_key(std::string_view path);
/// Is there a key below `path`? (`ebpf` is a section, `ebpf.batch_length` is not.)
bool is_section(std::string_view path);
/// The existing key or section that is spelled most like `path`; empty if none is near.
std::string_view nearest_key(std::string_view path);

namespace table {
extern const Key kAgentKeys[];
extern const std::size_t kAgentKeyCount;
extern const Key kEbpfKeys[];
extern const std::size_t kEbpfKeyCount;
extern const Key kDiscoveryKeys[];
extern const std::size_t kDiscoveryKeyCount;
extern const Key kAttributeKeys[];
extern const std::size_t kAttributeKeyCount;
extern const Key kExportKeys[];
extern const std::size_t kExportKeyCount;
extern const Key kNetworkKeys[];
extern const std::size_t kNetworkKeyCount;
}  // namespace table

}  // namespace obi::config
