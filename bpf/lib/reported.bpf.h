// SPDX-License-Identifier: Apache-2.0
// For trampolines, whose programs can be preempted. The kernel skips a program that is already running on this CPU, so one task
// would hide another's calls. A hook's second program, …_fallback, reports what the first could not, and finds by the stream's
// position what that was. (Both skipped: counted as program_skipped.)
#pragma once
#include "connection.bpf.h"

static __always_inline struct connection *tcp_connection(const struct sock *sk) {
  __u64 key = (__u64)sk;
  return BPF_CORE_READ(sk, sk_protocol) == PROTOCOL_TCP ? bpf_map_lookup_elem(&connections, &key) : NULL;
}

static __always_inline __u32 position_now(const struct sock *sk, __u8 direction) {
  const struct tcp_sock *tcp = (const struct tcp_sock *)sk;
  return direction == OBI_SEND ? BPF_CORE_READ(tcp, write_seq) : BPF_CORE_READ(tcp, copied_seq);
}

// `bytes`: that the call transferred, 0 at the end of the stream.
static __always_inline bool is_reported(const struct sock *sk, __u8 direction, int bytes) {
  const struct connection *connection = tcp_connection(sk);
  if (!connection) return false;
  if (!bytes) return connection->reported & REPORTED_END;
  return connection->reported & 1 << direction && connection->reported_until[direction & 1] == position_now(sk, direction);
}

static __always_inline void remember_reported(const struct sock *sk, __u8 direction, int bytes) {
  struct connection *connection = tcp_connection(sk);
  if (!connection) return;
  connection->reported |= bytes ? 1 << direction : REPORTED_END;
  connection->reported_until[direction & 1] = position_now(sk, direction);
}
