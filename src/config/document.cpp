// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "config/spelling.hpp"

namespace obi::config {
namespace {

constexpr int kMaxDepth = 32;  // the deepest key of the table has 7 levels
// Aliases of aliases grow exponentially; a long list of selectors has some thousand nodes.
constexpr int kMaxNodes = 100'000;

class Converter {
 public:
  Converter(const std::string& file, std::vector<std::string>& mistakes)
      : file_(file), mistakes_(mistakes) {}

  Node convert(const YAML::Node& yaml, int depth) {
    Node node;
    node.line = yaml.Mark().line + 1;
    if (too_much(node.line, depth)) return node;
    switch (yaml.Type()) {
      case YAML::NodeType::Scalar:
        node.kind = Node::Kind::kScalar;
        node.text = yaml.Scalar();
        break;
      case YAML::NodeType::Sequence:
        node.kind = Node::Kind::kSequence;
        for (const YAML::Node& item : yaml) node.children.push_back(convert(item, depth + 1));
        break;
      case YAML::NodeType::Map:
        node.kind = Node::Kind::kMapping;
        add_members(node, yaml, depth + 1);
        break;
      default: break;
    }
    return node;
  }

 private:
  void mistake(int line, std::string_view what) {
    mistakes_.push_back(fmt::format("{}:{}: {}", file_, line, what));
  }

  bool too_much(int line, int depth) {
    if (full_) return true;
    full_ = depth > kMaxDepth || ++nodes_ > kMaxNodes;
    if (full_) mistake(line, depth > kMaxDepth ? "nested too deep" : "too large");
    return full_;
  }

  // Keys that the mapping names itself win over merged ones, wherever `<<` stands.
  void add_members(Node& mapping, const YAML::Node& yaml, int depth) {
    std::vector<YAML::Node> merged;
    for (const auto& pair : yaml) {
      if (full_) return;
      const int line = pair.first.Mark().line + 1;
      if (!pair.first.IsScalar()) {
        mistake(line, "a key must be a plain value");
      } else if (pair.first.Scalar() == "<<") {
        merged.push_back(pair.second);
      } else if (mapping.find(pair.first.Scalar()) != nullptr) {
        mistake(line, fmt::format("the key {} is there twice", in_quotes(pair.first.Scalar())));
      } else {
        Node member = convert(pair.second, depth);
        member.name = pair.first.Scalar();
        member.line = line;
        mapping.children.push_back(std::move(member));
      }
    }
    for (const YAML::Node& source : merged) merge(mapping, source, depth);
  }

  // Of several sources the earlier one wins.
  void merge(Node& mapping, const YAML::Node& source, int depth) {
    if (source.IsSequence()) {
      for (const YAML::Node& item : source) merge(mapping, item, depth + 1);
    } else if (source.IsMap()) {
      for (Node& member : convert(source, depth).children) {
        if (mapping.find(member.name) == nullptr) mapping.children.push_back(std::move(member));
      }
    } else {
      mistake(source.Mark().line + 1, "'<<' needs a mapping or a list of mappings");
    }
  }

  const std::string& file_;
  std::vector<std::string>& mistakes_;
  int nodes_ = 0;
  bool full_ = false;
};

}  // namespace

const Node* Node::find(std::string_view member) const {
  const auto found = std::ranges::find(children, member, &Node::name);
  return found == children.end() || kind != Kind::kMapping ? nullptr : &*found;
}

Node parse_document(const std::string& text, const std::string& file,
                    std::vector<std::string>& mistakes) {
  try {
    return Converter(file, mistakes).convert(YAML::Load(text), 0);
  } catch (const YAML::Exception& error) {
    mistakes.push_back(fmt::format("{}:{}: {}", file, error.mark.line + 1, error.msg));
    return {};
  }
}

YAML::Node to_yaml(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kScalar: return YAML::Node(node.text);
    case Node::Kind::kSequence: {
      YAML::Node sequence(YAML::NodeType::Sequence);
      for (const Node& item : node.children) sequence.push_back(to_yaml(item));
      return sequence;
    }
    case Node::Kind::kMapping: {
      YAML::Node mapping(YAML::NodeType::Map);
      for (const Node& member : node.children) mapping[member.name] = to_yaml(member);
      return mapping;
    }
    default: return YAML::Node(YAML::NodeType::Null);
  }
}

}  // namespace obi::config
