// SPDX-License-Identifier: Apache-2.0
// The `kprobe` capture back end, for kernels without BPF trampolines: the same functions as `fentry`. Kernel floor 5.8.
// Hooks: kprobes on inet_sendmsg, inet_recvmsg, inet6_sendmsg, inet6_recvmsg, unix_stream_sendmsg, unix_stream_recvmsg,
//   inet_sendpage, tcp_splice_read and unix_shutdown keep the arguments; the result comes with a kretprobe, but for a TCP
//   receive with a kprobe on tcp_cleanup_rbuf(sk, copied), which the kernel calls when it has copied. A receive may block
//   for hours, and each blocked one would hold one of the few kretprobe instances, beyond which returns are lost; for UDP
//   with one on skb_consume_udp(sk, packet, copied), for the same reason. A call whose return was lost is counted at the
//   thread's next call, or at its end; TCP's bytes are accounted for by the sequence numbers.
//   kprobes on tcp_connect(sk) and security_sock_graft(sk, socket), which accept calls, show which end opened a connection;
//   one on unix_release(socket) shows its end.
// Maps: reads pid_*, capture_overrides; writes pending_calls, connections, losses, segments. Consumed by src/capture.
#include "../lib/kernel_types.bpf.h"

#include <linux/ptrace.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "../lib/message.bpf.h"
#include "../maps/pending_calls.bpf.h"
#include "../maps/pid_filter.bpf.h"

// What the thread did before is over: if that still waits for its kretprobe, it has returned unseen.
static __always_inline void count_missed_return(void) {
  const struct pending_call *left = pending_call_of_thread();
  if (left && left->awaits_return) count_loss(OBI_LOSS_RETURN_MISSED);
}

static __always_inline void end_pending_call(void) {
  count_missed_return();
  forget_pending_call();
}
#define ON_THREAD_EXIT end_pending_call
#include "lifecycle.bpf.h"

// A call of a traced thread begins.
static __always_inline bool begins_call(void) {
  if (!is_traced()) return false;
  count_missed_return();
  return true;
}

#define MESSAGE_WAITALL 0x100  // MSG_WAITALL: one call may be reported in parts

enum end_hook { BY_KPROBE, BY_KRETPROBE };

static __always_inline void enter(const struct socket *socket, const struct msghdr *message, __u32 flags, __u8 direction,
                                  enum end_hook ends) {
  struct pending_call call = {.socket = socket,
                              .message = message,
                              .sk = BPF_CORE_READ(socket, sk),
                              .flags = flags,
                              .sends = direction == OBI_SEND,
                              .awaits_return = ends == BY_KRETPROBE};
  keep_pending_call(&call);
}

// The thread's call returns `result`.
static __always_inline int leave(__u8 direction, long result) {
  const struct pending_call *call = pending_call_of_thread();
  if (!call) return 0;
  struct pending_call known = take_pending_call(call);
  if (result > 0 || (result == 0 && direction == OBI_RECEIVE)) {
    on_io(SCRATCH_SHARED, known.socket, known.message, direction, known.flags, result);
  }
  return 0;
}

static __always_inline void enter_send(struct pt_regs *registers) {
  enter((const struct socket *)PT_REGS_PARM1(registers), (const struct msghdr *)PT_REGS_PARM2(registers), 0, OBI_SEND,
        BY_KRETPROBE);
}

#define SEND_HOOK(name)                                                                                                  \
  SEC("kprobe/" #name)                                                                                                   \
  int obi_##name(struct pt_regs *registers) {                                                                            \
    if (begins_call()) enter_send(registers);                                                                            \
    return 0;                                                                                                            \
  }                                                                                                                      \
  SEC("kretprobe/" #name)                                                                                                \
  int obi_##name##_return(struct pt_regs *registers) {                                                                   \
    return is_traced() ? leave(OBI_SEND, (int)PT_REGS_RC(registers)) : 0;                                                \
  }
SEND_HOOK(inet_sendmsg)
SEND_HOOK(inet6_sendmsg)
SEND_HOOK(unix_stream_sendmsg)

// A receive of size 0 has no meaning, and peeked bytes will be read again.
static __always_inline int enter_receive(struct pt_regs *registers, enum end_hook ends) {
  __u32 flags = PT_REGS_PARM4(registers);
  if (PT_REGS_PARM3(registers) == 0 || flags & (MESSAGE_PEEK | MESSAGE_ERRQUEUE)) {
    forget_pending_call();
    return 0;
  }
  enter((const struct socket *)PT_REGS_PARM1(registers), (const struct msghdr *)PT_REGS_PARM2(registers), flags, OBI_RECEIVE,
        ends);
  return 0;
}

// MPTCP's subflows and kernel TLS call tcp_cleanup_rbuf, too, though for bytes that are not the caller's yet.
static __always_inline bool has_own_receive(const struct sock *sk) {
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  __u8 kind = socket_kind_of(sk, family);
  return kind == STREAM_MPTCP || (kind == STREAM_TCP && BPF_CORE_READ((const struct inet_connection_sock *)sk, icsk_ulp_ops));
}

static __always_inline int enter_inet_receive(struct pt_regs *registers) {
  if (!begins_call()) return 0;
  const struct socket *socket = (const struct socket *)PT_REGS_PARM1(registers);
  if (!has_own_receive(BPF_CORE_READ(socket, sk))) return enter_receive(registers, BY_KPROBE);
  count_loss(OBI_LOSS_RECEIVE_UNSEEN);
  forget_pending_call();
  return 0;
}
SEC("kprobe/inet_recvmsg")
int obi_inet_recvmsg(struct pt_regs *registers) { return enter_inet_receive(registers); }
SEC("kprobe/inet6_recvmsg")
int obi_inet6_recvmsg(struct pt_regs *registers) { return enter_inet_receive(registers); }
SEC("kprobe/unix_stream_recvmsg")
int obi_unix_stream_recvmsg(struct pt_regs *registers) {
  return begins_call() ? enter_receive(registers, BY_KRETPROBE) : 0;
}

