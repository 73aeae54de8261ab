// SPDX-License-Identifier: Apache-2.0
// A system call as seen at its exit: number, arguments, result. The arguments are still in the saved registers.
#pragma once
#include <bpf/bpf_helpers.h>

#include "kernel_types.bpf.h"

struct call {
  long number;
  __u64 args[5];
  long result;
};

#if defined(__TARGET_ARCH_x86)

// struct pt_regs of x86-64: fixed by the entry code since 2.6, part of the ptrace ABI (user_regs_struct).
struct saved_registers {
  __u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
};
#define TS_COMPAT 0x0002  // arch/x86/include/asm/thread_info.h: a 32-bit system call, which has other numbers

static __always_inline bool read_call(struct call *call, const void *registers, long result) {
  struct saved_registers saved;
  if (bpf_probe_read_kernel(&saved, sizeof(saved), registers)) return false;
  call->number = (long)saved.orig_ax;
  call->args[0] = saved.di;
  call->args[1] = saved.si;
  call->args[2] = saved.dx;
  call->args[3] = saved.r10;
  call->args[4] = saved.r8;
  call->result = result;
  return true;
}
static __always_inline bool is_compat(const struct task_struct *task) {
  __u32 status = 0;
  bpf_core_read(&status, sizeof(status), &task->thread_info.status);
  return status & TS_COMPAT;
}
enum {
  NR_read = 0, NR_write = 1, NR_close = 3, NR_readv = 19, NR_writev = 20, NR_dup2 = 33, NR_sendfile = 40, NR_connect = 42,
  NR_accept = 43, NR_sendto = 44, NR_recvfrom = 45, NR_sendmsg = 46, NR_recvmsg = 47, NR_shutdown = 48,
  NR_splice = 275, NR_accept4 = 288, NR_dup3 = 292, NR_recvmmsg = 299, NR_sendmmsg = 307, NR_io_uring_enter = 426,
};

#elif defined(__TARGET_ARCH_arm64)

struct saved_registers {  // struct pt_regs of arm64: user_pt_regs, then orig_x0 and syscallno
  __u64 regs[31], sp, pc, pstate;
  struct call_origin {
    __u64 x0;  // regs[0] holds the result by now
    __s32 number;
  } origin;
};
#define TIF_32BIT (1UL << 22)  // arch/arm64/include/asm/thread_info.h

// In two pieces: all of the registers would leave too little of the 512 bytes of stack to the functions that report the call.
static __always_inline bool read_call(struct call *call, const void *registers, long result) {
  const struct saved_registers *saved = registers;
  struct call_origin origin;
  if (bpf_probe_read_kernel(&origin, sizeof(origin), &saved->origin)) return false;
  if (bpf_probe_read_kernel(call->args, sizeof(call->args), saved->regs)) return false;
  call->number = origin.number;
  call->args[0] = origin.x0;
  call->result = result;
  return true;
}
static __always_inline bool is_compat(const struct task_struct *task) {
  unsigned long flags = 0;
  bpf_core_read(&flags, sizeof(flags), &task->thread_info.flags);
  return flags & TIF_32BIT;
}
enum {
  NR_read = 63, NR_write = 64, NR_close = 57, NR_readv = 65, NR_writev = 66, NR_sendfile = 71, NR_connect = 203,
  NR_accept = 202, NR_sendto = 206, NR_recvfrom = 207, NR_sendmsg = 211, NR_recvmsg = 212, NR_shutdown = 210,
  NR_splice = 76, NR_dup2 = -1 /* there is none */, NR_dup3 = 24, NR_accept4 = 242, NR_recvmmsg = 243, NR_sendmmsg = 269, NR_io_uring_enter = 426,
};

#else
#error "unknown target architecture"
#endif
