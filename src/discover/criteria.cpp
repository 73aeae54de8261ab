// SPDX-License-Identifier: Apache-2.0
#include "discover/criteria.hpp"

#include <algorithm>

namespace obi::discover {
namespace {

bool has_port(const config::IntSet& wanted, const std::vector<std::uint16_t>& ports) {
  return std::ranges::any_of(ports, [&](std::uint16_t port) { return wanted.contains(port); });
}

bool needs_metadata(const config::Selector& selector) {
  return !selector.metadata.empty() || !selector.pod_labels.empty() ||
         !selector.pod_annotations.empty();
}

bool all_match(const std::map<std::string, config::Pattern>& wanted,
               const ProcessMetadata::Texts& texts) {
  return std::ranges::all_of(wanted, [&](const auto& criterion) {
    const auto found = texts.find(criterion.first);
    return found != texts.end() && criterion.second.matches(found->second);
  });
}

bool meets_metadata(const config::Selector& selector, const ProcessMetadata* metadata) {
  if (!needs_metadata(selector)) return true;
  return metadata != nullptr && all_match(selector.metadata, metadata->fields) &&
         all_match(selector.pod_labels, metadata->pod_labels) &&
         all_match(selector.pod_annotations, metadata->pod_annotations);
}

bool matches(const config::Selector& selector, const Candidate& candidate) {
  return first_unmet(selector, candidate) == Criterion::kNone;
}

// Without regard to exclusions.
Selection select_before_exclusions(const config::Discovery& rules, const Candidate& candidate) {
  if (!rules.switched_off.empty())
    return {.outcome = Outcome::kNotSelected, .reason = rules.switched_off};
  std::vector<const config::Selector*> found;
  for (const config::Selector& selector : rules.instrument) {
    if (matches(selector, candidate)) found.push_back(&selector);
  }
  if (!found.empty()) {
    const std::string reason = "matches " + found.back()->origin;
    return {.outcome = Outcome::kSelected, .reason = reason, .matches = std::move(found)};
  }
  if (candidate.parent_is_instrumented) {
    return {.outcome = Outcome::kParentInstrumented, .reason = "its parent is instrumented"};
  }
  if (!rules.instrument.empty()) {
    return {.outcome = Outcome::kNotSelected, .reason = "no selector matches"};
  }
  if (candidate.listening_ports().empty()) {
    return {.outcome = Outcome::kNoPort,
            .reason = "it listens on no TCP port, and there is no selector"};
  }
  return {.outcome = Outcome::kListens,
          .reason = "it listens on a TCP port, and there is no selector"};
}

}  // namespace

bool is_in_container(const Process& process, const Process& agent) {
  if (!process.container_id.empty()) return process.container_id != agent.container_id;
  return process.pid_namespace != 0 && process.pid_namespace != agent.pid_namespace;
}

Selection select_process(const config::Discovery& rules, const Candidate& candidate) {
  Selection selection = select_before_exclusions(rules, candidate);
  if (!selection.instrumented()) return selection;
  for (const config::Selector& selector : rules.exclude) {
    if (matches(selector, candidate)) {
      return {.outcome = Outcome::kExcluded, .reason = "excluded by " + selector.origin};
    }
  }
  return selection;
}

Criterion first_unmet(const config::Selector& selector, const Candidate& candidate) {
  if (!selector.has_criterion()) return Criterion::kEmpty;
  if (!meets_metadata(selector, candidate.metadata)) return Criterion::kKubernetes;
  const Process& process = candidate.process;
  const auto& pids = selector.target_pids;
  if (!pids.empty() && std::ranges::find(pids, process.pid) == pids.end()) return Criterion::kPid;
  if (selector.containers_only && !candidate.in_container) return Criterion::kContainer;
  if (selector.exe_path && !selector.exe_path->matches(process.program.executable))
    return Criterion::kExecutable;
  if (selector.cmd_args && !selector.cmd_args->matches(process.command_line))
    return Criterion::kArguments;
  if (selector.open_ports && !has_port(*selector.open_ports, candidate.listening_ports()))
    return Criterion::kPorts;
  if (selector.languages && !selector.languages->matches(to_string(candidate.language())))
    return Criterion::kLanguage;
  return Criterion::kNone;
}

std::chrono::nanoseconds age_to_wait(const config::Discovery& rules, std::chrono::nanoseconds age,
                                     bool it_or_its_parent_is_instrumented) {
  if (it_or_its_parent_is_instrumented || age >= rules.min_process_age) return {};
  return rules.min_process_age - age;
}

bool depends_on_ports(const config::Discovery& rules) {
  const auto has_ports = [](const config::Selector& selector) {
    return selector.open_ports.has_value();
  };
  return rules.instrument.empty() || std::ranges::any_of(rules.instrument, has_ports) ||
         std::ranges::any_of(rules.exclude, has_ports);
}

}  // namespace obi::discover
