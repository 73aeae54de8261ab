// SPDX-License-Identifier: Apache-2.0
// Finds the route pattern of a path. Patterns: `/a/:id`, `/a/{id}` (one segment), `/a/@:user` (a
// segment that starts with
// '@'), `/a/*` (the rest, also none). Earlier patterns win. Immutable after construction: any
// thread may match.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace obi::pipeline {

class PatternMatcher {
 public:
  explicit PatternMatcher(const std::vector<std::string>& patterns);
  /// The pattern's text, which lives as long as the matcher; empty if none matches.
  [[nodiscard]] std::string_view match(std::string_view path) const;
  [[nodiscard]] bool empty() const { return patterns_.empty(); }

 private:
  enum class Kind : unsigned char { kLiteral, kAny, kPrefix, kRest };
  struct Part {
    Kind kind;
    std::string text;  // literal or prefix
  };
  struct Pattern {
    std::string text;
    std::vector<Part> parts;
  };
  static bool matches(const Pattern& pattern, std::string_view path);
  std::vector<Pattern> patterns_;
};

}  // namespace obi::pipeline
