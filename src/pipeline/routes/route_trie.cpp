// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/route_trie.hpp"

namespace obi::pipeline {

void RouteTrie::insert(std::string_view path, std::string& out) {
  out.clear();
  Node* node = &root_;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const std::size_t end = path.find('/');
    std::string_view name = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    if (name.empty()) continue;
    node = child_of(*node, name, name);
    out += '/';
    out += name;
    if (node == nullptr) {  // full: the rest is one wildcard each
      node = &root_;
      while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t next = path.find('/');
        path.remove_prefix(next == std::string_view::npos ? path.size() : next);
        out += '/';
        out += wildcard_;
      }
    }
  }
  if (out.empty()) out = "/";
}

// The child for the segment; `name` becomes the text that stands for it. Null if no more nodes may
// be made.
RouteTrie::Node* RouteTrie::child_of(Node& node, std::string_view segment, std::string_view& name) {
  if (node.collapsed) {
    name = wildcard_;
    return node.children.begin()->second.get();
  }
  const auto found = node.children.find(segment);
  if (found != node.children.end()) {
    name = found->first;
    return found->second.get();
  }
  if (max_children_ > 0 && node.children.size() >= max_children_) {
    collapse(node);
    name = wildcard_;
    return node.children.begin()->second.get();
  }
  if (nodes_ >= kMaxNodes) {
    name = wildcard_;
    return nullptr;
  }
  ++nodes_;
  const auto made = node.children.emplace(std::string(segment), std::make_unique<Node>()).first;
  name = made->first;
  return made->second.get();
}

void RouteTrie::collapse(Node& node) {
  auto merged = std::make_unique<Node>();
  for (auto& [name, child] : node.children) merge(*merged, *child);
  nodes_ -= node.children.size() - 1;
  node.children.clear();
  if (max_children_ > 0 && merged->children.size() > max_children_) collapse(*merged);
  node.children.emplace(wildcard_, std::move(merged));
  node.collapsed = true;
}

void RouteTrie::merge(Node& into, Node& from) {
  into.collapsed = into.collapsed || from.collapsed;
  for (auto& [name, child] : from.children) {
    const auto [place, fresh] = into.children.try_emplace(name, nullptr);
    if (fresh) {
      place->second = std::move(child);
    } else {
      merge(*place->second, *child);
      --nodes_;
    }
  }
  if (into.collapsed && into.children.size() > 1) collapse(into);
}

}  // namespace obi::pipeline
