// SPDX-License-Identifier: Apache-2.0
// Where a socket call's bytes are, for hooks on kernel functions. When the call returns, its iterator is behind the bytes: they
// are found by stepping back.
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

// Moves the beginning of the slot's vector back, up to the I/O's first byte. 0: it got there; 1: not yet; -1: it can't.
__noinline int step_back(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return -1;
  struct socket_io *io = &scratch->io;
  for (__u32 i = 0; i < STEPS_AT_ONCE && io->behind < io->total; i++) {
    struct user_iovec part;
    io->buffer -= sizeof(part);
    if (bpf_probe_read_kernel(&part, sizeof(part), (const void *)io->buffer)) return -1;
    io->iov_count++;
    io->behind += part.length;
  }
  return io->behind < io->total;
}

// Points the slot's I/O at its first byte, `total` bytes before `offset` in the vector's element at `element`; 0 if it
// could be found.
static __always_inline int find_first_byte(__u32 slot, struct socket_io *io, __u64 element, __u64 offset) {
  io->buffer = element;
  io->iov_count = offset ? 1 : 0;
  io->behind = offset;
  int left = 1;
  for (__u32 i = 0; i < MAX_STEPS && left > 0; i++) left = step_back(slot);
  io->skip = io->behind - io->total;
  return left;
}

// Fills the slot's I/O with the bytes that `message` has just transferred; unseen if they are in pages.
static __always_inline void locate(__u32 slot, struct socket_io *io, const struct msghdr *message) {
  const struct iov_iter *iter = __builtin_preserve_access_index(&message->msg_iter);
  __u64 offset = BPF_CORE_READ(iter, iov_offset);
  switch (kind_of_iterator(iter)) {
    case ITERATOR_BUFFER:
      io->buffer = (__u64)BPF_CORE_READ(iter, ubuf) + offset - io->total;
      return;
    case ITERATOR_KERNEL_VECTOR:
      io->bytes_in_kernel = 1;
    case ITERATOR_VECTOR:
      io->vector_in_kernel = 1;
      if (find_first_byte(slot, io, vector_of(iter), offset)) io->unseen = 1;
      return;
    default: io->unseen = 1;
  }
}

// A socket function that transferred bytes has returned `result`.
static __always_inline void on_io(__u32 slot, const struct socket *socket, const struct msghdr *message, __u8 direction,
                                  __u32 flags, long result) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || result < 0 || result > 0x7fffffff) return;
  struct socket_io *io = &scratch->io;
  __builtin_memset(io, 0, sizeof(*io));
  if (!socket_of(&io->socket, socket, inode_of_socket(socket))) return;
  io->total = result;
  io->direction = direction;
  if (!message || flags & MESSAGE_TRUNC) io->unseen = 1;
  if (result && !io->unseen) locate(slot, io, message);
  if (io->socket.kind == SOCKET_UDP && message) {
    io->name = (__u64)BPF_CORE_READ(message, msg_name);
    io->name_in_kernel = 1;
  }
  emit(slot, io);
}

// An AF_UNIX socket was shut down; the end of TCP's stream is seen by its state. SHUT_RD (0) ends nothing that is sent.
static __always_inline void shut_down(__u32 slot, const struct socket *socket, int how) {
  __u64 key = (__u64)BPF_CORE_READ(socket, sk);
  if (how != 0 && bpf_map_lookup_elem(&connections, &key)) on_io(slot, socket, NULL, OBI_SEND, 0, 0);
}

// Learns who opened the connection; announced with its first bytes.
static __always_inline void opened(const struct socket *socket, __u8 role) {
  struct socket_ref found;
  if (!socket || !socket_of(&found, socket, inode_of_socket(socket)) || found.kind == SOCKET_UDP) return;
  connection_of(&found, role);
}
