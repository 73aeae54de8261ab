// SPDX-License-Identifier: Apache-2.0
// Where a socket call's bytes are, for hooks on kernel functions: asked when the call returns, so its iterator stands behind
// the bytes, and they are found by stepping back.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "segment.bpf.h"

// Elements of a vector that a call can be followed back through: all that Linux takes (UIO_MAXIOV, 1 024), some at a time, so
// that the verifier need not walk through each.
#define STEPS_AT_ONCE 64
#define MAX_STEPS 16

enum iterator_kind { ITERATOR_OTHER, ITERATOR_BUFFER, ITERATOR_VECTOR, ITERATOR_KERNEL_VECTOR };

static __always_inline enum iterator_kind kind_of_iterator(const struct iov_iter *iter) {
  __u32 type;
  if (bpf_core_field_exists(iter->iter_type)) {
    type = BPF_CORE_READ(iter, iter_type);
    if (bpf_core_enum_value_exists(enum iter_type, ITER_UBUF) && type == bpf_core_enum_value(enum iter_type, ITER_UBUF)) {
      return ITERATOR_BUFFER;
    }
  } else {
    type = BPF_CORE_READ((const struct iov_iter___before_5_14 *)iter, type) & ~1U;  // the lowest bit is the direction
  }
  if (type == bpf_core_enum_value(enum iter_type, ITER_IOVEC)) return ITERATOR_VECTOR;
  return type == bpf_core_enum_value(enum iter_type, ITER_KVEC) ? ITERATOR_KERNEL_VECTOR : ITERATOR_OTHER;
}

static __always_inline __u64 vector_of(const struct iov_iter *iter) {
  if (bpf_core_field_exists(iter->__iov)) return (__u64)BPF_CORE_READ(iter, __iov);
  return (__u64)BPF_CORE_READ((const struct iov_iter___before_6_4 *)iter, iov);
}

// Moves the beginning of the slot's vector back, up to the movement's first byte. 0: it got there; 1: not yet; -1: it can't.
__noinline int step_back(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return -1;
  struct movement *movement = &scratch->movement;
  for (__u32 i = 0; i < STEPS_AT_ONCE && movement->behind < movement->total; i++) {
    struct user_iovec part;
    movement->buffer -= sizeof(part);
    if (bpf_probe_read_kernel(&part, sizeof(part), (const void *)movement->buffer)) return -1;
    movement->iov_count++;
    movement->behind += part.length;
  }
  return movement->behind < movement->total;
}

// Points the slot's movement at its first byte, `total` bytes before `offset` in the vector's element at `element`; 0 if it
// could be found.
static __always_inline int find_first_byte(__u32 slot, struct movement *movement, __u64 element, __u64 offset) {
  movement->buffer = element;
  movement->iov_count = offset ? 1 : 0;
  movement->behind = offset;
  int left = 1;
  for (__u32 i = 0; i < MAX_STEPS && left > 0; i++) left = step_back(slot);
  movement->skip = movement->behind - movement->total;
  return left;
}

// Fills the slot's movement with the bytes that `message` has just moved; unseen if they are in pages.
static __always_inline void locate(__u32 slot, struct movement *movement, const struct msghdr *message) {
  const struct iov_iter *iter = __builtin_preserve_access_index(&message->msg_iter);
  __u64 offset = BPF_CORE_READ(iter, iov_offset);
  switch (kind_of_iterator(iter)) {
    case ITERATOR_BUFFER:
      movement->buffer = (__u64)BPF_CORE_READ(iter, ubuf) + offset - movement->total;
      return;
    case ITERATOR_KERNEL_VECTOR:
      movement->bytes_in_kernel = 1;
    case ITERATOR_VECTOR:
      movement->vector_in_kernel = 1;
      if (find_first_byte(slot, movement, vector_of(iter), offset)) movement->unseen = 1;
      return;
    default: movement->unseen = 1;
  }
}

// A socket function that moved bytes has returned `result`.
static __always_inline void moved(__u32 slot, const struct socket *socket, const struct msghdr *message, __u8 direction,
                                  __u32 flags, long result) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || result < 0 || result > 0x7fffffff) return;
  struct movement *movement = &scratch->movement;
  __builtin_memset(movement, 0, sizeof(*movement));
  if (!socket_of(&movement->socket, socket, inode_of_socket(socket))) return;
  movement->total = result;
  movement->direction = direction;
  if (!message || flags & MESSAGE_TRUNC) movement->unseen = 1;
  if (result && !movement->unseen) locate(slot, movement, message);
  if (movement->socket.kind == SOCKET_UDP && message) {
    movement->name = (__u64)BPF_CORE_READ(message, msg_name);
    movement->name_in_kernel = 1;
  }
  emit(slot, movement);
}

// An AF_UNIX socket was shut down; the end of TCP's stream is seen by its state. SHUT_RD (0) ends nothing that is sent.
static __always_inline void shut_down(__u32 slot, const struct socket *socket, int how) {
  __u64 key = (__u64)BPF_CORE_READ(socket, sk);
  if (how != 0 && bpf_map_lookup_elem(&connections, &key)) moved(slot, socket, NULL, OBI_SEND, 0, 0);
}

// Learns who opened the connection; announced with its first bytes.
static __always_inline void opened(const struct socket *socket, __u8 role) {
  struct socket_ref found;
  if (!socket || !socket_of(&found, socket, inode_of_socket(socket)) || found.kind == SOCKET_UDP) return;
  connection_of(&found, role);
}
