// SPDX-License-Identifier: Apache-2.0
// The raw tracepoint sys_exit: number, arguments and result of a system call at once, as its arguments are still in the saved
// registers. Cheaper than an enter/exit pair, for the traced and for everybody else. A send is stamped when it returns:
// `peer_position` lets user space put an answer that another thread read meanwhile back behind it.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/segment.bpf.h"
#include "../lib/syscall_args.bpf.h"
#include "../maps/descriptors.bpf.h"
#include "../maps/pid_filter.bpf.h"

#define IN_PROGRESS 115  // EINPROGRESS of a non-blocking connect

// For the including back end to define: which calls it leaves to other hooks, and what an io_uring submission means to it.
static __always_inline bool is_reported_elsewhere(const struct socket_io *io);
static __always_inline void io_uring_entered(void);

// So that its end is noticed when the descriptor is closed.
static __always_inline void remember_descriptor(__u32 fd, const struct socket_ref *socket) {
  struct descriptor key = descriptor_of(fd);
  __u64 sk = (__u64)socket->sk;
  const __u64 *known = bpf_map_lookup_elem(&descriptors, &key);
  if (!known || *known != sk) bpf_map_update_elem(&descriptors, &key, &sk, BPF_ANY);
}

// A function of its own, as opened_by_call: what it keeps on the stack must not lie below the calls that follow a read.
__noinline int descriptor_closed(__u32 fd) {
  struct descriptor key = descriptor_of(fd);
  const __u64 *known = bpf_map_lookup_elem(&descriptors, &key);
  if (!known) return 0;
  __u64 sk = *known;
  bpf_map_delete_elem(&descriptors, &key);
  end_if_released(sk, 0);
  return 0;
}

// Completes the scratch's socket_io and reports it; nothing if `fd` is no socket that we follow.
__noinline int on_call_io(__u32 slot, __u32 fd, __u32 total) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || total > 0x7fffffff || !socket_of_fd(&scratch->io.socket, fd)) return 0;
  scratch->io.total = total;
  if (is_reported_elsewhere(&scratch->io)) return 0;
  emit(slot, &scratch->io);
  if (scratch->io.socket.kind == STREAM_UNIX) remember_descriptor(fd, &scratch->io.socket);
  return 0;
}

static __always_inline void set_buffer(struct socket_io *io, __u64 buffer, __u64 iov_count) {
  io->buffer = buffer;
  io->iov_count = iov_count;
}

static __always_inline void set_vector(struct socket_io *io, const struct user_message *message) {
  set_buffer(io, message->iov, message->iov_count);
  io->name = message->name_length ? message->name : 0;
}

static __always_inline bool set_message(struct socket_io *io, __u64 address) {
  struct user_message message;
  if (bpf_probe_read_user(&message, sizeof(message), (const void *)address)) return false;
  set_vector(io, &message);
  return true;
}

// recvmmsg, sendmmsg: the result counts messages, each with its own length.
static __always_inline void on_messages_io(__u32 slot, struct socket_io *io, const struct call *call) {
  for (int i = 0; i < 8; i++) {
    struct user_many_message many;
    if (i >= call->result) return;
    if (bpf_probe_read_user(&many, sizeof(many), (const void *)(call->args[1] + i * sizeof(many)))) return;
    set_vector(io, &many.message);
    if (many.length) on_call_io(slot, call->args[0], many.length);
  }
}

// Learns who opened the connection; announced with its first bytes.
__noinline int opened_by_call(int fd, __u8 role) {
  struct socket_ref socket;
  if (fd < 0 || !socket_of_fd(&socket, fd) || socket.kind == SOCKET_UDP) return 0;
  connection_of(&socket, role);
  if (socket.kind == STREAM_UNIX) remember_descriptor(fd, &socket);
  return 0;
}

// A handshake that failed with such an error was reported before the call returned.
__noinline int no_way_by_call(int fd, __u64 address, int error) {
  struct socket_ref socket;
  if (!socket_of_fd(&socket, fd) || socket.kind != STREAM_TCP) return 0;
  __u64 key = (__u64)socket.sk;
  const struct connect_attempt *attempt = bpf_map_lookup_elem(&connecting, &key);
  if (!attempt || !attempt->reported) emit_no_way(socket.sk, address, false, error);
  return 0;
}

