// SPDX-License-Identifier: Apache-2.0
// Connections of traced processes. Key: the address of the kernel's struct sock. An entry is trusted only while the inode
// number matches, so a reused address can't inherit another connection's state. LRU: a full table
// evicts the least recently used entry.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/connection.h"
#include "../shared/segment.h"

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, struct connection);
  __uint(max_entries, 16384);
} connections SEC(".maps");
