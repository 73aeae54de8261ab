// SPDX-License-Identifier: Apache-2.0
// From a file descriptor of the current task, or from a struct socket, to the sockets that we follow: streams, and UDP that
// may be DNS.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../shared/connection.h"
#include "kernel_types.bpf.h"

#define ADDRESS_FAMILY_UNIX 1
#define ADDRESS_FAMILY_INET 2
#define ADDRESS_FAMILY_INET6 10
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_MPTCP 262
#define SOCKET_STREAM 1
#define SOCKET_DATAGRAM 2
#define DNS_PORT 53
#define MULTICAST_DNS_PORT 5353

struct socket_ref {
  struct sock *sk;
  __u64 inode;
  __u16 family;
  __u8 kind;  // enum socket_kind
};

static __always_inline bool is_dns_port(__u16 port) { return port == DNS_PORT || port == MULTICAST_DNS_PORT; }

// Not connected: each datagram has its peer.
static __always_inline __u8 datagram_kind_of(const struct sock *sk, __u16 family) {
  if (family != ADDRESS_FAMILY_INET && family != ADDRESS_FAMILY_INET6) return STREAM_NONE;
  if (BPF_CORE_READ(sk, sk_protocol) != PROTOCOL_UDP) return STREAM_NONE;
  __u16 port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
  return !port || is_dns_port(port) ? SOCKET_UDP : STREAM_NONE;
}

static __always_inline __u8 socket_kind_of(const struct sock *sk, __u16 family) {
  __u16 type = BPF_CORE_READ(sk, sk_type);
  if (type == SOCKET_DATAGRAM) return datagram_kind_of(sk, family);
  if (type != SOCKET_STREAM) return STREAM_NONE;
  if (family == ADDRESS_FAMILY_UNIX) return STREAM_UNIX;
  if (family != ADDRESS_FAMILY_INET && family != ADDRESS_FAMILY_INET6) return STREAM_NONE;
  __u16 protocol = BPF_CORE_READ(sk, sk_protocol);
  if (protocol == PROTOCOL_TCP) return STREAM_TCP;
  return protocol == PROTOCOL_MPTCP ? STREAM_MPTCP : STREAM_NONE;
}

// False unless `socket` is one that we follow.
static __always_inline bool socket_of(struct socket_ref *out, const struct socket *socket, const struct inode *inode) {
  struct sock *sk = BPF_CORE_READ(socket, sk);
  if (!sk) return false;
  out->sk = sk;
  out->inode = BPF_CORE_READ(inode, i_ino);
  out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  out->kind = socket_kind_of(sk, out->family);
  return out->kind != STREAM_NONE;
}

static __always_inline const struct inode *inode_of_socket(const struct socket *socket) {
  return __builtin_preserve_access_index(&((const struct socket_alloc *)socket)->vfs_inode);
}

// False unless `fd` is a socket that we follow.
static __always_inline bool socket_of_fd(struct socket_ref *out, __u32 fd) {
  const struct task_struct *task = (const struct task_struct *)bpf_get_current_task();
  const struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  if (fd >= BPF_CORE_READ(table, max_fds)) return false;
  struct file **files = BPF_CORE_READ(table, fd);
  struct file *file = NULL;
  if (bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file) return false;
  const struct inode *inode = BPF_CORE_READ(file, f_inode);
  if ((BPF_CORE_READ(inode, i_mode) & 0170000) != 0140000) return false;  // S_IFMT, S_IFSOCK
  return socket_of(out, BPF_CORE_READ(file, private_data), inode);
}
