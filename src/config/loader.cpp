// SPDX-License-Identifier: Apache-2.0
// Reads the sources in order of precedence: defaults, then YAML, then the environment.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "config/config.hpp"

namespace obi::config {
namespace {

constexpr int kMaxDepth = 32;  // of nested YAML; the table's deepest key has 7 levels

bool is_null(const YAML::Node& node) { return !node.IsDefined() || node.IsNull(); }

bool is_structured(Type type) { return type == Type::kObject || type == Type::kSelectors; }

}  // namespace

class Loader {
 public:
  Loader(Config& config, const Sources& sources, std::vector<std::string>& mistakes)
      : config_(config), sources_(sources), mistakes_(mistakes) {}

  void load() {
    config_.environment_ = sources_.environment;
    read_defaults();
    if (auto text = read_text()) read_yaml(substitute(*text, sources_.environment));
    read_environment();
    warn_of_what_comes_later();
  }

 private:
  void read_defaults() {
    for (const Key& key : keys()) {
      auto value = parse_value(key, key.fallback);
      if (!value) value = Value(std::string());  // an empty default of a typed key: it is only ever asked when set
      config_.entries_[std::string(key.path)] = {.value = std::move(*value), .origin = {}};
    }
  }

  std::optional<std::string> read_text() {
    if (sources_.text) return sources_.text;
    if (sources_.path.empty()) return std::nullopt;
    std::ifstream file(sources_.path, std::ios::binary);
    if (!file) {
      mistakes_.push_back(fmt::format("can't read the configuration file {}: {}", sources_.path, std::strerror(errno)));
      return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  void read_yaml(const std::string& text) {
    try {
      const std::vector<YAML::Node> documents = YAML::LoadAll(text);
      if (documents.empty() || is_null(documents[0])) return;
      if (!documents[0].IsMap()) {
        mistakes_.push_back(where(documents[0]) + ": the file must be a mapping of keys to values");
        return;
      }
      walk(documents[0], "", 0);
    } catch (const YAML::Exception& error) {
      mistakes_.push_back(fmt::format("{}:{}: {}", file_name(), error.mark.line + 1, error.msg));
    }
  }

  [[nodiscard]] std::string file_name() const { return sources_.path.empty() ? "config" : sources_.path; }
  [[nodiscard]] std::string where(const YAML::Node& node) const {
    return fmt::format("{}:{}", file_name(), node.Mark().line + 1);
  }

  void walk(const YAML::Node& mapping, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) {
      mistakes_.push_back(where(mapping) + ": nested too deep");
      return;
    }
    std::set<std::string> seen;
    for (const auto& pair : mapping) {
      const auto name = pair.first.as<std::string>();
      if (name == "<<" && pair.second.IsMap()) {
        walk(pair.second, prefix, depth + 1);
        continue;
      }
      if (!seen.insert(name).second) {
        mistakes_.push_back(fmt::format("{}: the key '{}' is there twice", where(pair.first), prefix + name));
        continue;
      }
      take(prefix + name, pair.first, pair.second, depth);
    }
  }

  void take(const std::string& path, const YAML::Node& name, const YAML::Node& node, int depth) {
    if (take_seed_spelling(path, node)) return;
    const Key* key = find_key(path);
    if (key != nullptr && key->source == Source::kAny) {
      if (is_structured(key->type)) {
        take_object(*key, node);
      } else {
        take_value(*key, node);
      }
    } else if (is_section(path)) {
      if (is_null(node)) {
        config_.switched_off_.push_back(path);
      } else if (node.IsMap()) {
        walk(node, path + ".", depth + 1);
      } else {
        mistakes_.push_back(fmt::format("{}: '{}' must be a mapping", where(node), path));
      }
    } else {
      const std::string_view nearest = nearest_key(path);
      config_.warnings_.push_back(fmt::format("{}: there is no key '{}'{}", where(name), path,
                                              nearest.empty() ? "; it is ignored" : fmt::format("; did you mean '{}'?", nearest)));
    }
  }

  // Spellings of older documents that mean something else than the table's type says.
  bool take_seed_spelling(const std::string& path, const YAML::Node& node) {
    if (path == "prometheus_export.buckets" && node.IsSequence()) {
      take_value(*find_key("prometheus_export.buckets.duration_histogram"), node);
      return true;
    }
    if (path == "otel_metrics_export.interval_ms" && node.IsScalar()) {
      YAML::Node duration(node.Scalar() + "ms");
      take_value(*find_key("otel_metrics_export.interval"), duration, where(node));
      return true;
    }
    return false;
  }

  void take_object(const Key& key, const YAML::Node& node) {
    config_.objects_[std::string(key.path)] = std::make_shared<const YAML::Node>(node);
    config_.entries_[std::string(key.path)].origin = where(node);
  }

  void take_value(const Key& key, const YAML::Node& node, std::string origin = {}) {
    if (origin.empty()) origin = where(node);
    base::Result<Value> value = std::unexpected(base::Error{});
    if (is_null(node)) {
      if (key.type != Type::kTextList && key.type != Type::kNumberList) return;
      value = parse_items(key, {});
    } else if (node.IsSequence()) {
      value = items_of(key, node);
    } else if (node.IsScalar()) {
      value = parse_value(key, node.Scalar());
    } else {
      value = base::fail("must not be a mapping");
    }
    put(key, std::move(value), origin);
  }

  base::Result<Value> items_of(const Key& key, const YAML::Node& node) {
    if (key.type != Type::kTextList && key.type != Type::kNumberList && key.type != Type::kIntSet) {
      return base::fail("must be one value, not a list");
    }
    std::vector<std::string> items;
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) return base::fail("must be a list of plain values");
      items.push_back(item.Scalar());
    }
    return parse_items(key, items);
  }

  void put(const Key& key, base::Result<Value> value, const std::string& origin) {
    if (!value) {
      mistakes_.push_back(fmt::format("{} ({}): {}", key.path, origin, value.error().message));
      return;
    }
    config_.entries_[std::string(key.path)] = {.value = std::move(*value), .origin = origin};
  }

  // The first variable that is set and not empty counts.
  void read_environment() {
    for (const Key& key : keys()) {
      const auto names = split_list(key.env);
      for (std::size_t i = 0; i < names.size(); ++i) {
        auto text = sources_.environment(names[i]);
        if (!text || text->empty()) continue;
        put(key, parse_value(key, substitute(*text, sources_.environment)), "env " + names[i]);
        break;
      }
    }
  }

  void warn_of_what_comes_later() {
    for (const Key& key : keys()) {
      const Config::Entry& entry = config_.entries_[std::string(key.path)];
      if (key.availability == Availability::kNow || entry.origin.empty()) continue;
      config_.warnings_.push_back(
          fmt::format("{} ({}): this version doesn't have that feature yet; the setting has no effect", key.path, entry.origin));
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
