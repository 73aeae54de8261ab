// SPDX-License-Identifier: Apache-2.0
// By which file descriptors traced processes used their AF_UNIX connections, for back ends that see system calls only: at the
// exit of close the descriptor leads nowhere any more. LRU: what it has forgotten, the agent finds when it looks through the
// table of connections.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct descriptor {
  __u32 pid;  // tgid, root pid namespace
  __u32 fd;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, struct descriptor);
  __type(value, __u64);  // address of the kernel's struct sock
  __uint(max_entries, 8192);
} descriptors SEC(".maps");

static __always_inline struct descriptor descriptor_of(__u32 fd) {
  struct descriptor key = {.pid = bpf_get_current_pid_tgid() >> 32, .fd = fd};
  return key;
}
