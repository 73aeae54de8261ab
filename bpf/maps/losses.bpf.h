// SPDX-License-Identifier: Apache-2.0
// Counters of what the kernel side could not deliver: index enum obi_kernel_loss. Per CPU, so counting needs no atomics.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/kernel_loss.h"

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, OBI_KERNEL_LOSS_COUNT);
} losses SEC(".maps");

static __always_inline void count_loss(enum obi_kernel_loss reason) {
  __u32 key = reason;
  __u64 *counter = bpf_map_lookup_elem(&losses, &key);
  if (counter) ++*counter;
}
