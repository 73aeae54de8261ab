// SPDX-License-Identifier: Apache-2.0
// The address that a call gives or is given (struct sockaddr), in user or kernel memory.
#pragma once
#include <bpf/bpf_helpers.h>

#include "../maps/datagrams.bpf.h"
#include "connection.bpf.h"

struct socket_name {  // struct sockaddr_in, and the front of struct sockaddr_in6
  __u16 family;
  __u16 port;
  __u32 address;
};

static __always_inline long read_memory(void *to, __u32 size, __u64 from, bool in_kernel) {
  return in_kernel ? bpf_probe_read_kernel(to, size, (const void *)from) : bpf_probe_read_user(to, size, (const void *)from);
}

// False if it is no address of IP.
static __always_inline bool read_name(struct datagram_peer *peer, __u64 from, bool in_kernel) {
  struct socket_name name = {};
  if (!from || read_memory(&name, sizeof(name), from, in_kernel)) return false;
  peer->port = __builtin_bswap16(name.port);
  if (name.family == ADDRESS_FAMILY_INET) {
    set_ipv4(peer->address, name.address);
    return true;
  }
  return name.family == ADDRESS_FAMILY_INET6 && !read_memory(peer->address, 16, from + sizeof(name), in_kernel);
}
