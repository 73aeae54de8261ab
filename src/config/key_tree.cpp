// SPDX-License-Identifier: Apache-2.0
#include "config/key_tree.hpp"

#include <algorithm>

namespace obi::config {
namespace {

KeyTree& child(KeyTree& tree, std::string_view name) {
  const auto found = std::ranges::find(tree.children, name, &KeyTree::name);
  if (found != tree.children.end()) return *found;
  std::string path = tree.path.empty() ? std::string(name) : tree.path + "." + std::string(name);
  return tree.children.emplace_back(std::move(path), name, nullptr, std::vector<KeyTree>{});
}

void add(KeyTree& tree, const Key& key) {
  KeyTree* branch = &tree;
  std::string_view rest = key.path;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    branch = &child(*branch, rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  branch->key = &key;
}

}  // namespace

KeyTree key_tree() {
  KeyTree tree;
  for (const Key& key : keys()) {
    if (!key.is(kEnvironmentOnly)) add(tree, key);
  }
  return tree;
}

}  // namespace obi::config
