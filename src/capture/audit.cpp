// SPDX-License-Identifier: Apache-2.0
#include "capture/audit.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "capture/effects.hpp"
#include "capture/map_sizes.hpp"
#include "capture/programs.hpp"

namespace obi::capture {
namespace {

constexpr std::uint32_t kVerifierStatistics = 4;  // BPF_LOG_STATS, kernel 5.2+
constexpr std::size_t kStatisticsBytes = 16 * 1024;

// "processed 1234 insns (limit 1000000) …"
std::uint64_t instructions_in(const char* log) {
  const char* line = std::strstr(log, "processed ");
  unsigned long long count = 0;
  return line != nullptr && std::sscanf(line, "processed %llu insns", &count) == 1 ? count : 0;
}

// Each map's charge is in its fdinfo.
std::uint64_t bytes_of(int map_fd) {
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(map_fd));
  for (std::string key; info >> key;) {
    std::uint64_t value = 0;
    if (key == "memlock:" && info >> value) return value;
  }
  return 0;
}

std::string text_or(const char* text, const char* fallback) {
  return text != nullptr ? text : fallback;
}

}  // namespace

MapFacts facts_of(const bpf_map* map) {
  return {.name = bpf_map__name(map),
          .type = text_or(libbpf_bpf_map_type_str(bpf_map__type(map)), "unknown"),
          .max_entries = bpf_map__max_entries(map),
          .bytes = bytes_of(bpf_map__fd(map)),
          .estimated_bytes = estimated_bytes(shape_of(map), possible_cpus())};
}

void Programs::ask_for_statistics() {
  verifier_logs_.clear();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    std::vector<char>& log = verifier_logs_[program];
    log.assign(kStatisticsBytes, '\0');
    bpf_program__set_log_level(program, kVerifierStatistics);
    bpf_program__set_log_buf(program, log.data(), log.size());
  }
}

ProgramFacts Programs::facts_of(const bpf_program* program) const {
  ProgramFacts facts{
      .name = bpf_program__name(program),
      .hook = bpf_program__section_name(program),
      .type = text_or(libbpf_bpf_prog_type_str(bpf_program__type(program)), "unknown")};
  const std::span<const bpf_insn> code(bpf_program__insns(program), bpf_program__insn_cnt(program));
  for (const std::uint32_t helper : helpers_called(code))
    facts.helpers.push_back(helper_name(helper));
  facts.alters = alters(
      {.type = static_cast<std::uint32_t>(bpf_program__type(program)),
       .attach_type = static_cast<std::uint32_t>(bpf_program__expected_attach_type(program))},
      code);
  facts.loaded = bpf_program__fd(program) >= 0;
  if (const auto log = verifier_logs_.find(program); log != verifier_logs_.end())
    facts.verified_instructions = instructions_in(log->second.data());
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (facts.loaded && bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
    facts.jited_bytes = info.jited_prog_len;
  return facts;
}

std::vector<ProgramFacts> Programs::facts() const {
  std::vector<ProgramFacts> all;
  const bpf_program* program = nullptr;
  while ((program = bpf_object__next_program(object(), const_cast<bpf_program*>(program))) !=
         nullptr) {
    const bool left_out = std::ranges::find(left_out_, program) != left_out_.end();
    // What is neither is the one of two programs that this kernel doesn't need.
    if (bpf_program__fd(program) >= 0 || left_out) all.push_back(facts_of(program));
  }
  return all;
}

}  // namespace obi::capture
