// SPDX-License-Identifier: Apache-2.0
#include "config/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/features.hpp"
#include "config/keys_agent.hpp"
#include "config/keys_discovery.hpp"
#include "config/selector_reader.hpp"

namespace obi::config {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kMaxTargetPids = 65536;
constexpr std::chrono::seconds kDefaultPollInterval{5};

// "auto_target_exe (env OTEL_EBPF_AUTO_TARGET_EXE), open_port (config.yaml:3)": those that are set.
std::string origin_of(const Config& config, std::initializer_list<Key> keys) {
  std::string text;
  for (const Key& key : keys) {
    if (!config.is_set(key)) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", key.path, config.origin(key));
  }
  return text;
}

void name_service(const Config& config, Selector& selector) {
  selector.name = config.get(key::kServiceName);
  selector.name_space = config.get(key::kServiceNamespace);
  selector.name_origin = origin_of(config, {key::kServiceName});
  selector.name_space_origin = origin_of(config, {key::kServiceNamespace});
}

// The entry that the root keys make, out of auto_target_* or of executable_path.
Selector root_selector(const Config& config, SelectorReader& reader, Flavour flavour) {
  Selector selector;
  if (flavour == Flavour::kGlob) {
    selector.origin =
        origin_of(config, {key::kAutoTargetExe, key::kAutoTargetLanguage, key::kOpenPort});
    selector.exe_path = reader.read_pattern(key::kAutoTargetExe);
    selector.languages = reader.read_pattern(key::kAutoTargetLanguage);
  } else {
    selector.origin = origin_of(config, {key::kExecutablePath, key::kOpenPort});
    selector.exe_path = reader.read_pattern(key::kExecutablePath);
  }
  if (const IntSet& ports = config.get(key::kOpenPort); !ports.empty()) selector.open_ports = ports;
  name_service(config, selector);
  return selector;
}

Selector pid_selector(const Config& config) {
  Selector selector;
  selector.origin = origin_of(config, {key::kTargetPids});
  for (const auto& [first, last] : config.get(key::kTargetPids).ranges) {
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

void warn_of_ignored(const Config& config, std::initializer_list<Key> keys, std::string_view winner,
                     Lines& warnings) {
  for (const Key& key : keys) {
    if (!config.is_set(key) || (key.is_structured() && config.is_empty(key))) continue;
    warnings.push_back(
        fmt::format("{} ({}): has no effect beside {}", key.path, config.origin(key), winner));
  }
}

void read_deprecated(const Config& config, SelectorReader& reader, Discovery& discovery) {
  discovery.instrument = reader.read(key::kServices, Flavour::kRegex);
  add_if_any(discovery.instrument, root_selector(config, reader, Flavour::kRegex));
  discovery.exclude = reader.read(key::kExcludeServices, Flavour::kRegex);
  append(discovery.exclude, reader.read(key::kDefaultExcludeServices, Flavour::kRegex));
}

void read_current(const Config& config, SelectorReader& reader, Discovery& discovery,
                  Lines& warnings) {
  discovery.instrument = reader.read(key::kInstrument, Flavour::kGlob);
  Selector root = root_selector(config, reader, Flavour::kGlob);
  const bool by_pattern = root.exe_path || root.languages;
  if (!discovery.instrument.empty() || by_pattern) {
    warn_of_ignored(config, {key::kExecutablePath},
                    by_pattern ? "auto_target_exe or auto_target_language" : "discovery.instrument",
                    warnings);
  } else {
    root = root_selector(config, reader, Flavour::kRegex);
  }
  add_if_any(discovery.instrument, std::move(root));
  discovery.exclude = reader.read(key::kExcludeInstrument, Flavour::kGlob);
  append(discovery.exclude, reader.read(key::kDefaultExcludeInstrument, Flavour::kGlob));
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
  discovery.agent_attributes = config.get(key::kResourceAttributes);
  discovery.poll_interval = config.get(key::kDiscoveryPollInterval);
  if (discovery.poll_interval.count() == 0) discovery.poll_interval = kDefaultPollInterval;
  discovery.min_process_age = config.get(key::kMinProcessAge);

  const bool current =
      !config.is_empty(key::kInstrument) || !config.is_empty(key::kExcludeInstrument);
  const bool deprecated =
      !config.is_empty(key::kServices) || !config.is_empty(key::kExcludeServices);
  if (!config.get(key::kTargetPids).empty()) {
    discovery.instrument.push_back(pid_selector(config));
    warn_of_ignored(
        config,
        {key::kInstrument, key::kExcludeInstrument, key::kServices, key::kExcludeServices,
         key::kAutoTargetExe, key::kAutoTargetLanguage, key::kExecutablePath, key::kOpenPort},
        "target_pids", warnings);
  } else if (deprecated && !current) {
    read_deprecated(config, reader, discovery);
    warn_of_ignored(config, {key::kAutoTargetExe, key::kAutoTargetLanguage}, "discovery.services",
                    warnings);
  } else {
    read_current(config, reader, discovery, warnings);
    warn_of_ignored(config, {key::kServices, key::kExcludeServices},
                    "discovery.instrument and exclude_instrument", warnings);
  }
  return discovery;
}

}  // namespace obi::config
