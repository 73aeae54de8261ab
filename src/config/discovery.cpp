// SPDX-License-Identifier: Apache-2.0
#include "config/discovery.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace obi::config {
namespace {

// Collectors and agents, this one included, which would only trace their own exports.
constexpr std::string_view kDefaultExcludedPaths =
    "{*/obi,obi,*ebpf-instrument,*k8s-cache,*beyla,*alloy,*otelcol,*otelcol-contrib,*otelcol-contrib[!/]*}";
constexpr std::string_view kDefaultExcludedNamespaces =
    "{kube-system,kube-node-lease,local-path-storage,grafana-alloy,cert-manager,monitoring,gke-*,gatekeeper-system}";

constexpr std::array<std::string_view, 11> kMetadataKeys = {
    "k8s_namespace",        "k8s_pod_name", "k8s_deployment_name", "k8s_replicaset_name", "k8s_daemonset_name",
    "k8s_statefulset_name", "k8s_job_name", "k8s_cronjob_name",    "k8s_owner_name",      "k8s_container_name",
    "container_name"};

enum class Flavour { kGlob, kRegex };

class SelectorReader {
 public:
  SelectorReader(std::vector<std::string>& mistakes) : mistakes_(mistakes) {}

  std::vector<Selector> read(const Config& config, std::string_view path, Flavour flavour, bool needs_criterion) {
    std::vector<Selector> selectors;
    const YAML::Node list = config.object(path);
    if (!list.IsDefined() || list.IsNull()) return selectors;
    if (!list.IsSequence()) {
      mistakes_.push_back(fmt::format("{} ({}): must be a list of entries", path, config.origin(path)));
      return selectors;
    }
    flavour_ = flavour;
    for (std::size_t i = 0; i < list.size(); ++i) {
      where_ = fmt::format("{}[{}]", path, i);
      Selector selector;
      selector.origin = where_;
      if (!list[i].IsMap()) {
        mistake("must be a mapping of criteria");
        continue;
      }
      const std::size_t mistakes_before = mistakes_.size();
      for (const auto& pair : list[i]) take(selector, pair.first.as<std::string>(), pair.second);
      const bool well_formed = mistakes_.size() == mistakes_before;
      if (needs_criterion && well_formed && !selector.has_criterion()) {
        mistake("should define at least one selection criterion");
      }
      selectors.push_back(std::move(selector));
    }
    return selectors;
  }

  std::optional<Pattern> pattern(std::string_view text, Flavour flavour) {
    if (text.empty()) return std::nullopt;
    if (flavour == Flavour::kGlob) {
      auto glob = base::Glob::compile(text);
      if (glob) return Pattern(std::move(*glob));
      mistake(glob.error().message);
    } else {
      auto regex = base::Regex::compile(text);
      if (regex) return Pattern(std::move(*regex));
      mistake(regex.error().message);
    }
    return std::nullopt;
  }

  void set_where(std::string where) { where_ = std::move(where); }

 private:
  void mistake(std::string_view what) { mistakes_.push_back(fmt::format("{}: {}", where_, what)); }

  std::string scalar(const YAML::Node& node) {
    if (node.IsScalar()) return node.Scalar();
    if (!node.IsNull()) mistake("a plain value is expected");
    return {};
  }

  std::vector<std::string> scalars(const YAML::Node& node) {
    std::vector<std::string> items;
    if (node.IsScalar()) return split_list(node.Scalar());
    for (const YAML::Node& item : node) items.push_back(scalar(item));
    return items;
  }

