// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/route_trie.hpp"

#include <array>

namespace obi::pipeline {
namespace {

std::string_view without_method(std::string_view path) {
  constexpr std::array<std::string_view, 6> kMethods = {"GET ",    "POST ",    "PATCH ",
                                                        "DELETE ", "OPTIONS ", "HEAD "};
  for (const std::string_view method : kMethods) {
    if (path.starts_with(method)) return path.substr(method.size());
  }
  return path;
}

}  // namespace

void RouteTrie::insert(std::string_view path, std::string& out) {
  out.clear();
  path = without_method(path);
  Node* node = &root_;  // null once the path has left the trie
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const std::size_t end = path.find('/');
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    if (segment.empty()) continue;
    std::string_view name = wildcard_;
    if (node != nullptr) node = child_of(*node, segment, name);
    out += '/';
    out += name;
  }
  if (out.empty()) out += '/';
}

// be made.
RouteTrie::Node* RouteTrie::child_of(Node& node, std::string_view segment, std::string_view& name) {
  if (node.collapsed) {
    name = wildcard_;
    return node.children.begin()->second.get();
  }
  if (segment.size() > kMaxSegmentBytes) segment = wildcard_;
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
