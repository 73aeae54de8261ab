// SPDX-License-Identifier: Apache-2.0
#include "inspect/other_programs.hpp"

#include <bpf/bpf.h>

#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "base/fd.hpp"

namespace obi::inspect {
namespace {

std::string_view hook_of(std::uint32_t type) {
  switch (type) {
    case BPF_PROG_TYPE_SK_MSG: return "sk_msg";
    case BPF_PROG_TYPE_SOCK_OPS: return "sock_ops";
    case BPF_PROG_TYPE_SCHED_CLS:
    case BPF_PROG_TYPE_SCHED_ACT: return "tc";
    case BPF_PROG_TYPE_XDP: return "xdp";
    case BPF_PROG_TYPE_CGROUP_SKB: return "cgroup traffic";
    default: return "";
  }
}

constexpr auto kOwners = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"cil_", "Cilium"},
    {"tail_", "Cilium"},
    {"bpf_sockops", "Cilium"},
    {"bpf_redir_proxy", "Cilium"},
    {"cali_", "Calico"},
    {"calico_", "Calico"},
    {"sd_", "systemd"},
    {"obi_", "another OBI"},
    {"beyla_", "Beyla"},
    {"kmesh_", "Kmesh"},
    {"tetragon_", "Tetragon"},
});

}  // namespace

std::string_view owner_of(std::string_view program_name) {
  for (const auto& [prefix, owner] : kOwners) {
    if (program_name.starts_with(prefix)) return owner;
  }
  return "";
}

base::Result<std::vector<OtherPrograms>> other_programs() {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> found;
  std::uint32_t id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    const base::Fd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    __u32 size = sizeof(info);
    if (program.get() < 0 || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) continue;
    const std::string_view hook = hook_of(info.type);
    if (!hook.empty())
      found[{std::string(hook), std::string(owner_of(info.name))}].emplace_back(info.name);
  }
  if (errno != ENOENT) return base::fail("listing the BPF programs of this host", errno);
  std::vector<OtherPrograms> others;
  others.reserve(found.size());
  for (auto& [key, names] : found)
    others.push_back({.hook = key.first, .owner = key.second, .names = std::move(names)});
  return others;
}

}  // namespace obi::inspect
