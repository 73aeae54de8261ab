// SPDX-License-Identifier: Apache-2.0
#include "inspect/explain.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ranges>

#include "discover/examination.hpp"
#include "inspect/agent_selection.hpp"
#include "inspect/mapped_libraries.hpp"

namespace obi::inspect {
namespace {

constexpr const char* kTraceCapability = "CAP_SYS_PTRACE";

using Field = std::string config::Selector::*;

// One of the two names of an entry, and where it was set.
struct NameFields {
  Field name;
  Field origin;
};
constexpr NameFields kName{&config::Selector::name, &config::Selector::name_origin};
constexpr NameFields kNameSpace{&config::Selector::name_space,
                                &config::Selector::name_space_origin};

std::string origin_text(model::NameOrigin origin, const discover::Selection& selection,
                        const NameFields& fields) {
  switch (origin) {
    case model::NameOrigin::kOwnVariable: return "OTEL_SERVICE_NAME of the process";
    case model::NameOrigin::kResourceAttributes: return "OTEL_RESOURCE_ATTRIBUTES of the process";
    case model::NameOrigin::kAgentAttributes: return "OTEL_RESOURCE_ATTRIBUTES of the agent";
    case model::NameOrigin::kSelector:
      for (const config::Selector* entry : std::views::reverse(selection.matches)) {
        if ((entry->*fields.name).empty()) continue;
        return (entry->*fields.origin).empty() ? entry->origin : entry->*fields.origin;
      }
      break;
    case model::NameOrigin::kMetadata: return "metadata of its container";
    case model::NameOrigin::kExecutable: break;
  }
  return "the executable's name";
}

ProgramFacts program_facts(const ExplainOptions& options, const discover::Proc& proc,
                           discover::Examination& examination,
                           const discover::Selection& selection) {
  const discover::Process& process = examination.process();
  const discover::AgentFacts agent{.host = options.host,
                                   .attributes = options.rules.agent_attributes,
                                   .environment = options.environment};
  ProgramFacts facts{.listening_ports = examination.listening_ports(),
                     .executable = examination.executable(),
                     .linkage = binary::read_linkage(proc.executable_link(process.pid)),
                     .libraries = relevant_libraries(examination.maps()),
                     .uses_io_uring = uses_io_uring(proc, process.pid),
                     .instrument = selection_reasons(options.rules.instrument, examination),
                     .exclude = selection_reasons(options.rules.exclude, examination),
                     .service = name_service(process, proc.environment(process.pid),
                                             examination.language(), selection.matches, agent),
                     .seen_by = seen_by(options.backend)};
  const model::Service& service = facts.service;
  facts.name_from = origin_text(service.name_origin, selection, kName);
  if (!service.name_space.empty()) {
    facts.name_space_from = origin_text(service.name_space_origin, selection, kNameSpace);
  }
  facts.not_seen = not_seen({.backend = options.backend,
                             .linkage = facts.linkage,
                             .libraries = facts.libraries,
                             .uses_io_uring = facts.uses_io_uring},
                            examination);
  return facts;
}

void explain_program(Explanation& explanation, const ExplainOptions& options,
                     discover::Examiner& examiner) {
  discover::Examination examination(examiner, explanation.process);
  AgentSelection found = select_as_agent(options.rules, examiner, examination);
  explanation.selection = std::move(found.selection);
  explanation.age_to_wait = found.age_to_wait;
  explanation.later = std::move(found.later);
  explanation.in_container = examination.in_container();
  const discover::Selection& lasting = explanation.later.value_or(explanation.selection);
  explanation.program = program_facts(options, examiner.proc(), examination, lasting);
  explanation.unreadable = unreadable_parts(examiner.proc(), explanation.process.pid);
  if (const auto pid = found.unreadable_ancestor; pid && !options.may_trace) {
    explanation.unreadable.push_back(
        {.path = examiner.proc().executable_link(*pid),
         .fact = "whether a process that it descends from is instrumented; "
                 "assumed not to be",
         .capability = kTraceCapability});
  }
}

void explain_other(Explanation& explanation, const ExplainOptions& options,
                   const discover::Proc& proc) {
  std::string& reason = explanation.selection.reason;
  switch (explanation.kind) {
    case ProcessKind::kProgram: return;
    case ProcessKind::kKernelThread:
      reason = "it is a kernel thread: no program, no requests";
      return;
    case ProcessKind::kEnded:
      reason = "it has ended, and its parent hasn't taken notice yet (a zombie)";
      return;
    case ProcessKind::kUnreadable: break;
  }
  explanation.is_certain = options.may_trace;
  reason = options.may_trace ? "what it runs can't be read, and so no agent can take it"
                             : "this user may not read what it runs";
  explanation.unreadable.push_back({.path = proc.executable_link(explanation.process.pid),
                                    .fact = "its program, and so whether it is instrumented",
                                    .capability = kTraceCapability});
}

base::Error no_such_process(std::uint32_t pid, const discover::Proc& proc) {
  const bool hidden =
      proc.root() == "/proc" && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
  if (!hidden) return {.message = fmt::format("there is no process {}", pid)};
  return {.message = fmt::format("process {} is hidden from this user: /proc is mounted with "
                                 "hidepid, and seeing it takes CAP_SYS_PTRACE",
                                 pid)};
}

}  // namespace

base::Result<Explanation> explain(std::uint32_t pid, const ExplainOptions& options) {
  const discover::Proc proc(options.proc_root);
  const std::uint32_t leader = read_status(proc, pid).leader;
  auto process = proc.read_anything(leader);
  if (!process) return std::unexpected(no_such_process(pid, proc));

  const ProcessStatus status = read_status(proc, leader);
  Explanation explanation{.asked_pid = pid,
                          .kind = kind_of(*process, status),
                          .process = std::move(*process),
                          .owner = status.owner};
  explanation.age = discover::age_of(explanation.process.program);
  if (const auto parent = proc.read_anything(explanation.process.parent_pid))
    explanation.parent_executable = parent->program.executable;
  if (explanation.kind == ProcessKind::kProgram) {
    discover::Examiner examiner(proc, static_cast<std::uint32_t>(getpid()));
    explain_program(explanation, options, examiner);
  } else {
    explain_other(explanation, options, proc);
  }
  if (options.may_trace) {
    for (Unreadable& part : explanation.unreadable) {
      if (part.capability == kTraceCapability) part.capability.clear();
    }
  }
  return explanation;
}

int Explanation::exit_code() const {
  if (!is_certain) return 2;
  return selection.instrumented() ? 0 : 1;
}

}  // namespace obi::inspect
