// SPDX-License-Identifier: Apache-2.0
// The per-CPU record in which a segment is put together, and the copying of a call's bytes into it: from a buffer, or from a
// vector part by part.
#pragma once
#include <bpf/bpf_helpers.h>

#include "../shared/segment.h"
#include "socket_io.bpf.h"

#define MAX_IOVECS 18  // per record: a packet has up to 17 fragments and a linear part

// Which scratch record a program works on. Kprobes and tracepoints run with preemption off and share the first one (sys_exit
// beside other tracepoints: interrupts may come in between). A trampoline program may be preempted by another program, though
// never by itself: each has its own.
enum scratch_slot { SCRATCH_SHARED, SCRATCH_SEND, SCRATCH_SEND6, SCRATCH_RECEIVE, SCRATCH_RECEIVE6, SCRATCH_UNIX_SEND,
                    SCRATCH_UNIX_RECEIVE, SCRATCH_SENDPAGE, SCRATCH_SPLICE, SCRATCH_SHUTDOWN, SCRATCH_SEND_FALLBACK,
                    SCRATCH_SEND6_FALLBACK, SCRATCH_RECEIVE_FALLBACK, SCRATCH_RECEIVE6_FALLBACK,
                    SCRATCH_CALL = 1 /* of back ends without trampolines */ };
#ifndef SCRATCH_SLOTS
#define SCRATCH_SLOTS 1
#endif

// What the steps below work on. Per CPU, and passed by look-up rather than by argument: so each step is a global function
// that the verifier proves once, not once for every path that leads to it.
struct segment_scratch {
  struct obi_segment segment;
  __u8 payload[OBI_STREAM_RECORD_BYTES];
  __u8 slack[OBI_STREAM_RECORD_BYTES];  // lets a gather at a variable offset run over without a byte-exact proof
  struct socket_io io;
  __u8 is_urgent;    // user space shall be woken for the segment, however little waits for it
  __u8 has_context;  // 1: `context` is the segment's; of objects with SEGMENT_HAS_CONTEXT
  struct obi_segment_context context;
  struct user_iovec parts[MAX_IOVECS];  // a vector of the hook's own making
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, struct segment_scratch);
  __uint(max_entries, SCRATCH_SLOTS);
} segment_scratch SEC(".maps");

static __always_inline struct segment_scratch *scratch_of_cpu(__u32 slot) {
  return bpf_map_lookup_elem(&segment_scratch, &slot);
}

static __always_inline long read_element(const struct socket_io *io, struct user_iovec *part, __u64 from) {
  if (io->vector_in_kernel) return bpf_probe_read_kernel(part, sizeof(*part), (const void *)from);
  return bpf_probe_read_user(part, sizeof(*part), (const void *)from);
}

// A vector whose first element holds every byte is a buffer: then all back ends report the call alike, whatever the kernel
// makes of a vector of one.
static __always_inline void flatten(struct socket_io *io) {
  struct user_iovec part;
  if (!io->iov_count || read_element(io, &part, io->buffer)) return;
  if (part.length < (__u64)io->skip + io->total) return;
  io->buffer = part.base + io->skip;
  io->iov_count = 0;
}

// Copies one part of a vector to offset `at` of the payload; 0 if that worked.
__noinline int gather_part(__u32 slot, __u64 base, __u32 at, __u32 size) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || at >= OBI_STREAM_RECORD_BYTES || size > OBI_STREAM_RECORD_BYTES) return -1;
  return read_bytes(&scratch->io, scratch->payload + at, size, base) ? -1 : 0;
}

// Copies up to `wanted` bytes of the I/O's vector into the payload; returns the number copied.
__noinline int gather(__u32 slot, __u32 wanted) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  __u64 vector = scratch->io.buffer;
  __u64 count = scratch->io.iov_count;
  __u64 skip = scratch->io.skip;
  __u32 have = 0;
  for (__u32 i = 0; i < MAX_IOVECS; i++) {
    struct user_iovec part;
    if (i >= count || have >= wanted) break;
    if (read_element(&scratch->io, &part, vector + i * sizeof(part)) || part.length < skip) break;
    __u32 left = wanted - have;
    __u32 take = part.length - skip < left ? part.length - skip : left;
    if (take && gather_part(slot, part.base + skip, have, take)) break;
    have += take;
    skip = 0;
  }
  return have;
}

// Moves the beginning of the slot's vector on by `size` bytes.
__noinline int advance(__u32 slot, __u32 size) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return -1;
  struct socket_io *io = &scratch->io;
  for (__u32 i = 0; i < MAX_IOVECS; i++) {
    struct user_iovec part;
    if (!io->iov_count || read_element(io, &part, io->buffer)) return -1;
    __u64 left = part.length - io->skip;
    if (size < left) {
      io->skip += size;
      return 0;
    }
    size -= left;
    io->skip = 0;
    io->buffer += sizeof(part);
    io->iov_count--;
  }
  return 0;
}