  void take(Selector& selector, const std::string& key, const YAML::Node& node) {
    const std::string outer = std::exchange(where_, where_ + "." + key);
    if (key == "name") selector.name = scalar(node);
    else if (key == "namespace") selector.name_space = scalar(node);
    else if (key == "open_ports") take_ports(selector, node);
    else if (key == "exe_path") selector.exe_path = pattern(scalar(node), flavour_);
    else if (key == "exe_path_regexp" && flavour_ == Flavour::kRegex) {
      if (!selector.exe_path) selector.exe_path = pattern(scalar(node), flavour_);
    } else if (key == "languages") selector.languages = pattern(scalar(node), flavour_);
    else if (key == "cmd_args") selector.cmd_args = pattern(scalar(node), flavour_);
    else if (key == "target_pids") take_pids(selector, node);
    else if (key == "containers_only") take_containers_only(selector, node);
    else if (key == "exports") take_exports(selector, node);
    else if (key == "sampler") take_sampler(selector, node);
    else if (key == "routes") take_routes(selector, node);
    else if (key == "metrics") take_features(selector, node);
    else if (key == "k8s_pod_labels") take_patterns(selector.pod_labels, node);
    else if (key == "k8s_pod_annotations") take_patterns(selector.pod_annotations, node);
    else if (std::ranges::find(kMetadataKeys, key) != kMetadataKeys.end()) {
      if (auto compiled = pattern(scalar(node), flavour_)) selector.metadata.emplace(key, std::move(*compiled));
    } else mistake("unknown attribute");
    where_ = outer;
  }

  void take_ports(Selector& selector, const YAML::Node& node) {
    std::string text;
    for (const std::string& item : scalars(node)) text += item + ",";
    auto set = parse_int_set(text);
    if (!set) {
      mistake(set.error().message);
    } else if (!set->empty()) {
      selector.open_ports = std::move(*set);
    }
  }

  void take_pids(Selector& selector, const YAML::Node& node) {
    for (const std::string& item : scalars(node)) {
      const auto pid = parse_integer(item);
      if (pid && *pid > 0) {
        selector.target_pids.push_back(static_cast<std::uint32_t>(*pid));
      } else {
        mistake(fmt::format("'{}' is not a process id", item));
      }
    }
  }

  void take_containers_only(Selector& selector, const YAML::Node& node) {
    const auto flag = parse_boolean(scalar(node));
    if (flag) {
      selector.containers_only = *flag;
    } else {
      mistake(flag.error().message);
    }
  }

  void take_exports(Selector& selector, const YAML::Node& node) {
    if (node.IsNull()) return;
    model::ExportModes modes{.metrics = false, .traces = false, .logs = false};
    for (const std::string& item : scalars(node)) {
      if (item == "metrics") modes.metrics = true;
      else if (item == "traces") modes.traces = true;
      else if (item == "logs") modes.logs = true;
      else mistake(fmt::format("'{}' is not one of metrics, traces, logs", item));
    }
    selector.exports = modes;
  }

  void take_sampler(Selector& selector, const YAML::Node& node) {
    if (!node.IsMap()) return;
    selector.sampler = model::Sampler{.name = node["name"] ? scalar(node["name"]) : "",
                                      .argument = node["arg"] ? scalar(node["arg"]) : ""};
  }

  void take_routes(Selector& selector, const YAML::Node& node) {
    if (!node.IsMap()) return;
    if (node["incoming"]) selector.incoming_routes = scalars(node["incoming"]);
    if (node["outgoing"]) selector.outgoing_routes = scalars(node["outgoing"]);
  }

  void take_features(Selector& selector, const YAML::Node& node) {
    if (node.IsMap() && node["features"]) selector.features = scalars(node["features"]);
  }

  void take_patterns(std::map<std::string, Pattern>& patterns, const YAML::Node& node) {
    for (const auto& pair : node) {
      if (auto compiled = pattern(scalar(pair.second), flavour_)) {
        patterns.emplace(pair.first.as<std::string>(), std::move(*compiled));
      }
    }
  }

