// SPDX-License-Identifier: Apache-2.0
#include "config/selector_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/allowed.hpp"
#include "config/features.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_pipeline.hpp"
#include "config/spelling.hpp"

namespace obi::config {
namespace {

constexpr std::array kFields = {
    SelectorField{"open_ports", "ports", "a TCP port that the process listens on"},
    SelectorField{"exe_path", "pattern", "full path of the executable"},
    SelectorField{"exe_path_regexp", "pattern",
                  "deprecated, and only in the lists with regular expressions: exe_path"},
    SelectorField{"languages", "pattern",
                  "go, java, dotnet, python, ruby, nodejs, rust, php, cpp or generic"},
    SelectorField{"cmd_args", "pattern", "command line"},
    SelectorField{"target_pids", "list of integers", "process ids"},
    SelectorField{"containers_only", "boolean", "only processes inside containers"},
    SelectorField{"k8s_pod_labels", "mapping to patterns", "labels of the pod; all must match",
                  true},
    SelectorField{"k8s_pod_annotations", "mapping to patterns",
                  "annotations of the pod; all must match", true},
    SelectorField{"name", "text", "deprecated: service.name"},
    SelectorField{"namespace", "text", "deprecated: service.namespace"},
    SelectorField{"exports", "list",
                  "signals that leave for the service: metrics, traces, logs; [] = none"},
    SelectorField{"sampler", "{name, arg}", "sampler of the service's traces"},
    SelectorField{"routes", "{incoming, outgoing}",
                  "route patterns of the service's own requests and calls"},
    SelectorField{"metrics", "{features}", "metrics.features of the service"},
};

constexpr std::array<std::string_view, 11> kMetadata = {
    "k8s_namespace",      "k8s_pod_name",         "k8s_deployment_name", "k8s_replicaset_name",
    "k8s_daemonset_name", "k8s_statefulset_name", "k8s_job_name",        "k8s_cronjob_name",
    "k8s_owner_name",     "k8s_container_name",   "container_name"};

constexpr std::int64_t kMaxPort = 65535;

// What doesn't compile is a mistake that the loader reports.
template <typename Matcher>
std::optional<Pattern> compiled(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto matcher = Matcher::compile(text);
  if (!matcher) return std::nullopt;
  return Pattern(std::move(*matcher));
}

}  // namespace

std::span<const SelectorField> selector_fields() { return kFields; }
std::span<const std::string_view> metadata_fields() { return kMetadata; }

std::vector<Selector> SelectorReader::read(const SelectorsKey& key, Flavour flavour) {
  flavour_ = flavour;
  is_from_user_ = config_.is_set(key);
  const std::string origin = config_.origin(key);
  file_ = origin.substr(0, origin.find_last_of(':'));
  std::vector<Selector> selectors;
  for (const Node& entry : config_.get(key).children) {
    entry_ = fmt::format("{}[{}]", key.path, selectors.size());
    Selector& selector = selectors.emplace_back();
    selector.origin = entry_;
    read_entry(selector, entry);
  }
  return selectors;
}

void SelectorReader::read_entry(Selector& selector, const Node& entry) {
  if (!entry.is_mapping()) return mistake(entry, "must be a mapping of criteria");
  const std::size_t mistakes = mistakes_.size();
  for (const Node& field : entry.children) take(selector, field);
  if (mistakes_.size() != mistakes) return;
  warn_of_what_comes_later(selector, entry);
  if (!selector.has_criterion()) {
    mistake(entry, "needs at least one criterion, such as exe_path, open_ports or languages");
  }
}

// A criterion that can't be looked at is met by no process; features stay without effect.
void SelectorReader::warn_of_what_comes_later(const Selector& selector, const Node& entry) {
  if (!is_from_user_) return;
  for (const Node& field : entry.children) {
    const auto known = std::ranges::find(kFields, field.name, &SelectorField::name);
    const bool is_later = known != kFields.end()
                              ? known->is_later
                              : std::ranges::find(kMetadata, field.name) != kMetadata.end();
    const bool is_unset = field.is_scalar() ? field.text.empty() : field.children.empty();
    if (!is_later || is_unset) continue;
    warn(field, "this version doesn't have that criterion yet, so the entry matches no process");
  }
  const Node* metrics = entry.find("metrics");
  for (const std::string& feature : selector.features.value_or(std::vector<std::string>{})) {
    if (is_built_feature(feature)) continue;
    warn(*metrics,
         fmt::format("this version doesn't have {} yet, so it has no effect", in_quotes(feature)));
  }
  if (selector.exports && selector.exports->logs && entry.find("exports") != nullptr)
    warn(*entry.find("exports"), "this version has no logs yet, so \"logs\" has no effect");
}

void SelectorReader::warn_of_others(const Node& node,
                                    std::initializer_list<std::string_view> known) {
  for (const Node& member : node.children) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    warn(node, fmt::format("there is no such key {}, it is ignored{}", in_quotes(member.name),
                           suggestion(nearest(member.name, std::vector(known)))));
  }
}