SEC("kretprobe/unix_stream_recvmsg")
int obi_unix_stream_recvmsg_return(struct pt_regs *registers) {
  return is_traced() ? leave(OBI_RECEIVE, (int)PT_REGS_RC(registers)) : 0;
}

// Called with what the call has copied so far: at its end, and before it waits for more.
SEC("kprobe/tcp_cleanup_rbuf")
int obi_tcp_cleanup_rbuf(struct pt_regs *registers) {
  if (!is_traced()) return 0;
  const struct sock *sk = (const struct sock *)PT_REGS_PARM1(registers);
  int copied = PT_REGS_PARM2(registers);
  struct pending_call *call = pending_call_of_thread();
  if (!call || call->sk != sk) return 0;
  struct pending_call known = *call;
  bool ends = copied == 0 && BPF_CORE_READ(sk, sk_shutdown) & RECEIVE_SHUTDOWN;
  if (copied == 0 && !ends) return 0;  // it goes on waiting
  if (copied > 0 && known.message && known.flags & MESSAGE_WAITALL) {
    call->reported = copied;
  } else {
    forget_pending_call();
  }
  long fresh = (long)copied - known.reported;
  if (fresh > 0 || ends) on_io(SCRATCH_SHARED, known.socket, known.message, OBI_RECEIVE, known.flags, fresh);
  return 0;
}

// Called when a datagram was copied; a negative length: it was peeked at.
SEC("kprobe/skb_consume_udp")
int obi_udp_received(struct pt_regs *registers) {
  if (!is_traced()) return 0;
  const struct pending_call *call = pending_call_of_thread();
  if (!call || call->sends || call->sk != (const struct sock *)PT_REGS_PARM1(registers)) return 0;
  struct pending_call known = take_pending_call(call);
  int copied = PT_REGS_PARM3(registers);
  if (copied > 0) on_io(SCRATCH_SHARED, known.socket, known.message, OBI_RECEIVE, known.flags, copied);
  return 0;
}

SEC("kprobe/tcp_splice_read")
int obi_tcp_splice_read(struct pt_regs *registers) {
  if (begins_call()) enter((const struct socket *)PT_REGS_PARM1(registers), NULL, 0, OBI_RECEIVE, BY_KPROBE);
  return 0;
}

// Pages of a file, one call each; from 6.5 on they come through sendmsg.
SEC("kprobe/inet_sendpage")
int obi_inet_sendpage(struct pt_regs *registers) {
  if (begins_call()) enter((const struct socket *)PT_REGS_PARM1(registers), NULL, 0, OBI_SEND, BY_KRETPROBE);
  return 0;
}
SEC("kretprobe/inet_sendpage")
int obi_inet_sendpage_return(struct pt_regs *registers) {
  return is_traced() ? leave(OBI_SEND, (int)PT_REGS_RC(registers)) : 0;
}

SEC("kprobe/unix_shutdown")
int obi_unix_shutdown(struct pt_regs *registers) {
  if (is_traced()) shut_down(SCRATCH_SHARED, (const struct socket *)PT_REGS_PARM1(registers), PT_REGS_PARM2(registers));
  return 0;
}

// Whoever drops the last reference: maybe no traced process.
SEC("kprobe/unix_release")
int obi_unix_release(struct pt_regs *registers) {
  released((const struct socket *)PT_REGS_PARM1(registers));
  return 0;
}

SEC("kprobe/tcp_connect")
int obi_tcp_connect(struct pt_regs *registers) {
  const struct sock *sk = (const struct sock *)PT_REGS_PARM1(registers);
  if (is_traced()) opened(BPF_CORE_READ(sk, sk_socket), OBI_ROLE_CLIENT);
  return 0;
}

// (sk, address, size); what it could not begin. It doesn't block.
static __always_inline int enter_connect(struct pt_regs *registers) {
  if (!is_traced()) return 0;
  __u64 thread = bpf_get_current_pid_tgid();
  struct connect_attempt attempt = {.socket = PT_REGS_PARM1(registers), .name = PT_REGS_PARM2(registers)};
  bpf_map_update_elem(&connecting, &thread, &attempt, BPF_ANY);
  return 0;
}

static __always_inline int leave_connect(struct pt_regs *registers) {
  if (!is_traced()) return 0;
  int result = PT_REGS_RC(registers);
  __u64 thread = bpf_get_current_pid_tgid();
  const struct connect_attempt *attempt = bpf_map_lookup_elem(&connecting, &thread);
  if (!attempt) return 0;
  if (is_no_way(result)) emit_no_way((const struct sock *)attempt->socket, attempt->name, true, result);
  bpf_map_delete_elem(&connecting, &thread);
  return 0;
}

#define CONNECT_HOOK(name)                                                                                               \
  SEC("kprobe/" #name)                                                                                                   \
  int obi_##name(struct pt_regs *registers) { return enter_connect(registers); }                                         \
  SEC("kretprobe/" #name)                                                                                                \
  int obi_##name##_return(struct pt_regs *registers) { return leave_connect(registers); }
CONNECT_HOOK(tcp_v4_connect)
CONNECT_HOOK(tcp_v6_connect)

SEC("kprobe/security_sock_graft")
int obi_sock_graft(struct pt_regs *registers) {
  if (is_traced()) opened((const struct socket *)PT_REGS_PARM2(registers), OBI_ROLE_SERVER);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
