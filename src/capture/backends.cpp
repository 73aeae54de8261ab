// SPDX-License-Identifier: Apache-2.0
// The rows of each back end's hooks, in the order in which they are attached, and its BPF object,
// which is part of this program as a libbpf skeleton.
#include "capture/backends.hpp"

#include <algorithm>
#include <array>

#include "bpf/shared/shared_state.h"  // a type of the skeletons
#include "fentry.skel.h"
#include "kprobe.skel.h"
#include "syscall.skel.h"
#include "tracepoint.skel.h"

namespace obi::capture {
namespace {

using enum HookKind;
using enum Need;

// Lives of processes and connections (bpf/generic/lifecycle.bpf.h), the same in all back ends.
constexpr auto kLifecycle = std::to_array<HookRow>({
    {"obi_process_exec", kRawTracepoint, "sched_process_exec", kRequired},
    {"obi_process_fork", kRawTracepoint, "sched_process_fork", kRequired},
    {"obi_process_exit", kRawTracepoint, "sched_process_exit", kRequired},
    {.program = "obi_tcp_state",
     .kind = kRawTracepoint,
     .hook = "inet_sock_set_state",
     .need = kRequired,
     .fallback = "obi_tcp_state_fallback"},
    {.program = "obi_tcp_destroy",
     .kind = kRawTracepoint,
     .hook = "tcp_destroy_sock",
     .need = kRequired,
     .fallback = "obi_tcp_destroy_fallback"},
    {"obi_check_socket", kOnDemand},
});

template <std::size_t N>
constexpr auto with_lifecycle(const std::array<HookRow, N>& rows) {
  std::array<HookRow, kLifecycle.size() + N> all{};
  std::ranges::copy(kLifecycle, all.begin());
  std::ranges::copy(rows, all.begin() + kLifecycle.size());
  return all;
}

// A function of TCP: its second program reports what the first was skipped for.
constexpr HookRow traced_twice(std::string_view program, std::string_view fallback,
                               std::string_view function, Need need) {
  return {.program = program,
          .kind = kTrampoline,
          .hook = function,
          .need = need,
          .fallback = fallback};
}

constexpr auto kFentry = with_lifecycle(std::to_array<HookRow>({
    traced_twice("obi_inet_sendmsg", "obi_inet_sendmsg_fallback", "inet_sendmsg", kRequired),
    traced_twice("obi_inet6_sendmsg", "obi_inet6_sendmsg_fallback", "inet6_sendmsg", kOptional),
    {"obi_unix_stream_sendmsg", kTrampoline, "unix_stream_sendmsg"},
    traced_twice("obi_inet_recvmsg", "obi_inet_recvmsg_fallback", "inet_recvmsg", kRequired),
    traced_twice("obi_inet6_recvmsg", "obi_inet6_recvmsg_fallback", "inet6_recvmsg", kOptional),
    {"obi_unix_stream_recvmsg", kTrampoline, "unix_stream_recvmsg"},
    {"obi_inet_sendpage", kTrampoline, "inet_sendpage"},
    {"obi_tcp_splice_read", kTrampoline, "tcp_splice_read"},
    {"obi_unix_shutdown", kTrampoline, "unix_shutdown"},
    {"obi_unix_release", kTrampoline, "unix_release"},
    {"obi_tcp_connect", kTrampoline, "tcp_connect"},
    {"obi_tcp_v4_connect", kTrampoline, "tcp_v4_connect"},
    {"obi_tcp_v6_connect", kTrampoline, "tcp_v6_connect"},
    {"obi_inet_accept", kTrampoline, "inet_accept"},
}));

constexpr auto kKprobe = with_lifecycle(std::to_array<HookRow>({
    {"obi_inet_sendmsg", kAttach, "inet_sendmsg", kRequired},
    {"obi_inet_sendmsg_return", kAttach, "inet_sendmsg", kRequired},
    {"obi_inet6_sendmsg", kAttach, "inet6_sendmsg"},
    {"obi_inet6_sendmsg_return", kAttach, "inet6_sendmsg"},
    {"obi_unix_stream_sendmsg", kAttach, "unix_stream_sendmsg"},
    {"obi_unix_stream_sendmsg_return", kAttach, "unix_stream_sendmsg"},
    {"obi_inet_recvmsg", kAttach, "inet_recvmsg", kRequired},
    {"obi_inet6_recvmsg", kAttach, "inet6_recvmsg"},
    {"obi_unix_stream_recvmsg", kAttach, "unix_stream_recvmsg"},
    {"obi_unix_stream_recvmsg_return", kAttach, "unix_stream_recvmsg"},
    {"obi_tcp_cleanup_rbuf", kAttach, "tcp_cleanup_rbuf", kRequired},
    {"obi_udp_received", kAttach, "skb_consume_udp"},
    {"obi_tcp_splice_read", kAttach, "tcp_splice_read"},
    {"obi_inet_sendpage", kAttach, "inet_sendpage"},
    {"obi_inet_sendpage_return", kAttach, "inet_sendpage"},
    {"obi_unix_shutdown", kAttach, "unix_shutdown"},
    {"obi_unix_release", kAttach, "unix_release"},
    {"obi_tcp_connect", kAttach, "tcp_connect"},
    {"obi_tcp_v4_connect", kAttach, "tcp_v4_connect"},
    {"obi_tcp_v4_connect_return", kAttach, "tcp_v4_connect"},
    {"obi_tcp_v6_connect", kAttach, "tcp_v6_connect"},
    {"obi_tcp_v6_connect_return", kAttach, "tcp_v6_connect"},
    {"obi_sock_graft", kAttach, "security_sock_graft"},
}));

constexpr auto kTracepoint = with_lifecycle(std::to_array<HookRow>({
    {"obi_sys_exit", kRawTracepoint, "sys_exit", kRequired},
    {"obi_tcp_sending", kRawTracepoint, "tcp_sendmsg_locked", kRequired},
    {"obi_tcp_sent", kRawTracepoint, "sock_send_length", kRequired},
    {"obi_tcp_receiving", kRawTracepoint, "skb_copy_datagram_iovec", kRequired},
    {"obi_tcp_received", kRawTracepoint, "sock_recv_length", kRequired},
}));

constexpr auto kSyscall = with_lifecycle(std::to_array<HookRow>({
    {.program = "obi_sys_exit",
     .kind = kRawTracepoint,
     .hook = "sys_exit",
     .need = kRequired,
     .unpreempted = "obi_sys_exit_nopreempt"},
}));

}  // namespace

ProgramSet program_set(Backend backend) {
  switch (backend) {
    case Backend::kFentry:
      return {.name = "fentry", .object = fentry_bpf__elf_bytes, .hooks = kFentry};
    case Backend::kKprobe:
      return {.name = "kprobe", .object = kprobe_bpf__elf_bytes, .hooks = kKprobe};
    case Backend::kTracepoint:
      return {.name = "tracepoint", .object = tracepoint_bpf__elf_bytes, .hooks = kTracepoint};
    case Backend::kSyscall:
    case Backend::kAuto: break;
  }
  return {.name = "syscall", .object = syscall_bpf__elf_bytes, .hooks = kSyscall};
}

}  // namespace obi::capture
