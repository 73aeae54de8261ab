// SPDX-License-Identifier: Apache-2.0
// What the configuration says about which processes to instrument, resolved from `discovery`, the
// root selectors and their deprecated forms into one list of entries and one of exclusions.
// Immutable once read, so any thread may match.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/glob.hpp"
#include "config/config.hpp"
#include "model/service.hpp"

namespace obi::config {

/// A glob (`discovery.instrument`) or a regular expression (`discovery.services`).
class Pattern {
 public:
  explicit Pattern(base::Glob glob) : pattern_(std::move(glob)) {}
  explicit Pattern(base::Regex regex) : pattern_(std::move(regex)) {}
  [[nodiscard]] bool matches(std::string_view text) const {
    return std::visit([&](const auto& pattern) { return pattern.matches(text); }, pattern_);
  }
  [[nodiscard]] const std::string& text() const {
    return std::visit([](const auto& pattern) -> const std::string& { return pattern.text(); },
                      pattern_);
  }

 private:
  std::variant<base::Glob, base::Regex> pattern_;
};

/// One entry: every criterion that is set must hold.
struct Selector {
  std::string origin;  ///< for messages: "discovery.instrument[0]"
  std::optional<IntSet> open_ports;
  std::optional<Pattern> exe_path;
  std::optional<Pattern> languages;
  std::optional<Pattern> cmd_args;
  std::vector<std::uint32_t> target_pids;
  bool containers_only = false;
  std::map<std::string, Pattern> metadata;  ///< k8s_namespace, container_name, …
  std::map<std::string, Pattern> pod_labels;
  std::map<std::string, Pattern> pod_annotations;

  std::string name;  ///< given to the service; empty = not set
  std::string name_space;
  /// Where these two were set, if not in the entry: "service_name (env OTEL_SERVICE_NAME)".
  std::string name_origin;
  std::string name_space_origin;
  std::optional<model::ExportModes> exports;
  std::optional<model::Sampler> sampler;
  std::vector<std::string> incoming_routes;
  std::vector<std::string> outgoing_routes;
  std::optional<std::vector<std::string>> features;

  [[nodiscard]] bool has_criterion() const;
};

struct Discovery {
  /// Why application mode is off, so that no process is instrumented; empty if it is on.
  std::string switched_off;
  std::vector<Selector> instrument;  ///< empty: every process with a listening TCP port
  std::vector<Selector> exclude;
  /// OTEL_RESOURCE_ATTRIBUTES of the agent, for processes that don't set it themselves.
  std::string agent_attributes;
  std::chrono::nanoseconds poll_interval{};
  std::chrono::nanoseconds min_process_age{};
};

/// Resolved by these rules, the first that applies:
/// 1. `target_pids`: these processes, and nothing else counts, no exclusion either.
/// 2. `services` or `exclude_services`, without `instrument` and `exclude_instrument`: the
/// services,
///    and an entry made of executable_path and open_port; with the exclusions of that flavour.
/// 3. `instrument`, and an entry made of auto_target_exe, auto_target_language and open_port.
/// 4. That entry alone; if it has neither executable nor language, executable_path and open_port.
/// Mistakes are appended, a line each; warnings likewise.
Discovery read_discovery(const Config& config, std::vector<std::string>& mistakes,
                         std::vector<std::string>& warnings);

}  // namespace obi::config