void SelectorReader::warn(const Node& node, std::string_view what) {
  warnings_.push_back(fmt::format("{}: {}", where(node), what));
}

std::optional<Pattern> SelectorReader::read_pattern(const GlobKey& key) {
  return compiled<base::Glob>(config_.get(key));
}

std::optional<Pattern> SelectorReader::read_pattern(const RegexKey& key) {
  return compiled<base::Regex>(config_.get(key));
}

void SelectorReader::take(Selector& selector, const Node& node) {
  if (node.is_null()) return;
  if (!take_criterion(selector, node) && !take_pattern(selector, node) &&
      !take_setting(selector, node)) {
    take_unknown(node);
  }
}

bool SelectorReader::take_criterion(Selector& selector, const Node& node) {
  if (node.name == "open_ports") {
    selector.open_ports = ports(node);
  } else if (node.name == "target_pids") {
    selector.target_pids = pids(node);
  } else if (node.name == "containers_only") {
    const auto flag = parse_boolean(scalar(node));
    if (!flag) mistake(node, flag.error().message);
    selector.containers_only = flag.value_or(false);
  } else {
    return false;
  }
  return true;
}

bool SelectorReader::take_pattern(Selector& selector, const Node& node) {
  if (node.name == "exe_path") {
    selector.exe_path = compile(node);
  } else if (node.name == "exe_path_regexp" && flavour_ == Flavour::kRegex) {
    auto pattern = compile(node);
    if (!selector.exe_path) selector.exe_path = std::move(pattern);
  } else if (node.name == "languages") {
    selector.languages = compile(node);
  } else if (node.name == "cmd_args") {
    selector.cmd_args = compile(node);
  } else if (node.name == "k8s_pod_labels") {
    selector.pod_labels = patterns(node);
  } else if (node.name == "k8s_pod_annotations") {
    selector.pod_annotations = patterns(node);
  } else if (std::ranges::find(kMetadata, node.name) != kMetadata.end()) {
    if (auto pattern = compile(node)) selector.metadata.emplace(node.name, std::move(*pattern));
  } else {
    return false;
  }
  return true;
}

bool SelectorReader::take_setting(Selector& selector, const Node& node) {
  if (node.name == "name") {
    selector.name = scalar(node);
  } else if (node.name == "namespace") {
    selector.name_space = scalar(node);
  } else if (node.name == "exports") {
    selector.exports = exports(node);
  } else if (node.name == "sampler") {
    selector.sampler = sampler(node);
  } else if (node.name == "routes") {
    take_routes(selector, node);
  } else if (node.name == "metrics") {
    take_features(selector, node);
  } else {
    return false;
  }
  return true;
}

void SelectorReader::take_unknown(const Node& node) {
  std::vector<std::string_view> known(kMetadata.begin(), kMetadata.end());
  for (const SelectorField& field : kFields) known.push_back(field.name);
  mistake(node, "there is no such criterion" + suggestion(nearest(node.name, known)));
}

std::optional<Pattern> SelectorReader::compile(const Node& node) {
  const std::string text = scalar(node);
  if (text.empty()) return std::nullopt;
  const auto compiled = [&](auto pattern) -> std::optional<Pattern> {
    if (pattern) return Pattern(std::move(*pattern));
    mistake(node, pattern.error().message);
    return std::nullopt;
  };
  return flavour_ == Flavour::kGlob ? compiled(base::Glob::compile(text))
                                    : compiled(base::Regex::compile(text));
}

std::map<std::string, Pattern> SelectorReader::patterns(const Node& node) {
  std::map<std::string, Pattern> patterns;
  if (!node.is_mapping()) mistake(node, "must be a mapping of names to patterns");
  for (const Node& member : node.children) {
    if (auto pattern = compile(member)) patterns.emplace(member.name, std::move(*pattern));
  }
  return patterns;
}

