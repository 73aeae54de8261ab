// SPDX-License-Identifier: Apache-2.0
#include "capture/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace obi::capture {
namespace {

constexpr std::array kHelperNames = {
#define OBI_HELPER_NAME(name) std::string_view("bpf_" #name)
    __BPF_FUNC_MAPPER(OBI_HELPER_NAME)
#undef OBI_HELPER_NAME
};

// They read, or write to maps, rings and the trace pipe.
constexpr auto kReadingHelpers = std::to_array<std::uint32_t>({BPF_FUNC_map_lookup_elem,
                                                               BPF_FUNC_map_update_elem,
                                                               BPF_FUNC_map_delete_elem,
                                                               BPF_FUNC_probe_read,
                                                               BPF_FUNC_ktime_get_ns,
                                                               BPF_FUNC_trace_printk,
                                                               BPF_FUNC_get_prandom_u32,
                                                               BPF_FUNC_get_smp_processor_id,
                                                               BPF_FUNC_tail_call,
                                                               BPF_FUNC_get_current_pid_tgid,
                                                               BPF_FUNC_get_current_uid_gid,
                                                               BPF_FUNC_get_current_comm,
                                                               BPF_FUNC_perf_event_output,
                                                               BPF_FUNC_skb_load_bytes,
                                                               BPF_FUNC_get_current_task,
                                                               BPF_FUNC_probe_read_str,
                                                               BPF_FUNC_get_socket_cookie,
                                                               BPF_FUNC_get_current_cgroup_id,
                                                               BPF_FUNC_sk_storage_get,
                                                               BPF_FUNC_sk_storage_delete,
                                                               BPF_FUNC_probe_read_user,
                                                               BPF_FUNC_probe_read_kernel,
                                                               BPF_FUNC_probe_read_user_str,
                                                               BPF_FUNC_probe_read_kernel_str,
                                                               BPF_FUNC_get_ns_current_pid_tgid,
                                                               BPF_FUNC_ktime_get_boot_ns,
                                                               BPF_FUNC_ringbuf_output,
                                                               BPF_FUNC_ringbuf_reserve,
                                                               BPF_FUNC_ringbuf_submit,
                                                               BPF_FUNC_ringbuf_discard,
                                                               BPF_FUNC_ringbuf_query,
                                                               BPF_FUNC_get_current_task_btf,
                                                               BPF_FUNC_for_each_map_elem,
                                                               BPF_FUNC_get_attach_cookie,
                                                               BPF_FUNC_task_pt_regs,
                                                               BPF_FUNC_loop,
                                                               BPF_FUNC_get_func_arg,
                                                               BPF_FUNC_get_func_ret,
                                                               BPF_FUNC_get_func_arg_cnt});

struct Named {
  std::uint32_t number;
  std::string_view altered;
};
constexpr auto kAlteringHelpers = std::to_array<Named>({
    {BPF_FUNC_probe_write_user, "user memory"},
    {BPF_FUNC_override_return, "control flow"},
    {BPF_FUNC_send_signal, "control flow"},
    {BPF_FUNC_send_signal_thread, "control flow"},
    {BPF_FUNC_skb_store_bytes, "packets"},
    {BPF_FUNC_l3_csum_replace, "packets"},
    {BPF_FUNC_l4_csum_replace, "packets"},
    {BPF_FUNC_skb_change_head, "packets"},
    {BPF_FUNC_skb_change_tail, "packets"},
    {BPF_FUNC_skb_adjust_room, "packets"},
    {BPF_FUNC_msg_push_data, "packets"},
    {BPF_FUNC_msg_pop_data, "packets"},
    {BPF_FUNC_store_hdr_opt, "packets"},
    {BPF_FUNC_setsockopt, "sockets"},
    {BPF_FUNC_sock_map_update, "sockets"},
    {BPF_FUNC_sock_hash_update, "sockets"},
});

// What libbpf writes over an instruction whose field or type this kernel doesn't have ("bad relo",
// CO-RE). There is no such helper, and the verifier refuses a program that could get there.
constexpr std::int32_t kUnreachable = 0xbad2310;

bool is_helper_call(const bpf_insn& instruction) {
  return instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0 &&
         instruction.imm != kUnreachable;
}
bool is_kernel_function_call(const bpf_insn& instruction) {
  return instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == BPF_PSEUDO_KFUNC_CALL;
}

// What a program of this kind alters by what it returns or by its context; empty = nothing.
std::string_view altered_by_kind(ProgramKind kind) {
  switch (kind.type) {
    case BPF_PROG_TYPE_KPROBE:
    case BPF_PROG_TYPE_TRACEPOINT:
    case BPF_PROG_TYPE_RAW_TRACEPOINT:
    case BPF_PROG_TYPE_PERF_EVENT:
    case BPF_PROG_TYPE_SOCKET_FILTER: return "";  // the last one filters its own socket's copies
    case BPF_PROG_TYPE_TRACING:
      return kind.attach_type == BPF_TRACE_FENTRY || kind.attach_type == BPF_TRACE_FEXIT ||
                     kind.attach_type == BPF_TRACE_RAW_TP || kind.attach_type == BPF_TRACE_ITER
                 ? ""
                 : "control flow";
    case BPF_PROG_TYPE_SCHED_CLS:
    case BPF_PROG_TYPE_SCHED_ACT:
    case BPF_PROG_TYPE_XDP:
    case BPF_PROG_TYPE_SK_MSG:
    case BPF_PROG_TYPE_SK_SKB:
    case BPF_PROG_TYPE_CGROUP_SKB: return "packets";
    case BPF_PROG_TYPE_SOCK_OPS:
    case BPF_PROG_TYPE_CGROUP_SOCK:
    case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
    case BPF_PROG_TYPE_CGROUP_SOCKOPT: return "sockets";
    default: return "whatever its type allows";
  }
}

std::string altered_by_helper(std::uint32_t helper) {
  if (std::ranges::find(kReadingHelpers, helper) != kReadingHelpers.end()) return "";
  const auto* known = std::ranges::find(kAlteringHelpers, helper, &Named::number);
  if (known != kAlteringHelpers.end()) return std::string(known->altered);
  return "whatever " + helper_name(helper) + " does";
}

}  // namespace

std::set<std::uint32_t> helpers_called(std::span<const bpf_insn> instructions) {
  std::set<std::uint32_t> helpers;
  for (const bpf_insn& instruction : instructions) {
    if (is_helper_call(instruction)) helpers.insert(static_cast<std::uint32_t>(instruction.imm));
  }
  return helpers;
}

std::string helper_name(std::uint32_t helper) {
  return helper < kHelperNames.size() ? std::string(kHelperNames[helper])
                                      : fmt::format("helper {}", helper);
}

std::vector<std::string> alters(ProgramKind kind, std::span<const bpf_insn> instructions) {
  std::set<std::string> altered{std::string(altered_by_kind(kind))};
  for (const std::uint32_t helper : helpers_called(instructions))
    altered.insert(altered_by_helper(helper));
  if (std::ranges::any_of(instructions, is_kernel_function_call))
    altered.insert("whatever the kernel function that it calls does");
  altered.erase("");
  return {altered.begin(), altered.end()};
}

}  // namespace obi::capture
