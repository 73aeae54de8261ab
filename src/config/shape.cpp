// SPDX-License-Identifier: Apache-2.0
#include "config/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/keys_attribute.hpp"
#include "config/spelling.hpp"

namespace obi::config {

void check_attribute_select(const Config& config, std::vector<std::string>& mistakes,
                            std::vector<std::string>& warnings) {
  static constexpr std::array<std::string_view, 2> kLists = {"include", "exclude"};
  const Key& key = key::kAttributesSelect;
  const std::string origin = config.origin(key);
  const std::string file = origin.substr(0, origin.rfind(':'));
  const auto where = [&](const Node& section, const Node& node) {
    return fmt::format("{}.{} ({}:{})", key.path, section.name, file, node.line);
  };
  for (const Node& section : config.node(key).children) {
    if (!section.is_mapping() && !section.is_null()) {
      mistakes.push_back(where(section, section) + ": must be a mapping of include and exclude");
      continue;
    }
    for (const Node& list : section.children) {
      if (std::ranges::find(kLists, list.name) == kLists.end()) {
        warnings.push_back(fmt::format("{}: there is no such key {}, it is ignored{}",
                                       where(section, list), in_quotes(list.name),
                                       suggestion(nearest(list.name, kLists))));
      } else if (list.is_mapping() || std::ranges::any_of(list.children, [](const Node& item) {
                   return !item.is_scalar();
                 })) {
        mistakes.push_back(
            fmt::format("{}: {} must be a list of names", where(section, list), list.name));
      }
    }
  }
}

}  // namespace obi::config
