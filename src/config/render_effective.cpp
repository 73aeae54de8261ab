// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "config/key_tree.hpp"
#include "config/render.hpp"

namespace obi::config {
namespace {

constexpr std::string_view kMask = "***";

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\u{:04x}", byte);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

bool is_plain(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kNulls = {"null", "Null", "NULL", ""};
  return std::ranges::find(kNulls, text) == kNulls.end() && text[0] != '-' &&
         std::ranges::all_of(text, [](unsigned char c) {
           return c < 0x80 &&
                  (std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/' || c == '-');
         });
}

// Without "user:password@" and the query, in which backends want their tokens.
std::string without_credentials(std::string url) {
  if (url.starts_with("unix:")) return url;
  const std::size_t query = url.find('?');
  if (query != std::string::npos) url = url.substr(0, query + 1) + std::string(kMask);
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = url.substr(0, url.find('/', begin)).rfind('@');
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin) + std::string(kMask) + url.substr(at);
}

class ConfigPrinter {
 public:
  enum class Form { kYaml, kJson };
  ConfigPrinter(const Config& config, Form form) : config_(config), form_(form) {}

  [[nodiscard]] std::string value(const Key& key) const {
    if (key.is_structured()) return structured(key);
    switch (key.type) {
      case Type::kTextList: return list(std::get<std::vector<std::string>>(config_.value(key)));
      case Type::kNumberList:
        return fmt::format("[{}]",
                           fmt::join(std::get<std::vector<double>>(config_.value(key)), ", "));
      case Type::kBoolean:
      case Type::kInteger:
      case Type::kSize:
      case Type::kNumber: return config_.printed(key);
      default: return text(shown(key));
    }
  }

 private:
  [[nodiscard]] std::string shown(const Key& key) const {
    const std::string text = config_.printed(key);
    if (key.is(kSecret) && !text.empty()) return std::string(kMask);
    return key.path.ends_with("endpoint") ? without_credentials(text) : text;
  }

  [[nodiscard]] std::string text(std::string_view text) const {
    if (form_ == Form::kJson) return json_text(text);
    const std::string escaped = escape_references(text);
    return is_plain(escaped) ? escaped : json_text(escaped);
  }

  [[nodiscard]] std::string list(const std::vector<std::string>& items) const {
    std::vector<std::string> shown;
    for (const std::string& item : items) shown.push_back(text(item));
    return fmt::format("[{}]", fmt::join(shown, ", "));
  }

  [[nodiscard]] std::string structured(const Key& key) const {
    const Node& node = config_.node(key);
    if (node.is_null()) return key.type == Type::kObject ? "{}" : "[]";
    return flow(node);
  }

  [[nodiscard]] std::string flow(const Node& node) const {
    std::vector<std::string> parts;
    for (const Node& child : node.children) {
      parts.push_back(node.is_mapping() ? text(child.name) + ": " + flow(child) : flow(child));
    }
    switch (node.kind) {
      case Node::Kind::kScalar: return text(node.text);
      case Node::Kind::kSequence: return fmt::format("[{}]", fmt::join(parts, ", "));
      case Node::Kind::kMapping: return fmt::format("{{{}}}", fmt::join(parts, ", "));
      default: return "null";
    }
  }

  const Config& config_;
  Form form_;
};

void print_yaml(const Config& config, const KeyTree& tree, int depth, std::string& out) {
  const ConfigPrinter printer(config, ConfigPrinter::Form::kYaml);
  for (const KeyTree& child : tree.children) {
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
    if (child.key != nullptr) {
      out += fmt::format("{}: {}  # {}\n", child.name, printer.value(*child.key),
                         config.origin(*child.key));
    } else if (config.is_switched_off({child.path})) {
      out += fmt::format("{}: null\n", child.name);
    } else {
      out += fmt::format("{}:\n", child.name);
      print_yaml(config, child, depth + 1, out);
    }
  }
}

std::string print_json(const Config& config, const KeyTree& tree) {
  const ConfigPrinter printer(config, ConfigPrinter::Form::kJson);
  std::vector<std::string> members;
  for (const KeyTree& child : tree.children) {
    std::string value = "null";
    if (child.key != nullptr) {
      value = printer.value(*child.key);
    } else if (!config.is_switched_off({child.path})) {
      value = print_json(config, child);
    }
    members.push_back(json_text(child.name) + ": " + value);
  }
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

}  // namespace

std::string render_effective(const Config& config) {
  std::string out;
  print_yaml(config, key_tree(), 0, out);
  out += "# By variables only:\n";
  const ConfigPrinter printer(config, ConfigPrinter::Form::kYaml);
  std::vector<std::string_view> printed;
  for (const Key& key : keys()) {
    if (!key.is(kEnvironmentOnly) || std::ranges::find(printed, key.env) != printed.end()) continue;
    printed.push_back(key.env);
    out += fmt::format("# {}: {}  # {}\n", key.env.substr(0, key.env.find(',')), printer.value(key),
                       config.origin(key));
  }
  return out;
}

std::string render_json(const Config& config) {
  std::string out = print_json(config, key_tree());
  out.pop_back();
  const ConfigPrinter printer(config, ConfigPrinter::Form::kJson);
  for (const Key& key : keys()) {
    if (key.is(kEnvironmentOnly)) {
      out += fmt::format(", {}: {}", json_text(key.path), printer.value(key));
    }
  }
  return out + "}\n";
}

}  // namespace obi::config
