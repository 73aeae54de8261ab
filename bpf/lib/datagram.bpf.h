// SPDX-License-Identifier: Apache-2.0
// Datagrams to and from DNS servers (RFC 1035 port 53, multicast DNS RFC 6762 port 5353), and the connection they belong to: the
// socket with its server; for multicast, where any host may answer, the socket alone.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "connection.bpf.h"
#include "socket_io.bpf.h"
#include "socket_name.bpf.h"

// User space forgets a quiet connection after three seconds; one that was quiet for two (in 2^20 ns) is announced again.
#define DATAGRAM_QUIET 2000

// Fills the peer of the I/O; false if it is no DNS server.
static __always_inline bool find_peer(struct socket_io *io) {
  const struct sock *sk = io->socket.sk;
  struct datagram_peer *peer = &io->peer;
  __u64 key = (__u64)sk;
  peer->port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (peer->port) {
    struct address_pair addresses = {};
    read_addresses(&addresses, sk, io->socket.family);
    __builtin_memcpy(peer->address, addresses.remote, 16);
    return is_dns_port(peer->port);
  }
  if (io->name) {
    if (!read_name(peer, io->name, io->name_in_kernel) || !is_dns_port(peer->port)) return false;
    peer->inode = io->socket.inode;
    if (io->direction == OBI_SEND) bpf_map_update_elem(&datagram_peers, &key, peer, BPF_ANY);
    return true;
  }
  const struct datagram_peer *last = bpf_map_lookup_elem(&datagram_peers, &key);
  if (!last || last->inode != io->socket.inode || io->direction == OBI_SEND) return false;
  *peer = *last;
  return true;
}

static __always_inline __u32 hash_of(const struct datagram_peer *peer) {
  if (peer->port == MULTICAST_DNS_PORT) return peer->port;
  __u32 hash = peer->port;
  for (int i = 0; i < 16; i += 4) {
    __u32 word;
    __builtin_memcpy(&word, peer->address + i, sizeof(word));
    hash = (hash ^ word) * 0x9e3779b1;
  }
  return hash;
}

// The entry of the socket and the I/O's peer. NULL (and counted) if the table takes no more.
static __always_inline struct connection *datagram_connection(const struct socket_io *io) {
  __u32 hash = hash_of(&io->peer);
  __u32 now = bpf_ktime_get_ns() >> 20;
  __u64 key = ((__u64)io->socket.sk ^ (__u64)hash << 20) | 1;
  struct connection *known = bpf_map_lookup_elem(&datagram_connections, &key);
  if (known && known->inode == io->socket.inode && known->reported_until[0] == hash) {
    if (now - known->reported_until[1] > DATAGRAM_QUIET) known->announced = 0;
    known->reported_until[1] = now;
    return known;
  }
  struct connection fresh = {.id = new_connection_id(), .inode = io->socket.inode, .role = OBI_ROLE_CLIENT};
  fresh.plain.capture_override = OBI_MODE_PROBING;
  fresh.stream_socket = SOCKET_UDP;
  fresh.reported_until[0] = hash;
  fresh.reported_until[1] = now;
  if (bpf_map_update_elem(&datagram_connections, &key, &fresh, BPF_ANY)) {
    count_loss(OBI_LOSS_CONNECTIONS_FULL);
    return NULL;
  }
  return bpf_map_lookup_elem(&datagram_connections, &key);
}

// As announce, for the socket and the I/O's peer.
static __always_inline bool announce_datagrams(struct connection *connection, const struct socket_io *io) {
  struct obi_connection_open *open = begin_announcement(connection, &io->socket);
  if (!open) return false;
  open->flags |= OBI_OPEN_DATAGRAMS;
  read_endpoints(open, io->socket.sk);
  open->remote_port = io->peer.port;
  __builtin_memcpy(open->remote_address, io->peer.address, 16);
  bpf_ringbuf_submit(open, BPF_RB_NO_WAKEUP);
  connection->announced = 1;
  return true;
}
