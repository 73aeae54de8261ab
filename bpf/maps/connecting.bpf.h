// SPDX-License-Identifier: Apache-2.0
// TCP sockets of traced processes whose handshake is under way: its process and start time. The end is seen in softirq,
// where the current task is not the owner. Key: the address of the kernel's struct sock; an entry goes when the connection
// is there, or with the socket. A thread that is in the midst of a connect call (bpf_get_current_pid_tgid) may have one,
// too. LRU only so that missed ends can't fill it.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct connect_attempt {
  __u64 start_ns;
  __u64 socket;  // of an entry under a thread: the kernel's struct sock …
  __u64 name;    // … and struct sockaddr that it connects
  __u32 pid;     // tgid, root pid namespace
  __u32 reported;  // 1: it has failed, and that was reported
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, struct connect_attempt);
  __uint(max_entries, 8192);
} connecting SEC(".maps");
