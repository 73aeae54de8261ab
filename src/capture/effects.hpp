// SPDX-License-Identifier: Apache-2.0
// What a BPF program is able to alter outside its own maps, found by its type and by the helpers
// it calls (include/uapi/linux/bpf.h). By allow-list: a type or helper that isn't known to only
// read counts as altering.
#pragma once
#include <linux/bpf.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace obi::capture {

struct ProgramKind {
  std::uint32_t type = BPF_PROG_TYPE_UNSPEC;            ///< enum bpf_prog_type
  std::uint32_t attach_type = BPF_CGROUP_INET_INGRESS;  ///< enum bpf_attach_type; tracing only
};

/// Numbers of the helpers that the instructions call.
std::set<std::uint32_t> helpers_called(std::span<const bpf_insn> instructions);
/// "bpf_map_lookup_elem"; "helper N" for one that these headers don't know.
std::string helper_name(std::uint32_t helper);
/// In words, such as "user memory" or "packets"; empty = the program can only read.
std::vector<std::string> alters(ProgramKind kind, std::span<const bpf_insn> instructions);

}  // namespace obi::capture
