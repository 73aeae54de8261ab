// SPDX-License-Identifier: Apache-2.0
// A YAML document as a plain tree: aliases and `<<` merges resolved, bounded in size and depth. The
// only place that meets the YAML library, and its exceptions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace obi::config {

struct Node {
  enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMapping };
  Kind kind = Kind::kNull;
  std::string name;            ///< key of a mapping's member; else empty
  std::string text;            ///< of a scalar
  std::vector<Node> children;  ///< items or members, in the order of the file
  int line = 0;                ///< of the key, or of the item; from 1; 0 = not from a file

  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::kScalar; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::kSequence; }
  [[nodiscard]] bool is_mapping() const { return kind == Kind::kMapping; }
  /// The member of that name; null if there is none.
  [[nodiscard]] const Node* find(std::string_view member) const;
};

/// The first document of `text`; a null node if it is empty. Every mistake (syntax, a key that is
/// there twice, too deep, too large) is appended as "<file>:<line>: …".
Node parse_document(const std::string& text, const std::string& file,
                    std::vector<std::string>& mistakes);

/// For callers that read a shape of their own with the YAML library.
YAML::Node to_yaml(const Node& node);

}  // namespace obi::config
