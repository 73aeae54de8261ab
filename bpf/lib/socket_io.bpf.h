// SPDX-License-Identifier: Apache-2.0
// One call that transferred bytes on a socket.
#pragma once
#include <bpf/bpf_helpers.h>

#include "../maps/datagrams.bpf.h"
#include "socket_ref.bpf.h"

// One call's transfer of bytes on a socket, as a capture program reports it.
struct socket_io {
  struct socket_ref socket;
  __u64 buffer;           // the bytes themselves, or an array of struct user_iovec
  __u64 iov_count;        // 0: `buffer` is contiguous
  __u32 skip;             // leading bytes of the array's first element that are not part of this call
  __u32 total;            // bytes transferred; 0: the end of the stream
  __u8 direction;         // enum obi_direction
  __u8 unseen;            // 1: the hook can't see the bytes (sendfile, splice)
  __u8 vector_in_kernel;  // 1: the array is the kernel's own copy; the bytes are the user's all the same
  __u8 bytes_in_kernel;   // 1: the bytes are in kernel memory
  __u8 spliced;           // 1: from a socket into a pipe
  __u8 has_position;      // 1: `position` is known to the hook; else it is read from the socket, after the call
  __u32 position;         // of the first byte
  __u8 name_in_kernel;    // 1: `name` is in kernel memory
  __u64 behind;           // bytes from the vector's first element up to the end of the I/O, while it is looked for
  __u64 name;             // datagrams: where the call holds the other side's address; 0 if nowhere
  struct datagram_peer peer;  // datagrams: once it is known
};

static __always_inline long read_bytes(const struct socket_io *io, void *to, __u32 size, __u64 from) {
  if (io->bytes_in_kernel) return bpf_probe_read_kernel(to, size, (const void *)from);
  return bpf_probe_read_user(to, size, (const void *)from);
}
