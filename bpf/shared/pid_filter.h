// SPDX-License-Identifier: Apache-2.0
// Layout of the PID filter that user space fills and the kernel side asks: OBI's segmented bitmap (one hash, so false
// positives only) in front of an exact table.
#pragma once
#include <linux/types.h>

#include "event.h"

#define OBI_PID_SEGMENTS 3001
#define OBI_PID_PRIME 192053  // the largest prime below 3001 * 64
#define OBI_MAX_ALLOWED_PIDS 16384
#define OBI_PID_HASH(pid_namespace, pid) \
  ((__u32)((((__u64)(pid_namespace) << 32) | (__u32)(pid)) % OBI_PID_PRIME))

struct obi_pid_key {
  __u32 pid;            // in its innermost pid namespace
  __u32 pid_namespace;  // inode of that namespace
};
OBI_STATIC_ASSERT(sizeof(struct obi_pid_key) == 8, "pid key layout");
