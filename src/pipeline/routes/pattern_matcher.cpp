// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/pattern_matcher.hpp"

#include <algorithm>
#include <optional>

namespace obi::pipeline {
namespace {

// Takes the next segment off `path`; false when there is none.
bool next_segment(std::string_view& path, std::string_view& segment) {
  if (path.empty() || path == "/") return false;
  if (path.front() == '/') path.remove_prefix(1);
  const std::size_t end = path.find('/');
  segment = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  return true;
}

// What a segment must start with to be taken by this one of a pattern; nullopt if it is a literal.
std::optional<std::string_view> parameter_prefix(std::string_view segment) {
  if (segment.starts_with('{') && segment.ends_with('}')) return "";
  const std::size_t colon = segment.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return segment.substr(0, colon);
}

}  // namespace

PatternMatcher::PatternMatcher(const std::vector<std::string>& patterns)
    : empty_(patterns.empty()) {
  for (const std::string& pattern : patterns) add(pattern);
}

void PatternMatcher::add(const std::string& pattern) {
  Node* node = root_.get();
  std::string_view left = pattern;
  std::string_view segment;
  while (next_segment(left, segment)) {
    if (segment == "*") {
      if (node->rest.empty()) node->rest = pattern;
      return;
    }
    if (const auto prefix = parameter_prefix(segment)) {
      node = &parameter_of(*node, segment, *prefix);
      continue;
    }
    auto& next = node->literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  if (node->complete.empty()) node->complete = pattern;
}

PatternMatcher::Node& PatternMatcher::parameter_of(Node& node, std::string_view segment,
                                                   std::string_view prefix) {
  auto known = std::ranges::find(node.parameters, segment, &Parameter::segment);
  if (known != node.parameters.end()) return *known->next;
  node.parameters.push_back({.segment = std::string(segment),
                             .prefix = std::string(prefix),
                             .next = std::make_unique<Node>()});
  return *node.parameters.back().next;
}

std::string_view PatternMatcher::match(std::string_view path) const {
  return empty_ ? std::string_view() : match(*root_, path);
}

// No deeper than the longest pattern, and no node is visited twice.
std::string_view PatternMatcher::match(const Node& node, std::string_view path) {
  std::string_view segment;
  if (!next_segment(path, segment)) return node.complete.empty() ? node.rest : node.complete;
  const auto literal = node.literals.find(segment);
  if (literal != node.literals.end()) return match(*literal->second, path);
  for (const Parameter& parameter : node.parameters) {
    if (segment.size() <= parameter.prefix.size() || !segment.starts_with(parameter.prefix)) {
      continue;
    }
    const std::string_view found = match(*parameter.next, path);
    if (!found.empty()) return found;
  }
  return node.rest;
}

}  // namespace obi::pipeline
