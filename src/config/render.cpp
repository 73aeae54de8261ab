// SPDX-License-Identifier: Apache-2.0
#include "config/render.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

namespace obi::config {
namespace {

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kText: return "text";
    case Type::kBoolean: return "boolean";
    case Type::kInteger: return "integer";
    case Type::kNumber: return "number";
    case Type::kDuration: return "duration";
    case Type::kTextList: return "list";
    case Type::kNumberList: return "list of numbers";
    case Type::kIntSet: return "numbers and ranges";
    case Type::kGlob: return "glob";
    case Type::kRegex: return "regex";
    case Type::kSelectors: return "list of selectors";
    case Type::kObject: return "object";
  }
  return "";
}

bool may_hold_secrets(const Key& key) { return key.path.ends_with(".headers"); }

// Leaves and sections in the order of the table, nested by the dots of their paths.
struct Section {
  std::vector<std::string> order;
  std::map<std::string, Section> children;
  const Key* key = nullptr;
};

void insert(Section& root, const Key& key) {
  Section* section = &root;
  std::string_view rest = key.path;
  while (true) {
    const std::string name(rest.substr(0, rest.find('.')));
    if (!section->children.contains(name)) section->order.push_back(name);
    section = &section->children[name];
    if (name.size() == rest.size()) break;
    rest.remove_prefix(name.size() + 1);
  }
  section->key = &key;
}

std::string scalar(const Key& key, const Config& config) {
  if (may_hold_secrets(key) && !config.text(key.path).empty()) return "'***'";
  YAML::Emitter out;
  switch (key.type) {
    case Type::kTextList:
      out << YAML::Flow << config.list(key.path);
      break;
    case Type::kNumberList: return fmt::format("[{}]", to_text(Value(config.numbers(key.path))));
    case Type::kIntSet: out << to_text(Value(config.int_set(key.path))); break;
    case Type::kBoolean: return config.boolean(key.path) ? "true" : "false";
    case Type::kInteger: return std::to_string(config.integer(key.path));
    case Type::kNumber: return fmt::format("{}", config.number(key.path));
    case Type::kDuration: return to_text(config.duration(key.path));
    case Type::kSelectors:
    case Type::kObject: {
      const YAML::Node node = config.object(key.path);
      if (!node.IsDefined()) return key.type == Type::kSelectors ? "[]" : "{}";
      YAML::Node copy = YAML::Clone(node);
      copy.SetStyle(YAML::EmitterStyle::Flow);
      out << YAML::Flow << copy;
      break;
    }
    default:
      if (config.text(key.path).empty()) return "\"\"";
      out << config.text(key.path);
  }
  std::string text = out.c_str();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

void render(const Section& section, int depth, const Config& config, std::string& out) {
  for (const std::string& name : section.order) {
    const Section& child = section.children.at(name);
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    if (child.key == nullptr) {
      out += fmt::format("{}{}:\n", indent, name);
      render(child, depth + 1, config, out);
      continue;
    }
    // Keys without a place in YAML are shown as comments: they come from the environment alone.
    const std::string_view mark = child.key->source == Source::kEnvironment ? "# " : "";
    out += fmt::format("{}{}{}: {}  # {}\n", indent, mark, name, scalar(*child.key, config), config.origin(child.key->path));
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string allowed_text(const Key& key) {
  std::string text(key.allowed);
  std::size_t at = 0;
  while ((at = text.find('|', at)) != std::string::npos) text.replace(at, 1, ", ");
  return text;
}

}  // namespace

std::string render_help() {
  std::string out = "Configuration keys (YAML path, variable, default):\n";
  for (const Key& key : keys()) {
    if (key.availability != Availability::kNow) continue;
    out += fmt::format("  {}\n      {}", key.source == Source::kEnvironment ? "(environment only)" : key.path, key.doc);
    if (!key.env.empty()) out += fmt::format(" [{}]", key.env);
    if (!key.fallback.empty()) out += fmt::format(" (default: {})", key.fallback);
    out += '\n';
  }
  return out;
}

std::string render_effective(const Config& config) {
  Section root;
  for (const Key& key : keys()) insert(root, key);
  std::string out;
  render(root, 0, config, out);
  return out;
}

std::string render_documentation() {
  std::string out =
      "# Configuration\n\n"
      "<!-- Made from the table in src/config/keys_*.cpp by `make docs`; don't edit. -->\n\n"
      "Values come from the environment, else from the YAML file (`--config FILE` or `OTEL_EBPF_CONFIG_PATH`), else from the\n"
      "defaults below. `${NAME}` and `${NAME:-default}` in the file are replaced by variables. A variable that is set but empty\n"
      "counts as unset. Where several variables are named, the first that is set counts. `ebpf-instrument config` prints the\n"
      "effective configuration with the origin of every value.\n\n"
      "Keys marked *later* are read and checked, but their feature is not built yet; setting one gives a warning.\n";
  std::string section;
  for (const Key& key : keys()) {
    const std::string_view top = key.path.substr(0, key.path.find('.'));
    const std::string heading(top == key.path ? "General" : top);
    if (heading != section) {
      section = heading;
      out += fmt::format("\n## {}\n\n| key | variables | type | default | allowed | what |\n|---|---|---|---|---|---|\n", section);
    }
    std::string variables;
    for (const std::string& name : split_list(key.env)) variables += (variables.empty() ? "`" : ", `") + name + "`";
    const bool hidden = key.source == Source::kEnvironment;
    out += fmt::format("| {}{}{} | {} | {} | {} | {} | {}{} |\n", hidden ? "(" : "`", key.path, hidden ? ")" : "`", variables,
                       type_name(key.type), escaped(key.fallback), escaped(allowed_text(key)),
                       key.availability == Availability::kLater ? "*later* – " : "", escaped(key.doc));
  }
  return out;
}

}  // namespace obi::config
