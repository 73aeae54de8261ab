// SPDX-License-Identifier: Apache-2.0
// Life of processes and of TCP sockets; part of the same object as the capture back end, since they share its maps.
// Hooks: raw tracepoints sched_process_exec(task, old_pid, binprm), sched_process_fork(parent, child),
//   sched_process_exit(task), inet_sock_set_state(sk, old, new), tcp_destroy_sock(sk); kernel floor 5.8.
//   A socket in state CLOSE may still hold bytes that its process will read, so only tcp_destroy_sock ends a connection.
// Maps: writes process_events, segments (close, end-of-stream, failed-connect and process records), allowed_pids,
//   connections, connecting.
// The socket hooks run partly in softirq, on top of a capture program: they must not touch segment_scratch.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../lib/connection.bpf.h"
#include "../maps/pid_filter.bpf.h"
#include "../shared/process_event.h"
#include "connection_end.bpf.h"
#include "failed_connect.bpf.h"

static __always_inline void fill_process_event(struct obi_process_event *event, const struct task_struct *task, __u32 kind,
                                               bool is_captured) {
  struct obi_pid_key key = pid_key_of(task);
  __builtin_memset(event, 0, sizeof(*event));
  event->header.type = OBI_EVENT_PROCESS;
  event->header.size = sizeof(*event);
  event->ns = bpf_ktime_get_ns();
  event->kind = kind;
  event->pid = BPF_CORE_READ(task, tgid);
  event->parent_pid = BPF_CORE_READ(task, real_parent, tgid);
  event->ns_pid = key.pid;
  event->pid_ns = key.pid_namespace;
  event->net_ns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
  event->is_captured = is_captured;
}

// Events of traced processes lie among their segments, in order: the reader gets the fork before the child's first bytes, and an
// exec before the bytes of the new program. The other events, and those that find no room, go to the second ring, which traffic
// can't fill.
static __always_inline void send_process_event(const struct task_struct *task, __u32 kind, __u16 port, bool is_captured) {
  struct obi_process_event *event = NULL;
  if (is_captured) event = bpf_ringbuf_reserve(&segments, sizeof(*event), 0);
  if (!event) event = bpf_ringbuf_reserve(&process_events, sizeof(*event), 0);
  if (!event) {
    count_loss(OBI_LOSS_PROCESS_RING_FULL);
    return;
  }
  fill_process_event(event, task, kind, is_captured);
  event->port = port;
  // What happens to a traced process's child is known by then, without user space.
  bool can_wait = is_captured && (kind == OBI_PROCESS_FORK || kind == OBI_PROCESS_EXIT);
  bpf_ringbuf_submit(event, can_wait ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP);
}

static __always_inline bool send_exec_event(const struct task_struct *task, const struct linux_binprm *program) {
  struct obi_exec_event *exec = bpf_ringbuf_reserve(&segments, sizeof(*exec), 0);
  if (!exec) return false;
  fill_process_event(&exec->event, task, OBI_PROCESS_EXEC, true);
  exec->event.header.size = sizeof(*exec);
  __builtin_memset(exec->path, 0, sizeof(exec->path));
  __builtin_memset(exec->name, 0, sizeof(exec->name));
  bpf_probe_read_kernel_str(exec->path, sizeof(exec->path), BPF_CORE_READ(program, interp));
  bpf_probe_read_kernel_str(exec->name, sizeof(exec->name), BPF_CORE_READ(program, file, f_path.dentry, d_name.name));
  bpf_ringbuf_submit(exec, BPF_RB_FORCE_WAKEUP);
  return true;
}

SEC("raw_tp/sched_process_exec")
int obi_process_exec(struct bpf_raw_tracepoint_args *context) {
  const struct task_struct *task = (const struct task_struct *)context->args[0];
  bool is_captured = is_traced();
  if (is_captured && send_exec_event(task, (const struct linux_binprm *)context->args[2])) return 0;
  send_process_event(task, OBI_PROCESS_EXEC, 0, is_captured);
  return 0;
}

// A traced process's child is traced from its first instruction; discovery may take it out again.
SEC("raw_tp/sched_process_fork")
int obi_process_fork(struct bpf_raw_tracepoint_args *context) {
  const struct task_struct *child = (const struct task_struct *)context->args[1];
  if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid)) return 0;  // a thread
  bool is_captured = is_traced();
  if (is_captured) {
    struct obi_pid_key key = pid_key_of(child);
    __u32 root_pid = BPF_CORE_READ(child, tgid);
    __u8 *mark = forked_mark_of(OBI_PID_HASH(key.pid_namespace, key.pid));
    if (mark && !bpf_map_update_elem(&allowed_pids, &key, &root_pid, BPF_ANY)) *mark = 1;
    forget_cached_decision(root_pid);
  }
  send_process_event(child, OBI_PROCESS_FORK, 0, is_captured);
  return 0;
}

SEC("raw_tp/sched_process_exit")
int obi_process_exit(struct bpf_raw_tracepoint_args *context) {
  const struct task_struct *task = (const struct task_struct *)context->args[0];
#ifdef ON_THREAD_EXIT  // what the back end does at the end of each thread
  ON_THREAD_EXIT();
#endif
  if (BPF_CORE_READ(task, signal, live.counter) != 0) return 0;  // other threads go on
  bool is_captured = is_traced();
  struct obi_pid_key key = pid_key_of(task);
  bpf_map_delete_elem(&allowed_pids, &key);
  forget_cached_decision(BPF_CORE_READ(task, tgid));
  send_process_event(task, OBI_PROCESS_EXIT, 0, is_captured);
  return 0;
}

// Nothing in it may depend on being done once for a change: the kernel skips a program on a CPU where it runs already, below an
// interrupt, or (from 7.0 on) in a task that was preempted. So these hooks have a second program, …_fallback, that does the same.
static __always_inline void tcp_state_changes(const struct sock *sk, int old, int state) {
  if (old == STATE_SYN_SENT) end_connect(sk, state == STATE_CLOSE);
  if (state == STATE_LISTEN) {
    send_process_event((const struct task_struct *)bpf_get_current_task(), OBI_PROCESS_LISTEN,
                       BPF_CORE_READ(sk, __sk_common.skc_num), is_traced());
    return;
  }
  __u64 key = (__u64)sk;
  struct connection *connection = bpf_map_lookup_elem(&connections, &key);
  if (state == STATE_SYN_SENT) {
    if (connection) close_connection(key, connection, 0);  // the one before: a socket may connect again (AF_UNSPEC)
    begin_connect(sk);
    return;
  }
  if (!connection) return;
  note_end(sk, connection, old, state);
  if ((state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK) && connection->announced) end_sending(connection);
}

static __always_inline void tcp_destroyed(const struct sock *sk) {
  end_connection(sk);
  forget_connect(sk);
}

#define SOCKET_HOOKS(suffix)                                                                                  \
  SEC("raw_tp/inet_sock_set_state")                                                                           \
  int obi_tcp_state##suffix(struct bpf_raw_tracepoint_args *context) {                                        \
    tcp_state_changes((const struct sock *)context->args[0], context->args[1], context->args[2]);             \
    return 0;                                                                                                 \
  }                                                                                                           \
  SEC("raw_tp/tcp_destroy_sock")                                                                              \
  int obi_tcp_destroy##suffix(struct bpf_raw_tracepoint_args *context) {                                      \
    tcp_destroyed((const struct sock *)context->args[0]);                                                     \
    return 0;                                                                                                 \
  }
SOCKET_HOOKS()
SOCKET_HOOKS(_fallback)

#include "unix_end.bpf.h"
