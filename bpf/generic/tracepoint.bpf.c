// SPDX-License-Identifier: Apache-2.0
// The `tracepoint` capture back end, for recent kernels without kprobes and trampolines: TCP's own tracepoints, which every
// call passes (system call, io_uring, splice), so it sees what `syscall` can't.
// Hooks: raw tracepoints tcp_sendmsg_locked(sk, message, skb, size_goal) keeps the message that is being sent, and
//   sock_send_length(sk, result, flags) ends the call; skb_copy_datagram_iovec(skb, size) is about to copy received bytes,
//   and sock_recv_length(sk, result, flags) ends that call; sys_exit for AF_UNIX, splice from a socket, and who opened a
//   connection. tcp_sendmsg_locked is the newest of them (6.16).
// Received bytes are read from the packet, whose fragments are pages: page_address.bpf.h. The loader sends itself known bytes
//   before it trusts this.
// Maps: reads pid_*, capture_overrides; writes pending_calls, connections, descriptors, losses, segments. Consumed by
//   src/capture.
#define SCRATCH_SLOTS 2
#include "../lib/kernel_types.bpf.h"

#include "../lib/message.bpf.h"
#include "../lib/page_address.bpf.h"
#include "../maps/pending_calls.bpf.h"
#include "lifecycle.bpf.h"
#include "system_calls.bpf.h"

#define MAX_FRAGMENTS 17  // MAX_SKB_FRAGS of most kernels

// A splice from a socket passes no tracepoint of the receiving side.
static __always_inline bool is_reported_elsewhere(const struct socket_io *io) {
  return io->socket.kind == STREAM_TCP && !io->spliced;
}
static __always_inline void io_uring_entered(void) {}

SEC("raw_tp/sys_exit")
int obi_sys_exit(struct bpf_raw_tracepoint_args *context) {
  if (is_traced()) call_ended(SCRATCH_CALL, (const void *)context->args[0], context->args[1]);
  return 0;
}

// Called for every packet that a call fills; the first is enough.
SEC("raw_tp/tcp_sendmsg_locked")
int obi_tcp_sending(struct bpf_raw_tracepoint_args *context) {
  if (!is_traced()) return 0;
  const struct sock *sk = (const struct sock *)context->args[0];
  const struct msghdr *message = (const struct msghdr *)context->args[1];
  const struct pending_call *known = pending_call_of_thread();
  if (known && known->sk == sk && known->message == message) return 0;
  struct pending_call call = {.socket = BPF_CORE_READ(sk, sk_socket), .message = message, .sk = sk, .sends = 1};
  keep_pending_call(&call);
  return 0;
}

SEC("raw_tp/sock_send_length")
int obi_tcp_sent(struct bpf_raw_tracepoint_args *context) {
  if (!is_traced()) return 0;
  const struct pending_call *call = pending_call_of_thread();
  if (!call || call->sk != (const struct sock *)context->args[0]) return 0;
  struct pending_call known = take_pending_call(call);
  int result = context->args[1];
  if (result > 0 && known.socket) on_io(SCRATCH_SHARED, known.socket, known.message, OBI_SEND, 0, result);
  return 0;
}

// The call's own flags come too late, with sock_recv_length. An io_uring request has no registers to ask.
static __always_inline bool is_peeking(void) {
  struct call call;
  if (!read_call(&call, (const void *)bpf_task_pt_regs(bpf_get_current_task_btf()), 0)) return false;
  if (call.number == NR_recvfrom) return call.args[3] & MESSAGE_PEEK;
  return call.number == NR_recvmsg && call.args[2] & MESSAGE_PEEK;
}

// Appends to the scratch's own vector; 0 if there was room.
__noinline int add_part(__u32 index, __u64 base, __u64 length) {
  struct segment_scratch *scratch = scratch_of_cpu(SCRATCH_SHARED);
  if (!scratch || index >= MAX_IOVECS) return -1;
  scratch->parts[index].base = base;
  scratch->parts[index].length = length;
  return 0;
}

// Describes `size` bytes of the packet from `offset` on as a vector, up to the first whose address is not known; returns the
// number of its elements.
__noinline int collect(__u64 packet, __u32 offset, __u32 size) {
  const struct sk_buff *skb = (const struct sk_buff *)packet;
  __u32 paged = BPF_CORE_READ(skb, data_len);
  __u32 linear = BPF_CORE_READ(skb, len) - paged;
  __u32 count = 0;
  if (offset < linear) {
    __u32 take = linear - offset < size ? linear - offset : size;
    if (add_part(count++, (__u64)BPF_CORE_READ(skb, data) + offset, take)) return 0;
    offset += take;
    size -= take;
  }
  offset -= linear;
  const struct skb_shared_info *shared = (const void *)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end);
  __u32 fragments = BPF_CORE_READ(shared, nr_frags);
  for (__u32 i = 0; i < MAX_FRAGMENTS; i++) {
    if (i >= fragments || !size) break;
    struct skb_frag fragment;
    const void *at = (const void *)shared + bpf_core_field_offset(struct skb_shared_info, frags) + i * bpf_core_type_size(struct skb_frag);
    const struct skb_frag *from = at;
    fragment.netmem = BPF_CORE_READ(from, netmem);
    fragment.len = BPF_CORE_READ(from, len);
    fragment.offset = BPF_CORE_READ(from, offset);
    if (offset < fragment.len) {
      __u64 memory = address_of_page(fragment.netmem);
      __u32 take = fragment.len - offset < size ? fragment.len - offset : size;
      if (!memory || add_part(count, memory + fragment.offset + offset, take)) return count;
      count++;
      size -= take;
      offset = 0;
    } else {
      offset -= fragment.len;
    }
  }
  return count;
}