  std::vector<std::string>& mistakes_;
  std::string where_;
  Flavour flavour_ = Flavour::kGlob;
};

// The selector that the root keys and their environment variables make; nothing is set if none of them is.
Selector root_selector(const Config& config, SelectorReader& reader, bool deprecated) {
  Selector selector;
  selector.origin = "open_port, executable_path and their variables";
  reader.set_where("auto_target_exe");
  if (!deprecated) {
    selector.exe_path = reader.pattern(config.text("auto_target_exe"), Flavour::kGlob);
    selector.languages = reader.pattern(config.text("auto_target_language"), Flavour::kGlob);
  }
  if (!selector.exe_path && !selector.languages) {
    reader.set_where("executable_path");
    selector.exe_path = reader.pattern(config.text("executable_path"), Flavour::kRegex);
  }
  if (!config.int_set("open_port").empty()) selector.open_ports = config.int_set("open_port");
  selector.name = config.text("service_name");
  selector.name_space = config.text("service_namespace");
  return selector;
}

std::vector<Selector> default_exclusions(const Config& config, SelectorReader& reader, Flavour flavour) {
  const bool glob = flavour == Flavour::kGlob;
  const std::string_view path = glob ? "discovery.default_exclude_instrument" : "discovery.default_exclude_services";
  if (config.is_set(path)) return reader.read(config, path, flavour, false);
  std::vector<Selector> defaults(2);
  defaults[0].origin = defaults[1].origin = "the built-in exclusions";
  defaults[0].exe_path = reader.pattern(kDefaultExcludedPaths, Flavour::kGlob);
  defaults[1].metadata.emplace("k8s_namespace", *reader.pattern(kDefaultExcludedNamespaces, Flavour::kGlob));
  return defaults;
}

void append(std::vector<Selector>& to, std::vector<Selector> from) {
  std::ranges::move(from, std::back_inserter(to));
}

}  // namespace

bool Selector::has_criterion() const {
  return open_ports || exe_path || languages || cmd_args || !target_pids.empty() || containers_only || !metadata.empty() ||
         !pod_labels.empty() || !pod_annotations.empty();
}

Discovery read_discovery(const Config& config, std::vector<std::string>& mistakes, std::vector<std::string>& warnings) {
  SelectorReader reader(mistakes);
  Discovery discovery;
  discovery.poll_interval = config.duration("discovery.poll_interval");
  if (discovery.poll_interval.count() == 0) discovery.poll_interval = std::chrono::seconds(5);
  discovery.min_process_age = config.duration("discovery.min_process_age");

  const IntSet& pids = config.int_set("target_pids");
  if (!pids.empty()) {
    Selector selector;
    selector.origin = "target_pids";
    for (const auto& [first, last] : pids.ranges) {
      for (std::int64_t pid = first; pid <= last && selector.target_pids.size() < 65536; ++pid) {
        selector.target_pids.push_back(static_cast<std::uint32_t>(pid));
      }
    }
    selector.name = config.text("service_name");
    selector.name_space = config.text("service_namespace");
    discovery.instrument.push_back(std::move(selector));
    return discovery;
  }

  auto services = reader.read(config, "discovery.services", Flavour::kRegex, true);
  auto exclude_services = reader.read(config, "discovery.exclude_services", Flavour::kRegex, true);
  auto instrument = reader.read(config, "discovery.instrument", Flavour::kGlob, true);
  auto exclude_instrument = reader.read(config, "discovery.exclude_instrument", Flavour::kGlob, true);
  const bool deprecated = (!services.empty() || !exclude_services.empty()) && instrument.empty() && exclude_instrument.empty();
  if (!deprecated && !services.empty()) {
    warnings.emplace_back("discovery.services is ignored because discovery.instrument or exclude_instrument is set");
  }
  discovery.instrument = deprecated ? std::move(services) : std::move(instrument);
  Selector root = root_selector(config, reader, deprecated);
  if (root.has_criterion()) discovery.instrument.push_back(std::move(root));
  discovery.exclude = deprecated ? std::move(exclude_services) : std::move(exclude_instrument);
  append(discovery.exclude, default_exclusions(config, reader, deprecated ? Flavour::kRegex : Flavour::kGlob));
  return discovery;
}

}  // namespace obi::config
