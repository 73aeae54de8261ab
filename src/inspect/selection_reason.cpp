// SPDX-License-Identifier: Apache-2.0
#include "inspect/selection_reason.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "config/value.hpp"
#include "inspect/printable.hpp"

namespace obi::inspect {
namespace {

using discover::Criterion;

constexpr std::size_t kMaxPids = 8;        // shown of a list
constexpr std::size_t kMaxArguments = 80;  // bytes shown of a command line
constexpr std::size_t kMaxPattern = 60;    // and of a pattern

std::string_view name_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::kPid: return "target_pids";
    case Criterion::kContainer: return "containers_only";
    case Criterion::kExecutable: return "exe_path";
    case Criterion::kArguments: return "cmd_args";
    case Criterion::kPorts: return "open_ports";
    case Criterion::kLanguage: return "languages";
    case Criterion::kKubernetes: return "kubernetes";
    case Criterion::kEmpty:
    case Criterion::kNone: break;
  }
  return "";
}

std::string shortened(const config::Pattern& pattern) {
  return printable(pattern.text(), kMaxPattern);
}

std::string pids_text(const std::vector<std::uint32_t>& pids) {
  const auto shown = std::span(pids).first(std::min(pids.size(), kMaxPids));
  return fmt::format("{}{}", fmt::join(shown, ", "), shown.size() < pids.size() ? ", …" : "");
}

std::string in_words(Criterion unmet, const config::Selector& selector,
                     discover::Examination& examination) {
  const discover::Process& process = examination.process();
  switch (unmet) {
    case Criterion::kNone: return "";
    case Criterion::kEmpty: return "it asks for nothing";
    case Criterion::kKubernetes:
      return "it asks for Kubernetes metadata, which this version doesn't know";
    case Criterion::kPid:
      return fmt::format("target_pids {}: it is {}", pids_text(selector.target_pids), process.pid);
    case Criterion::kContainer: return "containers_only: it isn't in a container";
    case Criterion::kExecutable:
      return fmt::format("exe_path '{}' doesn't match {}", shortened(*selector.exe_path),
                         printable(process.program.executable));
    case Criterion::kArguments:
      return fmt::format("cmd_args '{}' doesn't match '{}'", shortened(*selector.cmd_args),
                         printable(process.command_line, kMaxArguments));
    case Criterion::kPorts:
      return fmt::format("open_ports {}: it listens on {}",
                         config::to_text(config::Value(*selector.open_ports)),
                         ports_text(examination.listening_ports()));
    case Criterion::kLanguage: break;
  }
  return fmt::format("languages '{}': it is {}", shortened(*selector.languages),
                     to_string(examination.language()));
}

}  // namespace

std::vector<SelectionReason> selection_reasons(const std::vector<config::Selector>& entries,
                                               discover::Examination& examination) {
  std::vector<SelectionReason> reasons;
  for (const config::Selector& entry : entries) {
    const Criterion unmet = discover::first_unmet(entry, examination.candidate(false));
    reasons.push_back({.origin = entry.origin,
                       .matches = unmet == Criterion::kNone,
                       .criterion = std::string(name_of(unmet)),
                       .why_not = in_words(unmet, entry, examination)});
  }
  return reasons;
}

std::string ports_text(const std::vector<std::uint16_t>& ports) {
  return ports.empty() ? "no TCP port" : fmt::format("{}", fmt::join(ports, ", "));
}

}  // namespace obi::inspect
