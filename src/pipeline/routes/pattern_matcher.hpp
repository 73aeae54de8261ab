// SPDX-License-Identifier: Apache-2.0
// Finds the route pattern of a path. Patterns: `/a/:id`, `/a/{id}` (one segment), `/a/@:user` (a
// segment longer than '@' that starts with it), `/a/*` (the rest, also none). One leading and one
// trailing '/' mean nothing. Segment by segment, a literal is preferred and final; then parameters
// in the order of their definition, going back where they lead nowhere; then the rest.
// Immutable after construction: any thread may match. Time grows with the path, not with the
// number of literal patterns.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace obi::pipeline {

class PatternMatcher {
 public:
  explicit PatternMatcher(const std::vector<std::string>& patterns);
  /// The pattern's text, which lives as long as the matcher; empty if none matches.
  [[nodiscard]] std::string_view match(std::string_view path) const;
  [[nodiscard]] bool empty() const { return empty_; }

 private:
  struct Parameter;
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::vector<Parameter> parameters;
    std::string complete;  ///< text of the pattern that ends here; empty if none does
    std::string rest;      ///< text of the pattern that goes on with '*'
  };
  struct Parameter {
    std::string segment;  ///< as written
    std::string prefix;
    std::unique_ptr<Node> next;
  };
  void add(const std::string& pattern);
  static Node& parameter_of(Node& node, std::string_view segment, std::string_view prefix);
  static std::string_view match(const Node& node, std::string_view path);
  std::unique_ptr<Node> root_ = std::make_unique<Node>();
  bool empty_;
};

}  // namespace obi::pipeline
