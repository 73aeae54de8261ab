// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/pattern_matcher.hpp"

namespace obi::pipeline {
namespace {

// Takes the next segment off `path`; false when there is none. One leading and one trailing '/'
// mean nothing.
bool next_segment(std::string_view& path, std::string_view& segment) {
  if (path.empty() || path == "/") return false;
  if (path.front() == '/') path.remove_prefix(1);
  const std::size_t end = path.find('/');
  segment = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  return true;
}

}  // namespace

PatternMatcher::PatternMatcher(const std::vector<std::string>& patterns) {
  for (const std::string& text : patterns) {
    Pattern pattern{.text = text, .parts = {}};
    std::string_view rest = text;
    std::string_view segment;
    while (next_segment(rest, segment)) {
      const std::size_t colon = segment.find(':');
      if (segment == "*") {
        pattern.parts.push_back({.kind = Kind::kRest, .text = {}});
        break;
      }
      if (segment.starts_with(':') || (segment.starts_with('{') && segment.ends_with('}'))) {
        pattern.parts.push_back({.kind = Kind::kAny, .text = {}});
      } else if (colon != std::string_view::npos) {
        pattern.parts.push_back(
            {.kind = Kind::kPrefix, .text = std::string(segment.substr(0, colon))});
      } else {
        pattern.parts.push_back({.kind = Kind::kLiteral, .text = std::string(segment)});
      }
    }
    patterns_.push_back(std::move(pattern));
  }
}

bool PatternMatcher::matches(const Pattern& pattern, std::string_view path) {
  std::string_view segment;
  for (const Part& part : pattern.parts) {
    if (part.kind == Kind::kRest) return true;
    if (!next_segment(path, segment)) return false;
    switch (part.kind) {
      case Kind::kLiteral:
        if (segment != part.text) return false;
        break;
      case Kind::kPrefix:
        if (segment.size() <= part.text.size() || !segment.starts_with(part.text)) return false;
        break;
      case Kind::kAny:
        if (segment.empty()) return false;
        break;
      case Kind::kRest: break;
    }
  }
  return !next_segment(path, segment);
}

// In the first place where two matching patterns differ, a literal beats a parameter and a
// parameter the rest; else the earlier pattern wins.
std::string_view PatternMatcher::match(std::string_view path) const {
  const Pattern* best = nullptr;
  for (const Pattern& pattern : patterns_) {
    if (!matches(pattern, path)) continue;
    if (best == nullptr) {
      best = &pattern;
      continue;
    }
    for (std::size_t i = 0; i < pattern.parts.size() && i < best->parts.size(); ++i) {
      const bool literal = pattern.parts[i].kind == Kind::kLiteral;
      const bool best_literal = best->parts[i].kind == Kind::kLiteral;
      const bool rest_later =
          best->parts[i].kind == Kind::kRest && pattern.parts[i].kind != Kind::kRest;
      if ((literal && !best_literal) || rest_later) best = &pattern;
      if (literal != best_literal || rest_later) break;
    }
  }
  return best == nullptr ? std::string_view() : std::string_view(best->text);
}

}  // namespace obi::pipeline
