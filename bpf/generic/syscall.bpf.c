// SPDX-License-Identifier: Apache-2.0
// The `syscall` capture back end.
// Hook: raw tracepoint sys_exit (kernel floor 5.8; any architecture with raw_syscalls tracepoints); from 6.13 on with a fallback.
// Sees: read, write, readv, writev, recvfrom, sendto, recvmsg, sendmsg, recvmmsg, sendmmsg, sendfile, splice (lengths
//   only), accept, accept4, connect, close, dup2, dup3, shutdown. Not: io_uring (counted), 32-bit tasks (counted).
// Maps: reads pid_*, capture_overrides; writes connections, descriptors, losses, segments. Consumed by src/capture.
#define SCRATCH_SLOTS 2
#include "../lib/kernel_types.bpf.h"

#include "../lib/reported.bpf.h"
#include "lifecycle.bpf.h"
#include "system_calls.bpf.h"

// obi_sys_exit_fallback is loaded, too.
const volatile bool has_fallback = false;

// Of a socket without positions the fallback can't find out what the first program has reported, and leaves those to it.
static __always_inline bool is_reported_elsewhere(__u32 slot, const struct socket_io *io) {
  if (slot == SCRATCH_SHARED) return false;
  const struct socket_ref *socket = &io->socket;
  return socket->kind != STREAM_TCP || is_reported(socket->sk, io->direction, io->total);
}

static __always_inline void on_reported(const struct socket_io *io) {
  if (!has_fallback || io->socket.kind != STREAM_TCP) return;
  remember_reported(io->socket.sk, io->direction, io->total);
}

static __always_inline void io_uring_entered(void) { count_loss(OBI_LOSS_IO_URING); }

SEC("raw_tp/sys_exit")
int obi_sys_exit(struct bpf_raw_tracepoint_args *context) {
  if (is_traced()) call_ended(context, SCRATCH_SHARED, false);
  return 0;
}

// Loaded where programs at sys_exit can be preempted: from kernel 6.13 on.
SEC("?raw_tp/sys_exit")
int obi_sys_exit_fallback(struct bpf_raw_tracepoint_args *context) {
  if (is_traced()) call_ended(context, SCRATCH_CALL, true);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
