// SPDX-License-Identifier: Apache-2.0
// A TCP connection of a traced process that failed to be established.
#pragma once
#include "event.h"

struct obi_connect_failed {
  struct obi_event_header header;
  __u64 start_ns;      // CLOCK_MONOTONIC, when the handshake began
  __u64 end_ns;        // CLOCK_MONOTONIC, when it had failed
  __u32 pid;           // process (tgid) that called connect, root pid namespace
  __u32 netns;         // inode of the network namespace
  __u16 family;        // AF_INET or AF_INET6
  __u16 local_port;    // host byte order
  __u16 remote_port;   // host byte order
  __u16 error;         // errno; 0: the process gave it up before it was decided
  __u8 local_address[16];   // IPv4 as ::ffff:a.b.c.d, network byte order
  __u8 remote_address[16];
};
OBI_STATIC_ASSERT(sizeof(struct obi_connect_failed) == 72, "failed connect layout");