// Fills the scratch's socket_io for a TCP socket; false if it isn't one that we follow.
static __always_inline bool begin_receive(struct segment_scratch *scratch, const struct sock *sk) {
  struct socket_io *io = &scratch->io;
  const struct socket *socket = sk ? BPF_CORE_READ(sk, sk_socket) : NULL;
  __builtin_memset(io, 0, sizeof(*io));
  io->direction = OBI_RECEIVE;
  return socket && BPF_CORE_READ(sk, sk_protocol) == PROTOCOL_TCP &&
         socket_of(&io->socket, socket, inode_of_socket(socket)) && io->socket.kind == STREAM_TCP;
}

SEC("raw_tp/skb_copy_datagram_iovec")
int obi_tcp_receiving(struct bpf_raw_tracepoint_args *context) {
  if (!is_traced()) return 0;
  const struct sk_buff *skb = (const struct sk_buff *)context->args[0];
  const struct sock *sk = BPF_CORE_READ(skb, sk);
  struct segment_scratch *scratch = scratch_of_cpu(SCRATCH_SHARED);
  if (!scratch || !begin_receive(scratch, sk) || is_peeking()) return 0;
  if (!page_constant) learn_page_constant((__u64)sk);
  struct socket_io *io = &scratch->io;
  struct connection *connection = connection_of(&io->socket, OBI_ROLE_UNKNOWN);
  if (!connection) return 0;

  const struct tcp_skb_cb *tcp = (const void *)skb + bpf_core_field_offset(struct sk_buff, cb);
  __u32 start = BPF_CORE_READ(tcp, seq);
  __u32 offset = BPF_CORE_READ((const struct tcp_sock *)sk, copied_seq) - start;
  if ((__s32)offset < 0) offset = 0;
  __u32 size = context->args[1];
  __s32 known = connection->reported & 1 << OBI_RECEIVE ? (__s32)(connection->reported_until[OBI_RECEIVE] - (start + offset)) : 0;
  if (known >= (__s32)size) return 0;  // peeked at before
  if (known > 0) {
    offset += known;
    size -= known;
  }
  connection->reported |= 1 << OBI_RECEIVE;
  connection->reported_until[OBI_RECEIVE] = start + offset + size;
  io->total = size;
  io->position = start + offset;
  io->has_position = 1;
  io->buffer = (__u64)scratch->parts;
  io->vector_in_kernel = io->bytes_in_kernel = 1;
  io->iov_count = collect((__u64)skb, offset, size);
  if (!io->iov_count) io->unseen = 1;
  emit_segment(SCRATCH_SHARED);
  return 0;
}

// The end of the stream, and bytes that were taken without being copied (MSG_TRUNC).
SEC("raw_tp/sock_recv_length")
int obi_tcp_received(struct bpf_raw_tracepoint_args *context) {
  const struct sock *sk = (const struct sock *)context->args[0];
  int result = context->args[1];
  __u32 flags = context->args[2];
  if (!is_traced() || result < 0 || flags & (MESSAGE_PEEK | MESSAGE_ERRQUEUE)) return 0;
  struct segment_scratch *scratch = scratch_of_cpu(SCRATCH_SHARED);
  if (!scratch || !begin_receive(scratch, sk)) return 0;
  struct socket_io *io = &scratch->io;
  io->unseen = 1;
  if (result == 0) {
    if (BPF_CORE_READ(sk, sk_shutdown) & RECEIVE_SHUTDOWN) emit_segment(SCRATCH_SHARED);
    return 0;
  }
  struct connection *connection = connection_of(&io->socket, OBI_ROLE_UNKNOWN);
  if (!connection) return 0;
  __u32 read_to = BPF_CORE_READ((const struct tcp_sock *)sk, copied_seq);
  __s32 rest = connection->reported & 1 << OBI_RECEIVE ? (__s32)(read_to - connection->reported_until[OBI_RECEIVE]) : result;
  connection->reported |= 1 << OBI_RECEIVE;
  connection->reported_until[OBI_RECEIVE] = read_to;
  if (rest <= 1) return 0;  // one: the FIN, which takes a number and is no byte
  io->total = rest < result ? rest : result;
  emit_segment(SCRATCH_SHARED);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
