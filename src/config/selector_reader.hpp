// SPDX-License-Identifier: Apache-2.0
// Lists of discovery entries, from YAML.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/discovery.hpp"

namespace obi::config {

/// A field of a selector, for documentation and for messages.
struct SelectorField {
  std::string_view name;
  std::string_view type;
  std::string_view doc;
  bool is_later = false;  ///< checked, but its feature isn't built yet
};
/// Those that are not metadata.
std::span<const SelectorField> selector_fields();
/// k8s_namespace, k8s_pod_name, …, container_name: metadata, none of which is built yet.
std::span<const std::string_view> metadata_fields();

enum class Flavour : std::uint8_t { kGlob, kRegex };

class SelectorReader {
 public:
  SelectorReader(const Config& config, std::vector<std::string>& mistakes,
                 std::vector<std::string>& warnings)
      : config_(config), mistakes_(mistakes), warnings_(warnings) {}

  /// The entries of `key`. One without any criterion is a mistake.
  std::vector<Selector> read(const SelectorsKey& key, Flavour flavour);
  /// The value of a key that holds one pattern; nullopt if it is empty.
  std::optional<Pattern> read_pattern(const GlobKey& key);
  std::optional<Pattern> read_pattern(const RegexKey& key);

 private:
  void read_entry(Selector& selector, const Node& entry);
  void take(Selector& selector, const Node& node);
  bool take_criterion(Selector& selector, const Node& node);
  bool take_pattern(Selector& selector, const Node& node);
  bool take_setting(Selector& selector, const Node& node);
  void take_unknown(const Node& node);
  void warn_of_what_comes_later(const Selector& selector, const Node& entry);
  void warn_of_others(const Node& node, std::initializer_list<std::string_view> known);

  std::optional<Pattern> compile(const Node& node);
  std::map<std::string, Pattern> patterns(const Node& node);
  std::optional<IntSet> ports(const Node& node);
  std::vector<std::uint32_t> pids(const Node& node);
  std::optional<model::ExportModes> exports(const Node& node);
  std::optional<model::Sampler> sampler(const Node& node);
  void take_routes(Selector& selector, const Node& node);
  void take_features(Selector& selector, const Node& node);

  std::string scalar(const Node& node);
  std::vector<std::string> scalars(const Node& node);
  std::string where(const Node& node) const;
  void mistake(const Node& node, std::string_view what);
  void warn(const Node& node, std::string_view what);

  const Config& config_;
  std::vector<std::string>& mistakes_;
  std::vector<std::string>& warnings_;
  std::string entry_;  // "discovery.instrument[0]"
  std::string file_;   // where the list stands, without the line
  Flavour flavour_ = Flavour::kGlob;
  bool is_from_user_ = false;  // not the built-in exclusions
};

}  // namespace obi::config
