// SPDX-License-Identifier: Apache-2.0
// Connections whose handshake failed, the same for every back end and way to connect (blocking or not, TCP
// fast open, io_uring): a socket enters SYN_SENT in the context of its process, and leaves it for CLOSE, in whatever
// context, with the error that the process will get. An attempt for which there is no route never enters SYN_SENT: the
// result of the call has it, of the kernel's function or of the system call, as the back end has it.
// Part of the program on inet_sock_set_state. Maps: writes connecting, segments (struct obi_connect_failed).
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/connection.bpf.h"
#include "../lib/socket_name.bpf.h"
#include "../maps/connecting.bpf.h"
#include "../maps/pid_filter.bpf.h"
#include "../shared/connect_failed.h"

static __always_inline void begin_connect(const struct sock *sk) {
  if (!is_traced()) return;
  __u64 key = (__u64)sk;
  struct connect_attempt attempt = {.start_ns = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32};
  bpf_map_update_elem(&connecting, &key, &attempt, BPF_ANY);
}

// `to`: the address it was for; NULL: the socket has it.
static __always_inline void emit_failed(const struct sock *sk, const struct connect_attempt *attempt, __u16 error,
                                        const struct datagram_peer *to) {
  struct obi_connect_failed *failed = bpf_ringbuf_reserve(&segments, sizeof(*failed), 0);
  if (!failed) {
    count_loss(OBI_LOSS_RING_FULL);
    return;
  }
  struct address_pair addresses = {};
  failed->header.type = OBI_EVENT_CONNECT_FAILED;
  failed->header.size = sizeof(*failed);
  failed->start_ns = attempt->start_ns;
  failed->end_ns = bpf_ktime_get_ns();
  failed->pid = attempt->pid;
  failed->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  failed->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  failed->local_port = __builtin_bswap16(BPF_CORE_READ((const struct inet_sock *)sk, inet_sport));  // skc_num is 0 by now
  failed->remote_port = to ? to->port : __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
  failed->error = error;
  read_addresses(&addresses, sk, failed->family);
  __builtin_memcpy(failed->local_address, addresses.local, 16);
  __builtin_memcpy(failed->remote_address, to ? to->address : addresses.remote, 16);
  bpf_ringbuf_submit(failed, BPF_RB_NO_WAKEUP);
}

// The socket leaves SYN_SENT.
static __always_inline void end_connect(const struct sock *sk, bool failed) {
  __u64 key = (__u64)sk;
  struct connect_attempt *attempt = bpf_map_lookup_elem(&connecting, &key);
  if (!attempt) return;
  if (failed) {
    if (!attempt->reported) emit_failed(sk, attempt, BPF_CORE_READ(sk, sk_err), NULL);
    attempt->reported = 1;
  } else {
    bpf_map_delete_elem(&connecting, &key);
  }
}

static __always_inline void forget_connect(const struct sock *sk) {
  __u64 key = (__u64)sk;
  bpf_map_delete_elem(&connecting, &key);
}

// Errors for which a connect call does not begin a handshake: EPERM, EACCES, ENETDOWN, ENETUNREACH, EHOSTUNREACH. (Some of
// them a handshake may end with, too.)
static __always_inline bool is_no_way(long result) {
  return result == -1 || result == -13 || result == -100 || result == -101 || result == -113;
}

// A connect call of this task on a TCP socket could not begin; `name` is the address that it was given.
static __always_inline void emit_no_way(const struct sock *sk, __u64 name, bool in_kernel, long result) {
  struct datagram_peer to = {};
  struct connect_attempt attempt = {.start_ns = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32};
  if (read_name(&to, name, in_kernel)) emit_failed(sk, &attempt, -result, &to);
}
