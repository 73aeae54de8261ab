// SPDX-License-Identifier: Apache-2.0
// The `syscall` capture back end.
// Hook: raw tracepoint sys_exit (kernel floor 5.8; any architecture with raw_syscalls tracepoints), from 7.0 on by perf.
// Sees: read, write, readv, writev, recvfrom, sendto, recvmsg, sendmsg, recvmmsg, sendmmsg, sendfile, splice (lengths
//   only), accept, accept4, connect, close, dup2, dup3, shutdown. Not: io_uring (counted), 32-bit tasks (counted).
// Maps: reads pid_*, capture_overrides; writes connections, descriptors, losses, segments. Consumed by src/capture.
#include "../lib/kernel_types.bpf.h"

#include "../lib/perf_tracepoint.bpf.h"
#include "lifecycle.bpf.h"
#include "system_calls.bpf.h"

static __always_inline bool is_reported_elsewhere(const struct socket_io *io) { return false; }
static __always_inline void io_uring_entered(void) { count_loss(OBI_LOSS_IO_URING); }

SEC("raw_tp/sys_exit")
int obi_sys_exit(struct bpf_raw_tracepoint_args *context) {
  if (is_traced()) call_ended(SCRATCH_SHARED, (const void *)context->args[0], context->args[1]);
  return 0;
}

// In place of the other from 7.0 on. There the kernel may preempt a raw tracepoint's program, which it then skips for all other
// tasks of that CPU until that task goes on. (Of perf's programs one runs at a time on a CPU: a hook of interrupts would
// be skipped for those that they interrupt.)
SEC("tp/raw_syscalls/sys_exit")
int obi_sys_exit_nopreempt(struct perf_sys_exit *context) {
  if (is_traced()) call_ended(SCRATCH_SHARED, (const void *)bpf_task_pt_regs(bpf_get_current_task_btf()), context->result);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
