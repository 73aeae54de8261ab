// SPDX-License-Identifier: Apache-2.0
// The next connection number of each CPU: the id is that number above 10 bits of the CPU. Per CPU, so that counting needs no
// atomic fetch-and-add, which BPF has from kernel 5.12 on only.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 1);
} next_connection SEC(".maps");

static __always_inline __u64 new_connection_id(void) {
  __u32 zero = 0;
  __u64 *next = bpf_map_lookup_elem(&next_connection, &zero);
  return next ? ++*next << 10 | (bpf_get_smp_processor_id() & 0x3ff) : 0;
}
