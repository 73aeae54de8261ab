// SPDX-License-Identifier: Apache-2.0
// Finds or makes the table entry of a socket, and announces a connection to user space.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../maps/connections.bpf.h"
#include "../maps/events.bpf.h"
#include "../maps/losses.bpf.h"
#include "../maps/next_connection.bpf.h"
#include "socket_ref.bpf.h"
#include "stream.bpf.h"

// An IPv4 address as ::ffff:a.b.c.d.
static __always_inline void set_ipv4(__u8 *address, __u32 network_order) {
  __builtin_memset(address, 0, 10);
  address[10] = address[11] = 0xff;
  __builtin_memcpy(address + 12, &network_order, 4);
}

struct address_pair {
  __u8 local[16];
  __u8 remote[16];
};

static __always_inline void read_addresses(struct address_pair *to, const struct sock *sk, __u16 family) {
  if (family == ADDRESS_FAMILY_INET) {
    set_ipv4(to->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
    set_ipv4(to->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
  } else {
    bpf_core_read(to->local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bpf_core_read(to->remote, 16, &sk->__sk_common.skc_v6_daddr);
  }
}

static __always_inline void read_endpoints(struct obi_connection_open *open, const struct sock *sk) {
  struct address_pair addresses = {};
  open->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  open->remote_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
  read_addresses(&addresses, sk, open->family);
  __builtin_memcpy(open->local_address, addresses.local, 16);
  __builtin_memcpy(open->remote_address, addresses.remote, 16);
}

static __always_inline __u64 inode_of_peer(const struct sock *sk) {
  const struct sock *peer = BPF_CORE_READ((const struct unix_sock *)sk, peer);
  const struct socket *socket = peer ? BPF_CORE_READ(peer, sk_socket) : NULL;
  return socket ? BPF_CORE_READ((const struct socket_alloc *)socket, vfs_inode.i_ino) : 0;
}

// A record with all but the addresses; NULL (and counted): no room.
static __always_inline struct obi_connection_open *begin_announcement(const struct connection *connection,
                                                                      const struct socket_ref *socket) {
  struct obi_connection_open *open = bpf_ringbuf_reserve(&segments, sizeof(*open), 0);
  if (!open) {
    count_loss(OBI_LOSS_RING_FULL);
    return NULL;
  }
  const struct sock *sk = socket->sk;
  __builtin_memset(open, 0, sizeof(*open));
  open->header.type = OBI_EVENT_CONNECTION_OPEN;
  open->header.size = sizeof(*open);
  open->id = connection->id;
  open->ns = bpf_ktime_get_ns();
  open->pid = bpf_get_current_pid_tgid() >> 32;
  open->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  open->family = socket->family;
  open->role = connection->role;
  open->flags = connection->mid_life ? OBI_OPEN_MID_LIFE : 0;
  return open;
}

// Sends struct obi_connection_open. False: no room, and the entry stays unannounced so that the next call tries again.
static __always_inline bool announce(struct connection *connection, const struct socket_ref *socket) {
  struct obi_connection_open *open = begin_announcement(connection, socket);
  if (!open) return false;
  if (socket->kind == STREAM_UNIX) {
    open->local_inode = socket->inode;
    open->remote_inode = inode_of_peer(socket->sk);
  } else {
    read_endpoints(open, socket->sk);
  }
  bpf_ringbuf_submit(open, BPF_RB_NO_WAKEUP);
  connection->announced = 1;
  return true;
}

// Who opened a connection whose beginning was not seen. An accepted socket is a copy of its listener, whose backlog no
// connecting socket has (sk_clone_lock; listen(fd, 0) makes its connections look like a client's), and shares the listener's
// name on AF_UNIX, where a client seldom has one. Socket pairs have neither.
static __always_inline __u8 role_of(const struct socket_ref *socket) {
  const struct sock *sk = socket->sk;
  if (socket->kind != STREAM_UNIX) return BPF_CORE_READ(sk, sk_max_ack_backlog) ? OBI_ROLE_SERVER : OBI_ROLE_CLIENT;
  const struct unix_sock *own = (const struct unix_sock *)sk;
  const struct unix_sock *peer = (const struct unix_sock *)BPF_CORE_READ(own, peer);
  bool has_name = BPF_CORE_READ(own, addr);
  bool peer_has_name = peer && BPF_CORE_READ(peer, addr);
  if (has_name == peer_has_name) return OBI_ROLE_UNKNOWN;
  return has_name ? OBI_ROLE_SERVER : OBI_ROLE_CLIENT;
}

static __always_inline void describe_end(struct obi_connection_close *close, const struct connection *connection, __u64 ns) {
  __builtin_memset(close, 0, sizeof(*close));
  close->header.type = OBI_EVENT_CONNECTION_CLOSE;
  close->header.size = sizeof(*close);
  close->id = connection->id;
  close->ns = ns ? ns : bpf_ktime_get_ns();
  close->end = connection->end;
  close->end_ns = connection->end_ns;
  if (!connection->has_end_position) return;
  close->send_position = connection->end_position[OBI_SEND];
  close->receive_position = connection->end_position[OBI_RECEIVE];
  close->flags = OBI_CLOSE_HAS_POSITION;
}

// `ns`: 0 for now. Of several that end it at once only one does. The record is written before the entry goes, which may be
// another connection's next.
static __always_inline void close_connection(__u64 key, const struct connection *connection, __u64 ns) {
  struct obi_connection_close *close = NULL;
  if (connection->announced) {
    close = bpf_ringbuf_reserve(&segments, sizeof(*close), 0);
    if (!close) count_loss(OBI_LOSS_RING_FULL);
  }
  if (close) describe_end(close, connection, ns);
  bool ended = !bpf_map_delete_elem(&connections, &key);
  if (!close) return;
  if (ended) {
    bpf_ringbuf_submit(close, BPF_RB_NO_WAKEUP);
  } else {
    bpf_ringbuf_discard(close, BPF_RB_NO_WAKEUP);
  }
}

// The entry under that key is of a socket whose address is in use again, and whose end was not noticed.
__noinline int end_stale_connection(__u64 key) {
  const struct connection *stale = bpf_map_lookup_elem(&connections, &key);
  if (stale) close_connection(key, stale, 0);
  return 0;
}

// The entry of the socket, made if need be; `role` is OBI_ROLE_UNKNOWN unless the socket is just being opened. NULL (and
// counted) if the table takes no more.
static __always_inline struct connection *connection_of(const struct socket_ref *socket, __u8 role) {
  __u64 key = (__u64)socket->sk;
  struct connection *known = bpf_map_lookup_elem(&connections, &key);
  if (known && known->inode == socket->inode) return known;
  if (known) end_stale_connection(key);
  struct connection fresh = {.id = new_connection_id(),
                             .inode = socket->inode,
                             .plain = new_stream(shared_state.capture_override_epoch),
                             .stream_socket = socket->kind};
  fresh.mid_life = role == OBI_ROLE_UNKNOWN;
  fresh.role = fresh.mid_life ? role_of(socket) : role;
  if (bpf_map_update_elem(&connections, &key, &fresh, BPF_ANY)) {
    count_loss(OBI_LOSS_CONNECTIONS_FULL);
    return NULL;
  }
  return bpf_map_lookup_elem(&connections, &key);
}
