// SPDX-License-Identifier: Apache-2.0
// What user space wants captured of a connection (enum obi_capture_mode), by the connection's id. User space raises
// `wish_generation` after each wish. A connection looks for one at its first call in each generation and keeps what it found,
// so the table may forget the oldest.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, __u32);
  __uint(max_entries, 4096);
} capture_wishes SEC(".maps");

volatile __u32 wish_generation = 1;
