// SPDX-License-Identifier: Apache-2.0
// The `syscall` capture back end.
// Hook: raw tracepoint sys_exit (kernel floor 5.8; any architecture with raw_syscalls tracepoints).
// Sees: read, write, readv, writev, recvfrom, sendto, recvmsg, sendmsg, recvmmsg, sendmmsg, sendfile, splice (lengths
//   only), accept, accept4, connect, close, shutdown. Not: io_uring (counted), 32-bit tasks (counted).
// Maps: reads pid_*, capture_modes; writes connections, losses, segments. Consumed by src/capture.
#include "../lib/kernel_types.bpf.h"

#include "lifecycle.bpf.h"
#include "system_calls.bpf.h"

static __always_inline bool is_told_elsewhere(const struct movement *movement) { return false; }
static __always_inline void io_uring_entered(void) { count_loss(OBI_LOSS_IO_URING); }

char LICENSE[] SEC("license") = "Dual MIT/GPL";