std::optional<IntSet> SelectorReader::ports(const Node& node) {
  std::string text;
  for (const std::string& item : scalars(node)) text += item + ",";
  auto set = parse_int_set(text);
  if (!set) {
    mistake(node, set.error().message);
    return std::nullopt;
  }
  if (set->empty()) return std::nullopt;
  if (set->ranges.back().second > kMaxPort) mistake(node, "must be within 0..65535");
  return std::move(*set);
}

std::vector<std::uint32_t> SelectorReader::pids(const Node& node) {
  std::vector<std::uint32_t> pids;
  for (const std::string& item : scalars(node)) {
    const auto pid = parse_integer(item);
    if (!pid || *pid <= 0) {
      mistake(node, fmt::format("{} is not a process id", in_quotes(item)));
    } else {
      pids.push_back(static_cast<std::uint32_t>(*pid));
    }
  }
  return pids;
}

std::optional<model::ExportModes> SelectorReader::exports(const Node& node) {
  model::ExportModes modes{.metrics = false, .traces = false, .logs = false};
  for (const std::string& item : scalars(node)) {
    if (item == "metrics") {
      modes.metrics = true;
    } else if (item == "traces") {
      modes.traces = true;
    } else if (item == "logs") {
      modes.logs = true;
    } else {
      mistake(node, fmt::format("{} is not one of metrics, traces, logs", in_quotes(item)));
    }
  }
  return modes;
}

std::optional<model::Sampler> SelectorReader::sampler(const Node& node) {
  if (!node.is_mapping()) {
    mistake(node, "must be a mapping of name and arg");
    return std::nullopt;
  }
  model::Sampler sampler;
  warn_of_others(node, {"name", "arg"});
  for (const Node& member : node.children) {
    if (member.name == "name") sampler.name = scalar(member);
    if (member.name == "arg") sampler.argument = scalar(member);
  }
  const Key& key = key::kOtlpTracesSamplerName;
  if (!find_choice(key, sampler.name)) {
    warnings_.push_back(fmt::format("{}: {} is not one of {}; parentbased_always_on is used",
                                    where(node), in_quotes(sampler.name), allowed_text(key)));
    sampler = {.name = "parentbased_always_on", .argument = {}};
  }
  return sampler;
}

void SelectorReader::take_routes(Selector& selector, const Node& node) {
  if (!node.is_mapping()) return mistake(node, "must be a mapping of incoming and outgoing");
  warn_of_others(node, {"incoming", "outgoing"});
  if (const Node* incoming = node.find("incoming")) selector.incoming_routes = scalars(*incoming);
  if (const Node* outgoing = node.find("outgoing")) selector.outgoing_routes = scalars(*outgoing);
}

void SelectorReader::take_features(Selector& selector, const Node& node) {
  const Node* features = node.find("features");
  if (!node.is_mapping() || features == nullptr) return mistake(node, "must have `features`");
  warn_of_others(node, {"features"});
  const Key& key = key::kMetricsFeatures;
  selector.features.emplace();
  for (const std::string& item : scalars(*features)) {
    if (auto choice = find_choice(key, item)) {
      selector.features->push_back(std::move(*choice));
    } else {
      mistake(*features, fmt::format("{} is not one of {}", in_quotes(item), allowed_text(key)));
    }
  }
}

std::string SelectorReader::scalar(const Node& node) {
  if (!node.is_scalar() && !node.is_null()) mistake(node, "must be one plain value");
  return node.text;
}

std::vector<std::string> SelectorReader::scalars(const Node& node) {
  std::vector<std::string> items;
  if (node.is_mapping()) mistake(node, "must be a list");
  if (node.is_scalar()) items = split_list(node.text);
  if (node.is_sequence()) {
    for (const Node& item : node.children) items.push_back(scalar(item));
  }
  for (std::string& item : items) item = trim(item);
  std::erase(items, "");
  return items;
}

std::string SelectorReader::where(const Node& node) const {
  const std::string path = node.name.empty() ? entry_ : entry_ + "." + node.name;
  return node.line > 0 ? fmt::format("{} ({}:{})", path, file_, node.line) : path;
}

void SelectorReader::mistake(const Node& node, std::string_view what) {
  mistakes_.push_back(fmt::format("{}: {}", where(node), what));
}

}  // namespace obi::config
