// SPDX-License-Identifier: Apache-2.0
#include "config/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/features.hpp"
#include "config/selector_reader.hpp"

namespace obi::config {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kMaxTargetPids = 65536;
constexpr std::chrono::seconds kDefaultPollInterval{5};

// "auto_target_exe (env OTEL_EBPF_AUTO_TARGET_EXE), open_port (config.yaml:3)": those that are set.
std::string origin_of(const Config& config, std::initializer_list<std::string_view> paths) {
  std::string text;
  for (const std::string_view path : paths) {
    if (!config.is_set(path)) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", path, config.origin(path));
  }
  return text;
}

void name_service(const Config& config, Selector& selector) {
  selector.name = config.text("service_name");
  selector.name_space = config.text("service_namespace");
  selector.name_origin = origin_of(config, {"service_name"});
  selector.name_space_origin = origin_of(config, {"service_namespace"});
}

// The entry that the root keys make, out of auto_target_* or of executable_path.
Selector root_selector(const Config& config, SelectorReader& reader, Flavour flavour) {
  Selector selector;
  if (flavour == Flavour::kGlob) {
    selector.origin = origin_of(config, {"auto_target_exe", "auto_target_language", "open_port"});
    selector.exe_path = reader.read_pattern("auto_target_exe", flavour);
    selector.languages = reader.read_pattern("auto_target_language", flavour);
  } else {
    selector.origin = origin_of(config, {"executable_path", "open_port"});
    selector.exe_path = reader.read_pattern("executable_path", flavour);
  }
  if (!config.int_set("open_port").empty()) selector.open_ports = config.int_set("open_port");
  name_service(config, selector);
  return selector;
}

Selector pid_selector(const Config& config) {
  Selector selector;
  selector.origin = origin_of(config, {"target_pids"});
  for (const auto& [first, last] : config.int_set("target_pids").ranges) {
    for (auto pid = first; pid <= last && selector.target_pids.size() < kMaxTargetPids; ++pid) {
      selector.target_pids.push_back(static_cast<std::uint32_t>(pid));
    }
  }
  name_service(config, selector);
  return selector;
}

void append(std::vector<Selector>& to, std::vector<Selector> from) {
  std::ranges::move(from, std::back_inserter(to));
}

void add_if_any(std::vector<Selector>& to, Selector selector) {
  if (selector.has_criterion()) to.push_back(std::move(selector));
}

void warn_of_ignored(const Config& config, std::initializer_list<std::string_view> paths,
                     std::string_view winner, Lines& warnings) {
  for (const std::string_view path : paths) {
    const bool structured = find_key(path)->is_structured();
    if (!config.is_set(path) || (structured && config.node(path).children.empty())) continue;
    warnings.push_back(
        fmt::format("{} ({}): has no effect beside {}", path, config.origin(path), winner));
  }
}

void read_deprecated(const Config& config, SelectorReader& reader, Discovery& discovery) {
  discovery.instrument = reader.read("discovery.services", Flavour::kRegex);
  add_if_any(discovery.instrument, root_selector(config, reader, Flavour::kRegex));
  discovery.exclude = reader.read("discovery.exclude_services", Flavour::kRegex);
  append(discovery.exclude, reader.read("discovery.default_exclude_services", Flavour::kRegex));
}

void read_current(const Config& config, SelectorReader& reader, Discovery& discovery,
                  Lines& warnings) {
  discovery.instrument = reader.read("discovery.instrument", Flavour::kGlob);
  Selector root = root_selector(config, reader, Flavour::kGlob);
  const bool by_pattern = root.exe_path || root.languages;
  if (!discovery.instrument.empty() || by_pattern) {
    warn_of_ignored(config, {"executable_path"},
                    by_pattern ? "auto_target_exe or auto_target_language" : "discovery.instrument",
                    warnings);
  } else {
    root = root_selector(config, reader, Flavour::kRegex);
  }
  add_if_any(discovery.instrument, std::move(root));
  discovery.exclude = reader.read("discovery.exclude_instrument", Flavour::kGlob);
  append(discovery.exclude, reader.read("discovery.default_exclude_instrument", Flavour::kGlob));
}

bool has_entries(const Config& config, std::string_view path) {
  return !config.node(path).children.empty();
}

}  // namespace

bool Selector::has_criterion() const {
  return open_ports || exe_path || languages || cmd_args || !target_pids.empty() ||
         containers_only || !metadata.empty() || !pod_labels.empty() || !pod_annotations.empty();
}

Discovery read_discovery(const Config& config, Lines& mistakes, Lines& warnings) {
  SelectorReader reader(config, mistakes, warnings);
  Discovery discovery;
  discovery.switched_off = why_no_application_mode(config);
  if (!discovery.switched_off.empty())
    warnings.push_back(discovery.switched_off + ": no process is instrumented");
  discovery.poll_interval = config.duration("discovery.poll_interval");
  if (discovery.poll_interval.count() == 0) discovery.poll_interval = kDefaultPollInterval;
  discovery.min_process_age = config.duration("discovery.min_process_age");

  const bool current = has_entries(config, "discovery.instrument") ||
                       has_entries(config, "discovery.exclude_instrument");
  const bool deprecated = has_entries(config, "discovery.services") ||
                          has_entries(config, "discovery.exclude_services");
  if (!config.int_set("target_pids").empty()) {
    discovery.instrument.push_back(pid_selector(config));
    warn_of_ignored(config,
                    {"discovery.instrument", "discovery.exclude_instrument", "discovery.services",
                     "discovery.exclude_services", "auto_target_exe", "auto_target_language",
                     "executable_path", "open_port"},
                    "target_pids", warnings);
  } else if (deprecated && !current) {
    read_deprecated(config, reader, discovery);
    warn_of_ignored(config, {"auto_target_exe", "auto_target_language"}, "discovery.services",
                    warnings);
  } else {
    read_current(config, reader, discovery, warnings);
    warn_of_ignored(config, {"discovery.services", "discovery.exclude_services"},
                    "discovery.instrument and exclude_instrument", warnings);
  }
  return discovery;
}

}  // namespace obi::config
