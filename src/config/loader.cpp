// SPDX-License-Identifier: Apache-2.0
// Reads the sources in order of precedence: defaults, then YAML, then the environment.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "config/config.hpp"
#include "config/features.hpp"
#include "config/key_value.hpp"
#include "config/layout.hpp"
#include "config/old_names.hpp"
#include "config/shape.hpp"
#include "config/spelling.hpp"

namespace obi::config {
namespace {

constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;

// Null removes these sections altogether; others keep their defaults.
constexpr std::array<std::string_view, 2> kOptionalSections = {"routes", "name_resolver"};

}  // namespace

class Loader {
 public:
  Loader(Config& config, const Sources& sources, std::vector<std::string>& mistakes)
      : config_(config), sources_(sources), mistakes_(mistakes) {}

  void load() {
    config_.environment_ = sources_.environment;
    for (const Key& key : keys()) set_default(key);
    if (const auto text = read_text()) {
      const std::string substituted = substitute(*text, sources_.environment);
      take_document(parse_document(substituted, file_name(), mistakes_));
    }
    for (const Key& key : keys()) take_variable(key);
    check_attribute_select(config_, mistakes_, config_.warnings_);
    warn_of_what_has_no_effect();
    warn_of_values_that_come_later();
    warn_of_unknown_variables();
  }

 private:
  Config::Entry& entry(const Key& key) { return config_.entries_[std::string(key.path)]; }
  void warn(std::string line) { config_.warnings_.push_back(std::move(line)); }
  void mistake(std::string line) { mistakes_.push_back(std::move(line)); }

  [[nodiscard]] std::string file_name() const {
    return sources_.path.empty() ? "config" : sources_.path;
  }
  [[nodiscard]] std::string where(const Node& node) const {
    return fmt::format("{}:{}", file_name(), node.line);
  }

  void set_default(const Key& key) {
    if (key.is_structured()) {
      entry(key).node = parse_document(std::string(key.fallback), "default", mistakes_);
    } else if (auto parsed = parse_value(key, key.fallback)) {
      entry(key).value = std::move(parsed->value);
    } else {
      mistake(fmt::format("the default of {}: {}", key.path, parsed.error().message));
    }
  }

  std::optional<std::string> read_text() {
    if (sources_.text) return sources_.text;
    if (sources_.path.empty()) return std::nullopt;
    std::ifstream file(sources_.path, std::ios::binary);
    std::string text(kMaxFileBytes + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad() || (file.fail() && file.gcount() == 0 && !file.eof())) {
      mistake(fmt::format("can't read the configuration file {}: {}", sources_.path,
                          std::strerror(errno)));
      return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() <= kMaxFileBytes) return text;
    mistake(fmt::format("the configuration file {} is larger than 4 MiB", sources_.path));
    return std::nullopt;
  }

  void take_document(const Node& root) {
    if (root.is_null()) return;
    if (!root.is_mapping())
      return mistake(where(root) + ": the file must be a mapping of keys to values");
    if (const auto member = find_layout_2(root)) {
      const Node* at = root.find(member->substr(0, member->find('.')));
      return mistake(refuse_layout_2(*member, where(*at)));
    }
    take_section(root, "");
  }

  void take_section(const Node& section, const std::string& prefix) {
    for (const Node& member : section.children) take_member(prefix + member.name, member);
  }

  void take_member(const std::string& name, const Node& node) {
    const OldName* old = find_old_name(name, node);
    const std::string path = old != nullptr && !old->path.empty() ? std::string(old->path) : name;
    const Key* key = find_key(path);
    if (old != nullptr && old->is_milliseconds && node.is_scalar()) {
      Node duration = node;
      duration.text += "ms";
      take_value(*key, duration);
    } else if (key != nullptr && !key->is(kEnvironmentOnly)) {
      key->is_structured() ? take_structured(*key, node) : take_value(*key, node);
    } else if (is_section(path)) {
      take_section_value(path, node);
    } else {
      warn_of_unknown(path, node, key, old);
    }
  }

  void take_section_value(const std::string& path, const Node& node) {
    if (node.is_mapping()) {
      take_section(node, path + ".");
    } else if (!node.is_null()) {
      mistake(fmt::format("{} ({}): must be a mapping", path, where(node)));
    } else if (std::ranges::find(kOptionalSections, path) != kOptionalSections.end()) {
      config_.switched_off_.push_back(path);
    }
  }

  void warn_of_unknown(const std::string& path, const Node& node, const Key* key,
                       const OldName* old) {
    std::string hint = suggestion(nearest_key(path));
    if (old != nullptr) hint = fmt::format("; {}", old->hint);
    if (key != nullptr) hint = fmt::format("; set the variable {} instead", key->env);
    warn(fmt::format("{} ({}): there is no such key, it is ignored{}", path, where(node), hint));
  }

