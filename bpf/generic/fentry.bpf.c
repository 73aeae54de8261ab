// SPDX-License-Identifier: Apache-2.0
// The `fentry` capture back end: trampolines on the functions that every socket call passes, whoever makes it (system call,
// io_uring, splice). Kernel floor 5.8 with BTF; amd64, and arm64 from 6.0.
// Hooks, all at the return: inet_sendmsg(socket, message, size), inet_recvmsg(socket, message, size, flags) and their
//   inet6 counterparts, unix_stream_sendmsg(socket, message, size), unix_stream_recvmsg(socket, message, size, flags),
//   inet_sendpage(socket, page, offset, size, flags) up to 6.4, tcp_splice_read(socket, position, pipe, size, flags),
//   unix_shutdown(socket, how), inet_accept(socket, new socket, …); at entry: tcp_connect(sk), unix_release(socket).
//   One layer above tcp_sendmsg and tcp_recvmsg, because there the arguments are the same in every kernel, and the bytes are
//   the application's also under kernel TLS, MPTCP and sockmap.
// Maps: reads pid_*, capture_overrides; writes connections, losses, segments. Consumed by src/capture.
#define SCRATCH_SLOTS 14
#include "../lib/kernel_types.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/message.bpf.h"
#include "../lib/reported.bpf.h"
#include "../maps/pid_filter.bpf.h"
#include "lifecycle.bpf.h"

// The arguments, then the result.
typedef unsigned long long trampoline_args;

// The hooks of TCP have a fallback program. Of a socket without positions it can't find out what the first one has reported,
// and leaves those to it.
static __always_inline bool is_left_to_first(__u32 slot, const struct sock *sk) {
  return slot >= SCRATCH_SEND_FALLBACK && socket_kind_of(sk, BPF_CORE_READ(sk, __sk_common.skc_family)) != STREAM_TCP;
}

static __always_inline void emit_once(__u32 slot, const struct socket *socket, const struct msghdr *message, __u8 direction,
                                      __u32 flags, int result) {
  const struct sock *sk = BPF_CORE_READ(socket, sk);
  if (result < 0 || is_left_to_first(slot, sk) || is_reported(sk, direction, result)) return;
  on_io(slot, socket, message, direction, flags, result);
  remember_reported(sk, direction, result);
}

#define SENT(name, program, slot)                                                                                       \
  SEC("fexit/" #name)                                                                                                   \
  int obi_##program(const trampoline_args *args) {                                                                      \
    if (!is_traced() || (int)args[3] <= 0) return 0;                                                                    \
    emit_once(slot, (const struct socket *)args[0], (const struct msghdr *)args[1], OBI_SEND, 0, (int)args[3]);         \
    return 0;                                                                                                           \
  }
SENT(inet_sendmsg, inet_sendmsg, SCRATCH_SEND)
SENT(inet_sendmsg, inet_sendmsg_fallback, SCRATCH_SEND_FALLBACK)
SENT(inet6_sendmsg, inet6_sendmsg, SCRATCH_SEND6)
SENT(inet6_sendmsg, inet6_sendmsg_fallback, SCRATCH_SEND6_FALLBACK)
SENT(unix_stream_sendmsg, unix_stream_sendmsg, SCRATCH_UNIX_SEND)

// A receive of size 0 has no meaning, and peeked bytes will be read again.
#define RECEIVED(name, program, slot)                                                                                   \
  SEC("fexit/" #name)                                                                                                   \
  int obi_##program(const trampoline_args *args) {                                                                      \
    if (!is_traced() || args[2] == 0 || args[3] & MESSAGE_PEEK) return 0;                                               \
    emit_once(slot, (const struct socket *)args[0], (const struct msghdr *)args[1], OBI_RECEIVE, args[3], (int)args[4]); \
    return 0;                                                                                                           \
  }
RECEIVED(inet_recvmsg, inet_recvmsg, SCRATCH_RECEIVE)
RECEIVED(inet_recvmsg, inet_recvmsg_fallback, SCRATCH_RECEIVE_FALLBACK)
RECEIVED(inet6_recvmsg, inet6_recvmsg, SCRATCH_RECEIVE6)
RECEIVED(inet6_recvmsg, inet6_recvmsg_fallback, SCRATCH_RECEIVE6_FALLBACK)
RECEIVED(unix_stream_recvmsg, unix_stream_recvmsg, SCRATCH_UNIX_RECEIVE)

// Pages of a file, one call each; from 6.5 on they come through sendmsg.
SEC("fexit/inet_sendpage")
int obi_inet_sendpage(const trampoline_args *args) {
  if (!is_traced() || (int)args[5] <= 0) return 0;
  on_io(SCRATCH_SENDPAGE, (const struct socket *)args[0], NULL, OBI_SEND, 0, (int)args[5]);
  return 0;
}

SEC("fexit/tcp_splice_read")
int obi_tcp_splice_read(const trampoline_args *args) {
  if (!is_traced() || (int)args[5] <= 0) return 0;
  on_io(SCRATCH_SPLICE, (const struct socket *)args[0], NULL, OBI_RECEIVE, 0, (int)args[5]);
  return 0;
}

SEC("fexit/unix_shutdown")
int obi_unix_shutdown(const trampoline_args *args) {
  if (is_traced() && (int)args[2] == 0) shut_down(SCRATCH_SHUTDOWN, (const struct socket *)args[0], args[1]);
  return 0;
}

// Whoever drops the last reference: maybe no traced process.
SEC("fentry/unix_release")
int obi_unix_release(const trampoline_args *args) {
  released((const struct socket *)args[0]);
  return 0;
}

SEC("fentry/tcp_connect")
int obi_tcp_connect(const trampoline_args *args) {
  if (is_traced()) opened(BPF_CORE_READ((const struct sock *)args[0], sk_socket), OBI_ROLE_CLIENT);
  return 0;
}

// (sk, address, size); what it could not begin.
#define CONNECTED(name)                                                                                                  \
  SEC("fexit/" #name)                                                                                                   \
  int obi_##name(const trampoline_args *args) {                                                                         \
    if (is_no_way((int)args[3]) && is_traced()) emit_no_way((const struct sock *)args[0], args[1], true, (int)args[3]);  \
    return 0;                                                                                                           \
  }
CONNECTED(tcp_v4_connect)
CONNECTED(tcp_v6_connect)

// What follows the second argument, the result included, differs by kernel; a failed accept leaves the new socket empty.
SEC("fexit/inet_accept")
int obi_inet_accept(const trampoline_args *args) {
  if (is_traced()) opened((const struct socket *)args[1], OBI_ROLE_SERVER);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
