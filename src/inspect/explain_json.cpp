// SPDX-License-Identifier: Apache-2.0
// An explanation as JSON for scripts.
#include <nlohmann/json.hpp>

#include "inspect/explain.hpp"
#include "inspect/explain_words.hpp"

namespace obi::inspect {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

Json to_json(const discover::Selection& selection) {
  return {{"instrumented", selection.instrumented()},
          {"outcome", info(selection.outcome).name},
          {"reason", selection.reason}};
}

Json to_json(const std::vector<SelectionReason>& entries) {
  Json rows = Json::array();
  for (const SelectionReason& entry : entries) {
    rows.push_back({{"entry", entry.origin},
                    {"matches", entry.matches},
                    {"criterion", entry.criterion},
                    {"why_not", entry.why_not}});
  }
  return rows;
}

Json to_json(const std::vector<Unreadable>& parts) {
  Json rows = Json::array();
  for (const Unreadable& part : parts)
    rows.push_back({{"path", part.path}, {"fact", part.fact}, {"capability", part.capability}});
  return rows;
}

Json process_json(const Explanation& explanation) {
  const discover::Process& process = explanation.process;
  Json document = {{"pid", process.pid},
                   {"asked_pid", explanation.asked_pid},
                   {"kind", to_string(explanation.kind)},
                   {"executable", process.program.executable},
                   {"command_line", process.command_line},
                   {"owner_uid", nullptr},
                   {"started", started_text(explanation.age)},
                   {"age_seconds", seconds(explanation.age)},
                   {"parent_pid", process.parent_pid},
                   {"parent_executable", explanation.parent_executable},
                   {"in_container", explanation.in_container},
                   {"container_id", process.container_id},
                   {"pid_namespace", process.pid_namespace},
                   {"pid_in_namespace", process.ns_pid}};
  if (explanation.owner) document["owner_uid"] = *explanation.owner;
  return document;
}

Json program_json(const ProgramFacts& program) {
  const model::Service& service = program.service;
  return {{"listening_ports", program.listening_ports},
          {"language", to_string(service.language)},
          {"is_elf", program.executable.is_elf},
          {"is_32_bit", program.executable.is_32_bit},
          {"is_go", program.executable.is_go},
          {"is_static", program.linkage.is_static},
          {"tls_in_executable", program.linkage.tls_library},
          {"libraries", program.libraries},
          {"uses_io_uring", program.uses_io_uring},
          {"instrument", to_json(program.instrument)},
          {"exclude", to_json(program.exclude)},
          {"service",
           {{"name", service.name},
            {"name_from", program.name_from},
            {"namespace", service.name_space},
            {"namespace_from", program.name_space_from},
            {"exports", signals_of(service)}}},
          {"seen_by", program.seen_by},
          {"not_seen", program.not_seen}};
}

}  // namespace

std::string render_json(const Explanation& explanation) {
  Json document = process_json(explanation);
  document.update(to_json(explanation.selection));
  if (explanation.kind != ProcessKind::kProgram) document["outcome"] = to_string(explanation.kind);
  if (!explanation.is_certain) document["instrumented"] = nullptr;
  if (explanation.later) {
    document["age_to_wait_seconds"] = seconds(explanation.age_to_wait);
    document["later"] = to_json(*explanation.later);
  }
  if (explanation.kind == ProcessKind::kProgram) document.update(program_json(explanation.program));
  document["unreadable"] = to_json(explanation.unreadable);
  return text_of(document);
}

std::string render_json(std::uint32_t pid, const std::vector<std::string>& errors) {
  return text_of({{"pid", pid}, {"errors", errors}});
}

}  // namespace obi::inspect
