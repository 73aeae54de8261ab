// SPDX-License-Identifier: Apache-2.0
// Reasons for which the kernel side loses or leaves out data; index into the per-CPU counter map `losses`.
// One list for both sides: src/capture turns each row into a ledger line of the same name.
#pragma once

#define OBI_KERNEL_LOSSES(X)                                                             \
  X(RING_FULL, "ring_full", "records that found no room in the ring buffer")             \
  X(CONNECTIONS_FULL, "connections_full", "calls whose connection found no room in the table") \
  X(PROCESS_RING_FULL, "process_ring_full", "process events that found no room")         \
  X(READ_FAULT, "read_fault", "payloads whose user memory could not be read")            \
  X(COMPAT_TASK, "compat_task", "system calls of 32-bit tasks, which are not decoded")   \
  X(RETURN_MISSED, "return_missed", "calls whose return the kernel did not report (kretprobe limit)") \
  X(RECEIVE_UNSEEN, "receive_unseen", "receives of kernel TLS and MPTCP, which this back end cannot see") \
  X(IO_URING, "io_uring", "io_uring submissions, whose bytes this back end cannot see")

enum obi_kernel_loss {
#define OBI_LOSS_ENUM(name, text, help) OBI_LOSS_##name,
  OBI_KERNEL_LOSSES(OBI_LOSS_ENUM)
#undef OBI_LOSS_ENUM
      OBI_KERNEL_LOSS_COUNT
};
