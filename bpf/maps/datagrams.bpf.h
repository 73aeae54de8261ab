// SPDX-License-Identifier: Apache-2.0
// UDP sockets of traced processes that talk to a DNS server, one entry for each server they talk to. Key: address of the
// kernel's struct sock and hash of the peer, reported_until[0] holds the hash, reported_until[1] the time of the last datagram.
// Apart from the streams, which resolvers that take a socket for each question would evict. LRU: there is no event at the end of
// a socket.
#pragma once
#include "connections.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, struct connection);
  __uint(max_entries, 4096);
} datagram_connections SEC(".maps");

// The peer that an unconnected socket has sent to last: a receive that doesn't ask for the sender counts as its answer.
struct datagram_peer {
  __u64 inode;  // of the socket, as in struct connection
  __u8 address[16];
  __u16 port;
  __u16 pad[3];
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, struct datagram_peer);
  __uint(max_entries, 1024);
} datagram_peers SEC(".maps");