  // Members that the file doesn't name keep their default.
  void take_structured(const Key& key, const Node& node) {
    const bool wants_mapping = key.type == Type::kObject;
    if (!node.is_null() && (wants_mapping ? !node.is_mapping() : !node.is_sequence())) {
      const char* wanted = wants_mapping ? "a mapping" : "a list of entries";
      return mistake(fmt::format("{} ({}): must be {}", key.path, where(node), wanted));
    }
    Config::Entry& entry = this->entry(key);
    Node merged = node;
    if (node.is_mapping() && entry.node.is_mapping()) {
      for (const Node& member : entry.node.children) {
        if (merged.find(member.name) == nullptr) merged.children.push_back(member);
      }
    }
    entry.node = std::move(merged);
    entry.origin = where(node);
  }

  void take_value(const Key& key, const Node& node) {
    if (node.is_null() && !key.is_list()) return;
    put(key, parse_value(key, node), where(node));
  }

  // The first variable that is set and not empty counts.
  void take_variable(const Key& key) {
    for (const std::string& name : split_list(key.env)) {
      auto text = sources_.environment(name);
      if (!text || text->empty()) continue;
      if (key.is(kExpanded)) text = expand(*text, sources_.environment);
      if (key.is(kSubstituted)) text = substitute(*text, sources_.environment);
      if (key.is_structured()) {
        put_list(key, *text, name);
      } else if (!text->empty()) {
        put(key, parse_value(key, *text), "env " + name);
      }
      return;
    }
  }

  void put_list(const Key& key, const std::string& text, const std::string& name) {
    Node list{.kind = Node::Kind::kSequence, .name = {}, .text = {}, .children = {}, .line = 0};
    for (const std::string& item : split_list(text)) {
      Node child;
      child.kind = Node::Kind::kScalar;
      child.text = trim(item);
      list.children.push_back(std::move(child));
    }
    entry(key).node = std::move(list);
    entry(key).origin = "env " + name;
  }

  void put(const Key& key, base::Result<ParsedValue> parsed, const std::string& origin) {
    const auto line = [&](std::string_view what) {
      return fmt::format("{} ({}): {}", key.path, origin, what);
    };
    if (!parsed) {
      const std::string& what = parsed.error().message;
      if (!key.is(kLenient)) return mistake(line(what));
      return warn(line(fmt::format("{}; {} is used", what, config_.printed(key.path))));
    }
    for (const std::string& warning : parsed->warnings) warn(line(warning));
    entry(key).value = std::move(parsed->value);
    entry(key).origin = origin;
  }

  void warn_of_what_has_no_effect() {
    for (const Key& key : keys()) {
      if (!config_.is_set(key.path)) continue;
      if (key.is(kNoEffect)) {
        warn(
            fmt::format("{} ({}): has no effect: {}", key.path, config_.origin(key.path), key.doc));
      }
      if (!key.is(kLater)) continue;
      warn(fmt::format("{} ({}): this version doesn't have that feature yet, so it has no effect",
                       key.path, config_.origin(key.path)));
    }
  }

  // Keys that have an effect, but not with every value yet.
  void warn_of_values_that_come_later() {
    const auto warn_of_value = [&](std::string_view path, std::string_view value) {
      warn(fmt::format("{} ({}): this version doesn't have {} yet, so it has no effect", path,
                       config_.origin(path), in_quotes(value)));
    };
    for (const char* path :
         {"metrics.features", "otel_metrics_export.features", "prometheus_export.features"}) {
      for (const std::string& feature : config_.list(path)) {
        if (!is_built_feature(feature)) warn_of_value(path, feature);
      }
    }
  }

  void warn_of_unknown_variables() {
    static constexpr std::string_view kPrefix = "OTEL_EBPF_";
    std::vector<std::string_view> known = {"OTEL_EBPF_CONFIG_PATH"};
    for (const Key& key : keys()) {
      for (std::size_t begin = 0, end = 0; begin < key.env.size(); begin = end + 1) {
        end = std::min(key.env.find(',', begin), key.env.size());
        known.push_back(key.env.substr(begin, end - begin));
      }
    }
    for (const std::string& name : sources_.variables) {
      if (!name.starts_with(kPrefix) || name.starts_with("OTEL_EBPF_K8S_CACHE_")) continue;
      if (std::ranges::find(known, name) != known.end()) continue;
      warn(fmt::format("there is no variable {}, it is ignored{}", in_quotes(name),
                       suggestion(nearest(name, known))));
    }
  }

  Config& config_;
  const Sources& sources_;
  std::vector<std::string>& mistakes_;
};

Config Config::load(const Sources& sources, std::vector<std::string>& mistakes) {
  Config config;
  Loader(config, sources, mistakes).load();
  return config;
}

}  // namespace obi::config
