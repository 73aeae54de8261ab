// SPDX-License-Identifier: Apache-2.0
// What a program at a tracepoint is given that perf attaches it to (/sys/kernel/tracing/events/…/format). Perf runs it with
// preemption off, always; the kernel runs the programs of raw tracepoints so only before 7.0, and trampolines never.
#pragma once
#include <linux/types.h>

struct perf_sys_exit {  // raw_syscalls/sys_exit
  __u64 common;
  long number;
  long result;
};
