// SPDX-License-Identifier: Apache-2.0
// The two forms of an explanation.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/value.hpp"
#include "inspect/explain.hpp"

namespace obi::inspect {
namespace {

std::string_view in_words(model::NameOrigin origin) {
  switch (origin) {
    case model::NameOrigin::kOwnVariable: return "OTEL_SERVICE_NAME of the process";
    case model::NameOrigin::kResourceAttributes: return "service.name in OTEL_RESOURCE_ATTRIBUTES";
    case model::NameOrigin::kSelector: return "the configuration's entry";
    case model::NameOrigin::kExecutable: break;
  }
  return "the executable's name";
}

// To the second: "1h30m0s".
std::string age_text(std::chrono::nanoseconds age) {
  const std::chrono::nanoseconds rounded = std::chrono::floor<std::chrono::seconds>(age);
  return config::to_text(rounded);
}

std::string kind_of(const Explanation& explanation) {
  const binary::ExecutableFacts& facts = explanation.executable;
  if (!facts.is_elf) return "unknown: the executable can't be read as ELF";
  return fmt::format("{}, {}-bit ELF", to_string(explanation.service.language),
                     facts.is_32_bit ? 32 : 64);
}

std::string place_of(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  std::string place =
      explanation.in_container
          ? fmt::format("in container {}",
                        process.container_id.empty() ? "?" : process.container_id.substr(0, 12))
          : "not in a container";
  if (process.ns_pid != 0 && process.ns_pid != process.pid)
    place += fmt::format(", where it is pid {}", process.ns_pid);
  return place;
}

std::string entries_text(const Explanation& explanation) {
  std::vector<EntryVerdict> entries = explanation.instrument;
  entries.insert(entries.end(), explanation.exclude.begin(), explanation.exclude.end());
  std::size_t width = 0;
  for (const EntryVerdict& entry : entries) width = std::max(width, entry.origin.size());
  std::string text;
  for (const EntryVerdict& entry : entries) {
    text += fmt::format("  {:{}}  {}\n", entry.origin, width,
                        entry.matches ? "matches" : "no: " + entry.why_not);
  }
  return text;
}

std::string list_text(std::string_view title, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += fmt::format("  {}\n", item);
  return items.empty() ? text : fmt::format("{}:\n{}", title, text);
}

nlohmann::ordered_json to_json(const std::vector<EntryVerdict>& entries) {
  auto rows = nlohmann::ordered_json::array();
  for (const EntryVerdict& entry : entries)
    rows.push_back(
        {{"entry", entry.origin}, {"matches", entry.matches}, {"why_not", entry.why_not}});
  return rows;
}

}  // namespace

std::string render_text(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  const discover::Verdict& verdict = explanation.verdict;
  std::string text = fmt::format("pid {}: {}\n", process.pid, process.program.executable);
  text += fmt::format("  command line: {}\n", process.command_line);
  text += fmt::format("  parent {}, {} old, {}\n", process.parent_pid, age_text(explanation.age),
                      place_of(explanation));
  text += fmt::format("  listens on: {}\n",
                      explanation.listening_ports.empty()
                          ? std::string("no TCP port")
                          : fmt::format("{}", fmt::join(explanation.listening_ports, ", ")));
  text += fmt::format("  program: {}\n", kind_of(explanation));
  if (!explanation.libraries.empty())
    text += fmt::format("  libraries: {}\n", fmt::join(explanation.libraries, ", "));
  text += fmt::format("\ninstrumented: {}, {}\n", verdict.taken() ? "yes" : "no", verdict.reason);
  text += entries_text(explanation);
  if (verdict.taken()) {
    text += fmt::format("\nservice: {} (from {})\n", explanation.service.job(),
                        in_words(explanation.service.name_origin));
    text += "seen by: its socket calls, for plain HTTP/1.x\n";
    text += list_text("not seen", explanation.not_seen);
  }
  if (!explanation.unreadable.empty()) {
    text += fmt::format(
        "\nnot known, since this user may not read it in /proc/{} (that takes CAP_SYS_PTRACE): "
        "{}\n",
        process.pid, fmt::join(explanation.unreadable, ", "));
  }
  return text;
}

std::string render_json(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  const nlohmann::ordered_json document = {
      {"pid", process.pid},
      {"executable", process.program.executable},
      {"command_line", process.command_line},
      {"parent_pid", process.parent_pid},
      {"age_seconds", std::chrono::duration<double>(explanation.age).count()},
      {"in_container", explanation.in_container},
      {"container_id", process.container_id},
      {"pid_in_namespace", process.ns_pid},
      {"listening_ports", explanation.listening_ports},
      {"language", to_string(explanation.service.language)},
      {"is_32_bit", explanation.executable.is_32_bit},
      {"libraries", explanation.libraries},
      {"instrumented", explanation.verdict.taken()},
      {"outcome", discover::info(explanation.verdict.outcome).name},
      {"reason", explanation.verdict.reason},
      {"instrument", to_json(explanation.instrument)},
      {"exclude", to_json(explanation.exclude)},
      {"service",
       {{"name", explanation.service.name},
        {"namespace", explanation.service.name_space},
        {"name_from", in_words(explanation.service.name_origin)}}},
      {"not_seen", explanation.not_seen},
      {"unreadable", explanation.unreadable}};
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace obi::inspect
