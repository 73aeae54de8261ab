// SPDX-License-Identifier: Apache-2.0
// Process life and listening sockets, as the kernel reports them to discovery.
#pragma once
#include "event.h"

enum obi_process_event_kind {
  OBI_PROCESS_EXEC = 1,
  OBI_PROCESS_FORK = 2,    // `parent_pid` made `pid`
  OBI_PROCESS_EXIT = 3,    // the last thread has ended
  OBI_PROCESS_LISTEN = 4,  // a TCP socket of `pid` began to listen on `port`
};

struct obi_process_event {
  struct obi_event_header header;
  __u64 ns;          // CLOCK_MONOTONIC
  __u32 kind;        // enum obi_process_event_kind
  __u32 pid;         // tgid, root pid namespace
  __u32 parent_pid;  // tgid, root pid namespace
  __u32 ns_pid;      // tgid in its innermost pid namespace
  __u32 pid_ns;      // inode of that namespace
  __u32 net_ns;      // inode of the network namespace
  __u16 port;        // OBI_PROCESS_LISTEN: host byte order; else 0
  __u8 is_captured;  // 1: `pid` is traced (OBI_PROCESS_FORK: `parent_pid`); such events lie among the segments, in order
  __u8 pad[5];
};
OBI_STATIC_ASSERT(sizeof(struct obi_process_event) == 48, "process event layout");

// OBI_PROCESS_EXEC of a traced process: what it runs, as /proc may not say it any more when the event is read.
struct obi_exec_event {
  struct obi_process_event event;
  char path[256];  // as given to execve, of a script its interpreter's; may be cut, may be relative
  char name[64];   // of the file itself, where `path` may end with a link; may be cut
};
OBI_STATIC_ASSERT(sizeof(struct obi_exec_event) == 368, "exec event layout");
