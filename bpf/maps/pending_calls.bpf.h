// SPDX-License-Identifier: Apache-2.0
// Socket calls of traced threads that have been entered and not returned from, for hooks that see the arguments at the entry
// only. One a thread: a socket function doesn't call another one that is hooked. An entry that its call left behind (the
// return was not seen) is overwritten by the thread's next call.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pending_call {
  const struct socket *socket;
  const struct msghdr *message;  // NULL: the bytes can't be seen
  const struct sock *sk;
  __u32 flags;
  __u32 reported;  // bytes of the call that were reported already
  __u8 sends;
  __u8 awaits_return;  // 1: it ends with a kretprobe
  __u8 pad[6];
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);  // bpf_get_current_pid_tgid
  __type(value, struct pending_call);
  __uint(max_entries, 8192);
} pending_calls SEC(".maps");

static __always_inline struct pending_call *pending_call_of_thread(void) {
  __u64 thread = bpf_get_current_pid_tgid();
  return bpf_map_lookup_elem(&pending_calls, &thread);
}

static __always_inline void keep_pending_call(const struct pending_call *call) {
  __u64 thread = bpf_get_current_pid_tgid();
  bpf_map_update_elem(&pending_calls, &thread, call, BPF_ANY);
}

static __always_inline void forget_pending_call(void) {
  __u64 thread = bpf_get_current_pid_tgid();
  bpf_map_delete_elem(&pending_calls, &thread);
}

// The thread's call, which is not pending any more.
static __always_inline struct pending_call take_pending_call(const struct pending_call *call) {
  struct pending_call taken = *call;
  forget_pending_call();
  return taken;
}
