// SPDX-License-Identifier: Apache-2.0
// An explanation as text for people. Nothing that a process chose itself gets out unchanged.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/value.hpp"
#include "inspect/explain.hpp"
#include "inspect/explain_words.hpp"
#include "inspect/printable.hpp"

namespace obi::inspect {
namespace {

constexpr std::size_t kMaxCommandLine = 120;

// "1h30m0s", cut to the unit.
template <typename Unit>
std::string to_the(std::chrono::nanoseconds duration) {
  return config::to_text(std::chrono::nanoseconds(std::chrono::floor<Unit>(duration)));
}

std::string place_of(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  std::string place = "not in a container";
  if (explanation.in_container) {
    place = process.container_id.empty() ? "in a container"
                                         : "in container " + process.container_id.substr(0, 12);
  }
  if (process.pid_namespace != 0) place += fmt::format(", pid namespace {}", process.pid_namespace);
  if (process.ns_pid != 0 && process.ns_pid != process.pid)
    place += fmt::format(", where it is pid {}", process.ns_pid);
  return place;
}

std::string executable_text(const Explanation& explanation) {
  const std::string& executable = explanation.process.program.executable;
  if (!executable.empty()) return printable(executable);
  return explanation.kind == ProcessKind::kUnreadable ? "its executable can't be read"
                                                      : "no executable";
}

std::string process_text(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  std::string text;
  if (explanation.asked_pid != process.pid)
    text += fmt::format("{} is a thread of:\n", explanation.asked_pid);
  text += fmt::format("pid {}: {}\n", process.pid, executable_text(explanation));
  if (!process.command_line.empty())
    text += fmt::format("  command line: {}\n", printable(process.command_line, kMaxCommandLine));
  const std::string owner = explanation.owner ? fmt::format("{}", *explanation.owner) : "?";
  text += fmt::format("  owner: uid {}, started {} ({} ago)\n", owner,
                      started_text(explanation.age), to_the<std::chrono::seconds>(explanation.age));
  const std::string parent = printable(explanation.parent_executable);
  text += fmt::format("  parent: {}{}{}\n", process.parent_pid, parent.empty() ? "" : " ", parent);
  return text + fmt::format("  place: {}\n", place_of(explanation));
}

std::string program_text(const ProgramFacts& program) {
  std::string text = fmt::format("  listens on: {}\n", ports_text(program.listening_ports));
  if (!program.executable.is_elf) {
    text += "  program: unknown, the executable can't be read as ELF\n";
  } else {
    text += fmt::format("  program: {}, {}-bit ELF, {} linked\n",
                        to_string(program.service.language), program.executable.is_32_bit ? 32 : 64,
                        program.linkage.is_static ? "statically" : "dynamically");
  }
  if (!program.linkage.tls_library.empty())
    text += fmt::format("  inside the executable: {}\n", program.linkage.tls_library);
  if (!program.libraries.empty())
    text += fmt::format("  libraries: {}\n",
                        printable(fmt::format("{}", fmt::join(program.libraries, ", "))));
  return text;
}

std::string entries_text(const ProgramFacts& program) {
  std::vector<SelectionReason> entries = program.instrument;
  entries.insert(entries.end(), program.exclude.begin(), program.exclude.end());
  std::size_t width = 0;
  for (const SelectionReason& entry : entries) width = std::max(width, entry.origin.size());
  std::string text;
  for (const SelectionReason& entry : entries) {
    text += fmt::format("  {:{}}  {}\n", entry.origin, width,
                        entry.matches ? "matches" : "no: " + entry.why_not);
  }
  return text;
}

std::string decision_text(const Explanation& explanation) {
  const discover::Selection& selection = explanation.selection;
  if (!explanation.is_certain)
    return fmt::format("\ninstrumented: can't be told, {}\n", selection.reason);
  if (!explanation.later)
    return fmt::format("\ninstrumented: {}, {}\n", selection.instrumented() ? "yes" : "no",
                       selection.reason);
  return fmt::format("\ninstrumented: not yet, {}; in {}: {}, {}\n", selection.reason,
                     to_the<std::chrono::milliseconds>(explanation.age_to_wait),
                     explanation.later->instrumented() ? "yes" : "no", explanation.later->reason);
}

std::string service_text(const ProgramFacts& program) {
  const model::Service& service = program.service;
  std::string text =
      fmt::format("\nservice: {} (from {})\n", printable(service.name), program.name_from);
  if (!service.name_space.empty())
    text += fmt::format("  namespace: {} (from {})\n", printable(service.name_space),
                        program.name_space_from);
  if (const auto signals = signals_of(service); signals.size() < kSignalCount)
    text += fmt::format("  exports: {}\n", signals.empty()
                                               ? "none, so nothing is told of it"
                                               : fmt::format("{}", fmt::join(signals, ", ")));
  return text;
}

std::string sight_text(const ProgramFacts& program, bool instrumented) {
  std::string text =
      instrumented ? fmt::format("seen by: {}; plain HTTP/1.x\n", program.seen_by) : "";
  if (program.not_seen.empty()) return text;
  text += instrumented ? "not seen:\n" : "\nwould not be seen, if it were instrumented:\n";
  for (const std::string& sentence : program.not_seen)
    text += fmt::format("  {}\n", printable(sentence));
  return text;
}

std::string unreadable_text(const std::vector<Unreadable>& parts) {
  std::string text = parts.empty() ? "" : "\nnot known, because this user may not read it:\n";
  for (const Unreadable& part : parts)
    text += fmt::format("  {} ({}: {})\n", part.fact, part.path,
                        part.capability.empty() ? "refused in spite of CAP_SYS_PTRACE"
                                                : "takes " + part.capability);
  return text;
}

}  // namespace

std::string render_text(const Explanation& explanation) {
  std::string text = process_text(explanation);
  const bool is_program = explanation.kind == ProcessKind::kProgram;
  if (is_program) text += program_text(explanation.program);
  text += decision_text(explanation);
  if (is_program) {
    const bool instrumented = explanation.later.value_or(explanation.selection).instrumented();
    text += entries_text(explanation.program);
    if (instrumented) text += service_text(explanation.program);
    text += sight_text(explanation.program, instrumented);
  }
  return text + unreadable_text(explanation.unreadable);
}

}  // namespace obi::inspect
