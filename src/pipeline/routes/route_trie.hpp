// SPDX-License-Identifier: Apache-2.0
// Keeps the routes of one service few: a place in the path with more different segments than
// allowed becomes a wildcard. Memory is bounded: beyond kMaxNodes new segments become the
// wildcard, and so do segments of more than kMaxSegmentBytes. Not thread-safe.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace obi::pipeline {

class RouteTrie {
 public:
  static constexpr std::size_t kMaxNodes = 2048;
  static constexpr std::size_t kMaxSegmentBytes = 64;

  /// `max_children` 0 = no limit but kMaxNodes.
  RouteTrie(std::size_t max_children, char wildcard)
      : max_children_(max_children), wildcard_(1, wildcard) {}
  /// The route for a clustered path, into `out`. A method in front of the path is left out.
  void insert(std::string_view path, std::string& out);
  [[nodiscard]] std::size_t nodes() const { return nodes_; }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    bool collapsed = false;  ///< its only child is the wildcard
  };
  Node* child_of(Node& node, std::string_view segment, std::string_view& name);
  void collapse(Node& node);
  void merge(Node& into, Node& from);
  std::size_t max_children_;
  std::string wildcard_;
  Node root_;
  std::size_t nodes_ = 1;
};

}  // namespace obi::pipeline
