// SPDX-License-Identifier: Apache-2.0
// Which processes are traced. Three steps, cheapest first, because every system call of the host asks:
//   1. pid_filter_cache: direct-mapped by the root-namespace pid; answers almost always.
//   2. pid_segments: one-hash bitmap over (pid namespace, pid), and forked_marks for the children that the kernel side let in
//      by itself; neither set is a certain no.
//   3. allowed_pids: the exact table, keyed by the innermost pid and its namespace.
// User space fills 2 and 3 and then raises `filter_generation`, which makes every older entry of the cache void.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/kernel_types.bpf.h"
#include "../shared/pid_filter.h"
#include "shared_state.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, OBI_PID_SEGMENTS);
} pid_segments SEC(".maps");

// A byte per low bits of the same hash: setting one needs no atomic OR, which BPF has from kernel 5.12 on only.
#define FORKED_MARKS 65536
struct forked_marks {
  __u8 is_set[FORKED_MARKS];
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, struct forked_marks);
  __uint(max_entries, 1);
} forked_marks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct obi_pid_key);
  __type(value, __u32);
  __uint(max_entries, OBI_MAX_ALLOWED_PIDS);
} allowed_pids SEC(".maps");

#define PID_FILTER_CACHE_SLOTS 8192
// pid << 32 | generation << 1 | allowed
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, PID_FILTER_CACHE_SLOTS);
} pid_filter_cache SEC(".maps");

static __always_inline struct obi_pid_key pid_key_of(const struct task_struct *task) {
  struct obi_pid_key key = {};
  const struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  const struct pid *pid = BPF_CORE_READ(leader, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  struct upid number = {};  // both of its members lead the kernel's struct, in this order, since 2.6.24
  if (level <= 32) {  // MAX_PID_NS_LEVEL
    const void *numbers = (const void *)pid + bpf_core_field_offset(struct pid, numbers);
    bpf_probe_read_kernel(&number, sizeof(number), numbers + level * bpf_core_type_size(struct upid));
  }
  const struct pid_namespace *pid_namespace = number.ns;
  key.pid = number.nr;
  key.pid_namespace = BPF_CORE_READ(pid_namespace, ns.inum);
  return key;
}

static __always_inline __u8 *forked_mark_of(__u32 hash) {
  __u32 zero = 0;
  struct forked_marks *marks = bpf_map_lookup_elem(&forked_marks, &zero);
  return marks ? &marks->is_set[hash & (FORKED_MARKS - 1)] : NULL;
}

static __always_inline bool may_be_allowed(__u32 hash) {
  __u32 segment = hash / 64;
  const __u64 *bits = bpf_map_lookup_elem(&pid_segments, &segment);
  if (bits && *bits & (1ULL << (hash & 63))) return true;
  const __u8 *mark = forked_mark_of(hash);
  return mark && *mark;
}

static __always_inline bool is_allowed_slowly(void) {
  struct obi_pid_key key = pid_key_of((const struct task_struct *)bpf_get_current_task());
  if (!may_be_allowed(OBI_PID_HASH(key.pid_namespace, key.pid))) return false;
  return bpf_map_lookup_elem(&allowed_pids, &key) != NULL;
}

// Is the current task's process traced?
static __always_inline bool is_traced(void) {
  __u32 pid = bpf_get_current_pid_tgid() >> 32;
  __u32 slot = pid & (PID_FILTER_CACHE_SLOTS - 1);
  __u64 *cached = bpf_map_lookup_elem(&pid_filter_cache, &slot);
  if (!cached) return false;
  __u64 current_question = (__u64)pid << 32 | ((__u64)shared_state.filter_generation << 1 & 0xffffffff);
  __u64 answer = *cached;
  if ((answer & ~1ULL) == current_question) return answer & 1;
  bool allowed = is_allowed_slowly();
  *cached = current_question | allowed;
  return allowed;
}

static __always_inline void forget_cached_decision(__u32 pid) {
  __u32 slot = pid & (PID_FILTER_CACHE_SLOTS - 1);
  __u64 *cached = bpf_map_lookup_elem(&pid_filter_cache, &slot);
  if (cached && *cached >> 32 == pid) *cached = 0;
}
