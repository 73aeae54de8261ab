// SPDX-License-Identifier: Apache-2.0
#include "inspect/audit_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace obi::inspect {
namespace {

std::uint64_t bytes_of(const capture::Audit& audit) {
  return std::accumulate(
      audit.maps.begin(), audit.maps.end(), std::uint64_t{0},
      [](std::uint64_t sum, const capture::MapFacts& map) { return sum + map.bytes; });
}

bool only_reads(const capture::Audit& audit) {
  return std::ranges::all_of(audit.programs,
                             [](const auto& program) { return program.alters.empty(); });
}

template <typename Rows, typename Text>
std::size_t widest(const Rows& rows, Text text) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, text(row).size());
  return width;
}

std::string programs_text(const capture::Audit& audit) {
  const std::size_t width = widest(audit.programs, [](const auto& p) { return p.hook; });
  std::string text = fmt::format("{:{}}  {:>9} {:>7}  {}\n", "program's hook", width, "verified",
                                 "jited", "can alter");
  for (const capture::ProgramFacts& program : audit.programs) {
    if (!program.loaded) {
      text += fmt::format("{:{}}  {}\n", program.hook, width, "left out: not in this kernel");
      continue;
    }
    text += fmt::format(
        "{:{}}  {:>9} {:>7}  {}\n", program.hook, width, program.verified_instructions,
        program.jited_bytes,
        program.alters.empty() ? "nothing" : fmt::format("{}", fmt::join(program.alters, ", ")));
  }
  return text;
}

std::string maps_text(const capture::Audit& audit) {
  const std::size_t width = widest(audit.maps, [](const auto& map) { return map.name; });
  std::string text =
      fmt::format("{:{}}  {:14} {:>9} {:>10}\n", "map", width, "type", "entries", "bytes");
  for (const capture::MapFacts& map : audit.maps) {
    text += fmt::format("{:{}}  {:14} {:>9} {:>10}\n", map.name, width, map.type, map.max_entries,
                        map.bytes);
  }
  return text;
}

// Sets that are loaded show in their programs.
std::string left_out_text(const capture::Audit& audit) {
  std::string text;
  for (const capture::SetFacts& set : audit.sets) {
    if (!set.failure.empty())
      text += fmt::format("program set {} is left out: {}\n", set.name, set.failure);
  }
  return text.empty() ? text : text + '\n';
}

}  // namespace

std::string render_text(const capture::Audit& audit, capture::Backend backend) {
  return fmt::format(
      "capture by {}: {} programs, {:.1f} MiB of maps; {}\n\n{}{}\n{}", to_string(backend),
      std::ranges::count_if(audit.programs, &capture::ProgramFacts::loaded),
      static_cast<double>(bytes_of(audit)) / (1024.0 * 1024.0),
      only_reads(audit) ? "none can alter user memory, packets, sockets or control flow"
                        : "some can alter what they see",
      left_out_text(audit), programs_text(audit), maps_text(audit));
}

std::string render_json(const capture::Audit& audit, capture::Backend backend) {
  nlohmann::ordered_json document = {{"backend", to_string(backend)},
                                     {"only_reads", only_reads(audit)},
                                     {"map_bytes", bytes_of(audit)},
                                     {"sets", nlohmann::ordered_json::array()},
                                     {"programs", nlohmann::ordered_json::array()},
                                     {"maps", nlohmann::ordered_json::array()}};
  for (const capture::SetFacts& set : audit.sets) {
    document["sets"].push_back(
        {{"name", set.name}, {"loaded", set.failure.empty()}, {"failure", set.failure}});
  }
  for (const capture::ProgramFacts& program : audit.programs) {
    document["programs"].push_back({{"name", program.name},
                                    {"hook", program.hook},
                                    {"type", program.type},
                                    {"loaded", program.loaded},
                                    {"helpers", program.helpers},
                                    {"alters", program.alters},
                                    {"verified_instructions", program.verified_instructions},
                                    {"jited_bytes", program.jited_bytes}});
  }
  for (const capture::MapFacts& map : audit.maps) {
    document["maps"].push_back({{"name", map.name},
                                {"type", map.type},
                                {"max_entries", map.max_entries},
                                {"bytes", map.bytes}});
  }
  return document.dump(2) + '\n';
}

}  // namespace obi::inspect
