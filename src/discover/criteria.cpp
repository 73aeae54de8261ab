// SPDX-License-Identifier: Apache-2.0
#include "discover/criteria.hpp"

#include <algorithm>

namespace obi::discover {
namespace {

bool has_port(const config::IntSet& wanted, const std::vector<std::uint16_t>& ports) {
  return std::ranges::any_of(ports, [&](std::uint16_t port) { return wanted.contains(port); });
}

// Cheap criteria first. Kubernetes metadata is not known here, so an entry that asks for it doesn't match.
bool matches(const config::Selector& selector, const Candidate& candidate) {
  if (!selector.has_criterion()) return false;
  if (!selector.metadata.empty() || !selector.pod_labels.empty() || !selector.pod_annotations.empty()) return false;
  const Process& process = candidate.process;
  if (!selector.target_pids.empty() && std::ranges::find(selector.target_pids, process.pid) == selector.target_pids.end()) {
    return false;
  }
  if (selector.containers_only && !candidate.in_container) return false;
  if (selector.exe_path && !selector.exe_path->matches(process.executable)) return false;
  if (selector.cmd_args && !selector.cmd_args->matches(process.command_line)) return false;
  if (selector.open_ports && !has_port(*selector.open_ports, candidate.listening_ports())) return false;
  return !selector.languages || selector.languages->matches(to_string(candidate.language()));
}

}  // namespace

Verdict judge(const config::Discovery& discovery, const Candidate& candidate) {
  Verdict verdict;
  for (const config::Selector& selector : discovery.exclude) {
    if (matches(selector, candidate)) {
      verdict.reason = "excluded by " + selector.origin;
      return verdict;
    }
  }
  for (const config::Selector& selector : discovery.instrument) {
    if (matches(selector, candidate)) verdict.matches.push_back(&selector);
  }
  if (!verdict.matches.empty()) {
    verdict.taken = true;
    verdict.reason = "matches " + verdict.matches.back()->origin;
  } else if (candidate.parent_is_taken) {
    verdict.taken = true;
    verdict.reason = "its parent is instrumented";
  } else if (!discovery.instrument.empty()) {
    verdict.reason = "no selector matches";
  } else if (candidate.listening_ports().empty()) {
    verdict.reason = "it listens on no TCP port, and there is no selector";
  } else {
    verdict.taken = true;
    verdict.reason = "it listens on a TCP port, and there is no selector";
  }
  return verdict;
}

}  // namespace obi::discover