// The end of an AF_UNIX stream passes no other hook; TCP's is seen by its state. SHUT_RD ends nothing that is sent.
static __always_inline void shut_down_by_call(__u32 slot, struct socket_io *io, const struct call *call) {
  if (call->result != 0 || call->args[1] == 0 || !socket_of_fd(&io->socket, call->args[0])) return;
  if (io->socket.kind != STREAM_UNIX || is_reported_elsewhere(io)) return;
  __u64 key = (__u64)io->socket.sk;
  if (bpf_map_lookup_elem(&connections, &key)) {
    io->total = 0;
    emit_segment(slot);
  }
}

// Where the bytes of the call are and which way they went. False: it transferred none, or the flags say to leave it.
static __always_inline bool decode(struct socket_io *io, const struct call *call) {
  const __u64 *args = call->args;
  __builtin_memset(io, 0, sizeof(*io));
  if (call->result < 0) return false;
  switch (call->number) {
    case NR_recvfrom:
      if (args[3] & MESSAGE_PEEK) return false;
      io->unseen = (args[3] & MESSAGE_TRUNC) != 0;
      io->name = args[4];
      set_buffer(io, args[1], 0);
      return args[2] != 0;
    case NR_read: set_buffer(io, args[1], 0); return args[2] != 0;  // a read of size 0 has no meaning
    case NR_readv: set_buffer(io, args[1], args[2]); return true;
    case NR_recvmsg: return !(args[2] & MESSAGE_PEEK) && set_message(io, args[1]);
    case NR_recvmmsg: return !(args[3] & MESSAGE_PEEK);
    default: break;
  }
  io->direction = OBI_SEND;
  switch (call->number) {
    case NR_sendto: io->name = args[4]; set_buffer(io, args[1], 0); return call->result > 0;
    case NR_write: set_buffer(io, args[1], 0); return call->result > 0;
    case NR_writev: set_buffer(io, args[1], args[2]); return call->result > 0;
    case NR_sendmsg: return call->result > 0 && set_message(io, args[1]);
    case NR_sendmmsg: return call->result > 0;
    case NR_sendfile:
    case NR_splice: io->unseen = 1; return call->result > 0;
    case NR_shutdown: io->unseen = 1; return true;
    default: return false;
  }
}

static __always_inline void report(__u32 slot, struct socket_io *io, const struct call *call) {
  switch (call->number) {
    case NR_recvmmsg:
    case NR_sendmmsg: on_messages_io(slot, io, call); break;
    case NR_shutdown: shut_down_by_call(slot, io, call); break;
    case NR_splice:  // a socket may be at either end
      on_call_io(slot, call->args[2], call->result);
      io->direction = OBI_RECEIVE;
      io->spliced = 1;
      on_call_io(slot, call->args[0], call->result);
      break;
    default: on_call_io(slot, call->args[0], call->result); break;
  }
}

static __always_inline bool moves_bytes(long number) {
  switch (number) {
    case NR_read: case NR_write: case NR_readv: case NR_writev: case NR_recvfrom: case NR_sendto: case NR_recvmsg:
    case NR_sendmsg: case NR_recvmmsg: case NR_sendmmsg: case NR_sendfile: case NR_splice: case NR_shutdown:
      return true;
    default: return false;
  }
}

// Of a program at sys_exit: the task's registers, and what the call returned.
static __always_inline void call_ended(__u32 slot, const void *registers, long result) {
  struct call call;
  if (!read_call(&call, registers, result)) return;
  if (is_compat((const struct task_struct *)bpf_get_current_task())) {
    count_loss(OBI_LOSS_COMPAT_TASK);
    return;
  }
  if (moves_bytes(call.number)) {
    struct segment_scratch *scratch = scratch_of_cpu(slot);
    if (scratch && decode(&scratch->io, &call)) report(slot, &scratch->io, &call);
  } else if (call.number == NR_accept || call.number == NR_accept4) {
    opened_by_call(call.result, OBI_ROLE_SERVER);
  } else if (call.number == NR_connect) {
    if (call.result == 0 || call.result == -IN_PROGRESS) opened_by_call(call.args[0], OBI_ROLE_CLIENT);
    if (is_no_way(call.result)) no_way_by_call(call.args[0], call.args[1], call.result);
  } else if (call.number == NR_close) {
    descriptor_closed(call.args[0]);
  } else if ((call.number == NR_dup3 || call.number == NR_dup2) && call.result >= 0) {
    descriptor_closed(call.args[1]);  // what it was before
  } else if (call.number == NR_io_uring_enter) {
    io_uring_entered();
  }
}
