// SPDX-License-Identifier: Apache-2.0
#include "inspect/coverage.hpp"

#include <algorithm>

#include "config/choices.hpp"
#include "config/key_tree.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"
#include "protocol/table.hpp"

namespace obi::inspect {
namespace {

bool is_unbuilt(const config::KeyTree& tree) {
  if (tree.key != nullptr) return tree.key->is(config::kLater);
  return std::ranges::all_of(tree.children, is_unbuilt);
}

void collect_unbuilt(const config::KeyTree& tree, std::vector<std::string>& paths) {
  for (const config::KeyTree& child : tree.children) {
    if (is_unbuilt(child)) {
      paths.push_back(child.path);
    } else {
      collect_unbuilt(child, paths);
    }
  }
}

}  // namespace

std::vector<std::string_view> protocol_names() {
  std::vector<std::string_view> names;
  for (const protocol::ProtocolRow& row : protocol::protocols()) names.push_back(row.name);
  return names;
}

std::vector<std::string_view> datagram_protocol_names() {
  std::vector<std::string_view> names;
  for (const protocol::ProtocolRow& row : protocol::protocols()) {
    if (row.speaks_in_datagrams) names.push_back(row.name);
  }
  return names;
}

bool is_built_selector(std::string_view selector) {
  return std::ranges::any_of(protocol::protocols(), [&](const protocol::ProtocolRow& row) {
    return row.instrumentation == selector;
  });
}

std::vector<std::string> unbuilt_selectors() {
  std::vector<std::string> selectors;
  std::string_view rest = config::kInstrumentationChoices;
  while (!rest.empty()) {
    const std::string_view choice = rest.substr(0, rest.find('|'));
    const std::string_view selector = choice.substr(0, choice.find('='));
    if (selector != "*" && !is_built_selector(selector)) selectors.emplace_back(selector);
    rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
  }
  return selectors;
}

std::vector<std::string> unbuilt_keys() {
  std::vector<std::string> paths;
  collect_unbuilt(config::key_tree(), paths);
  return paths;
}

}  // namespace obi::inspect
