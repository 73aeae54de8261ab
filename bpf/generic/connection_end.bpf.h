// SPDX-License-Identifier: Apache-2.0
// How TCP connections end; part of the programs of lifecycle.bpf.h, the same for every back end.
// What happens first decides: a close or a reset by this end, the peer's FIN or RST, or the kernel's time-out. It is seen
// where the socket changes its state: there the kernel has set sk_err (tcp_reset, tcp_write_err), and the process has not
// read it yet. A shutdown of the sending side alone is no end: its process still waits.
// Maps: writes connections, segments (close and end-of-stream records).
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/connection.bpf.h"

enum tcp_state {  // include/net/tcp_states.h
  STATE_SYN_SENT = 2,
  STATE_FIN_WAIT1 = 4,
  STATE_FIN_WAIT2 = 5,
  STATE_CLOSE = 7,
  STATE_CLOSE_WAIT = 8,
  STATE_LAST_ACK = 9,
  STATE_LISTEN = 10,
  STATE_CLOSING = 11,
};
enum end_error { ERROR_BROKEN_PIPE = 32, ERROR_ABORTED = 103, ERROR_RESET = 104 };
enum { RECEIVING_IS_SHUT = 1 };  // RCV_SHUTDOWN, include/net/sock.h

static __always_inline __u8 end_by_error(int error) {
  switch (error) {
    case ERROR_RESET:
    case ERROR_BROKEN_PIPE: return OBI_END_PEER_RESET;  // EPIPE: a reset behind the peer's FIN
    case ERROR_ABORTED: return OBI_END_ABORTED;         // by an administrator (ss -K)
    default: return OBI_END_TIMED_OUT;                  // ETIMEDOUT, or what ICMP had said meanwhile
  }
}

// enum obi_connection_end of a socket that goes from state `old` to `state`; OBI_END_UNKNOWN: it goes on.
static __always_inline __u8 end_by_state(const struct sock *sk, int old, int state) {
  // LAST_ACK comes behind CLOSE_WAIT, which is not seen where the peer's FIN came before accept().
  if (state == STATE_CLOSE_WAIT || state == STATE_CLOSING || state == STATE_LAST_ACK) return OBI_END_PEER_CLOSED;
  if (state == STATE_FIN_WAIT1) {
    // close() has shut both directions by then, shutdown() one of them.
    return BPF_CORE_READ(sk, sk_shutdown) & RECEIVING_IS_SHUT ? OBI_END_CLOSED : OBI_END_UNKNOWN;
  }
  if (state != STATE_CLOSE) return OBI_END_UNKNOWN;
  int error = BPF_CORE_READ(sk, sk_err);
  if (error) return end_by_error(error);
  // Half closed until now: by the peer's FIN, unless its file was closed meanwhile.
  if (old == STATE_FIN_WAIT1 || old == STATE_FIN_WAIT2)
    return BPF_CORE_READ(sk, sk_socket) ? OBI_END_PEER_CLOSED : OBI_END_CLOSED;
  return OBI_END_ABORTED;
}

static __always_inline void keep_positions(const struct sock *sk, struct connection *connection) {
  if (connection->has_end_position || connection->stream_socket != STREAM_TCP) return;
  const struct tcp_sock *tcp = (const struct tcp_sock *)sk;
  connection->end_position[OBI_SEND] = BPF_CORE_READ(tcp, write_seq);
  connection->end_position[OBI_RECEIVE] = BPF_CORE_READ(tcp, copied_seq);
  connection->has_end_position = 1;
}

static __always_inline void note_end(const struct sock *sk, struct connection *connection, int old, int state) {
  if (connection->end) return;
  __u8 end = end_by_state(sk, old, state);
  if (!end) return;
  connection->end_ns = bpf_ktime_get_ns();
  connection->end = end;
  if (end == OBI_END_ABORTED) keep_positions(sk, connection);  // tcp_disconnect() sets them anew next
}

// No more bytes will be sent.
static __always_inline void end_sending(struct connection *connection) {
  if (connection->reported & REPORTED_SENDING_END) return;
  connection->reported |= REPORTED_SENDING_END;
  struct obi_segment *segment = bpf_ringbuf_reserve(&segments, sizeof(*segment), 0);
  if (!segment) {
    count_loss(OBI_LOSS_RING_FULL);
    return;
  }
  __builtin_memset(segment, 0, sizeof(*segment));
  segment->header.type = OBI_EVENT_SEGMENT;
  segment->header.size = sizeof(*segment);
  segment->connection_id = connection->id;
  segment->start_ns = segment->end_ns = bpf_ktime_get_ns();
  segment->direction = OBI_SEND;
  segment->flags = OBI_SEGMENT_END_OF_STREAM;
  bpf_ringbuf_submit(segment, BPF_RB_NO_WAKEUP);
}

// The socket is gone.
static __always_inline void end_connection(const struct sock *sk) {
  __u64 key = (__u64)sk;
  struct connection *connection = bpf_map_lookup_elem(&connections, &key);
  if (!connection) return;
  keep_positions(sk, connection);
  close_connection(key, connection, 0);
}
