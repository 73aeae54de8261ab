// SPDX-License-Identifier: Apache-2.0
// The object of the tests' own program sets, which share the maps of the back end beside them: a source of plaintext above a
// socket, as TLS will be, a program that the verifier refuses, and one that could alter something. Which of them a set has, its
// rows say (tests/support/capture_test_sets.hpp). Kernel floor 5.8, with uprobes.
// Maps: all that lib/segment.bpf.h has, source_streams; test_table, only for its size.
#define SEGMENT_SOURCE OBI_SOURCE_TLS
#define SEGMENT_HAS_CONTEXT
#include "../lib/kernel_types.bpf.h"

#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "../lib/segment.bpf.h"
#include "../maps/pid_filter.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64[512]);
  __uint(max_entries, 1024);  // 4 MiB
} test_table SEC(".maps");

// (fd, bytes, size, direction, context): the function of the test's program. `context`: NULL or struct obi_segment_context.
SEC("uprobe//proc/self/exe:obi_test_plaintext")
int test_plaintext(struct pt_regs *registers) {
  if (!is_traced()) return 0;
  struct segment_scratch *scratch = scratch_of_cpu(SCRATCH_SHARED);
  if (!scratch) return 0;
  struct socket_io *io = &scratch->io;
  __builtin_memset(io, 0, sizeof(*io));
  if (!socket_of_fd(&io->socket, PT_REGS_PARM1(registers))) return 0;
  io->buffer = PT_REGS_PARM2(registers);
  io->total = PT_REGS_PARM3(registers);
  io->direction = PT_REGS_PARM4(registers) & 1;
  const void *context = (const void *)PT_REGS_PARM5(registers);
  scratch->has_context = context && !bpf_probe_read_user(&scratch->context, sizeof(scratch->context), context);
  emit_segment(SCRATCH_SHARED);
  return 0;
}

// Reads what is not its context.
SEC("raw_tp")
int test_refused(struct bpf_raw_tracepoint_args *context) {
  return *(volatile int *)((char *)context + 4096);
}

SEC("raw_tp")
int test_altering(struct bpf_raw_tracepoint_args *context) {
  return bpf_send_signal(context->args[0]);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
