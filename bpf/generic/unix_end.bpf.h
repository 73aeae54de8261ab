// SPDX-License-Identifier: Apache-2.0
// The end of AF_UNIX connections. A socket ends with the last reference to it: descriptors of any process that inherited it,
// was sent it, or has closed it while a call of another thread goes on. The function back ends see the kernel release it
// (unix_release). The others look when a descriptor is closed that was used for it; whatever ends in another way (the death of
// its process, exec, close_range, io_uring) the agent finds by running obi_check_socket on the entries of the table.
// A released socket has no struct socket (sock_orphan), and the memory of a freed one leads to none with the same inode.
// Kernel floor 5.8; obi_check_socket can be run from 5.10 on.
// Maps: reads and writes connections, descriptors; writes segments (close records).
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/connection.bpf.h"

static __always_inline bool has_no_reference(const struct file *file) {
  if (bpf_core_field_exists(file->f_count)) return BPF_CORE_READ(file, f_count.counter) == 0;
  return BPF_CORE_READ(file, f_ref.refcnt.counter) < 0;  // since 6.13: file_ref_t, negative once it is dead
}

// The release itself may be yet to come: before 6.6 close leaves it to the return to user space.
static __always_inline bool is_released(const struct sock *sk, __u64 inode) {
  const struct socket *socket = BPF_CORE_READ(sk, sk_socket);
  if (!socket) return true;
  const struct inode *own = inode_of_socket(socket);
  if (BPF_CORE_READ(own, i_ino) != inode) return true;
  const struct file *file = BPF_CORE_READ(socket, file);
  return file && has_no_reference(file);
}

static __always_inline void end_if_released(__u64 key, __u64 ns) {
  struct connection *connection = bpf_map_lookup_elem(&connections, &key);
  if (!connection || connection->stream_socket != STREAM_UNIX) return;
  if (is_released((const struct sock *)key, connection->inode)) close_connection(key, connection, ns);
}

// Run by the agent, for one entry: its key, and CLOCK_MONOTONIC of the end, if it is known better than by now.
SEC("raw_tp")
int obi_check_socket(struct bpf_raw_tracepoint_args *context) {
  end_if_released(context->args[0], context->args[1]);
  return 0;
}

// The kernel releases the socket.
static __always_inline void released(const struct socket *socket) {
  __u64 key = (__u64)BPF_CORE_READ(socket, sk);
  struct connection *connection = bpf_map_lookup_elem(&connections, &key);
  if (connection && connection->stream_socket == STREAM_UNIX) close_connection(key, connection, 0);
}
