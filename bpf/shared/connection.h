// SPDX-License-Identifier: Apache-2.0
// What the kernel side keeps of each connection: written by the capture programs; the agent reads which entries are of
// AF_UNIX sockets, whose end it may have to look for.
#pragma once
#include <linux/types.h>

#include "event.h"

enum socket_kind {
  STREAM_NONE = 0,
  STREAM_TCP = 1,
  STREAM_MPTCP = 2,  // its sock has no tcp_sock fields: no stream positions
  STREAM_UNIX = 3,
  SOCKET_UDP = 4,  // connected to a DNS port, or not connected
};

#define REPORTED_END 4
#define REPORTED_SENDING_END 8

// One source of a connection, by which the stream's state and capture override are found.
struct obi_stream_key {
  __u64 connection_id;  // struct obi_connection_open::id
  __u32 source;         // enum obi_source
  __u32 pad;            // 0
};
OBI_STATIC_ASSERT(sizeof(struct obi_stream_key) == 16, "stream key layout");

// The bytes that one source sees of a connection: how much of them is captured, and the account of the current message (a run of
// calls in one direction).
struct source_stream {
  __u32 message_bytes;    // payload captured of the current message
  __u32 probed_bytes;     // transferred in both directions while the mode was OBI_MODE_PROBING
  __u32 override_epoch;   // capture_override_epoch in which `capture_override` was looked up
  __u8 capture_override;  // enum obi_capture_mode, set by user space; OBI_MODE_PROBING: it has set none
  __u8 mode;              // enum obi_capture_mode, the kernel's own choice
  __u8 direction;         // of the current message: enum obi_direction, 0xff before the first
  __u8 request_heads;     // calls of the current message that began like an HTTP request
  __u8 answered;          // 1: bytes were transferred in both directions
  __u8 pad[3];
};
OBI_STATIC_ASSERT(sizeof(struct source_stream) == 20, "stream layout");

struct connection {
  __u64 id;
  __u64 inode;
  __u64 end_ns;                // CLOCK_MONOTONIC, when `end` was set
  struct source_stream plain;  // of the socket's own bytes; other sources': bpf/maps/source_streams.bpf.h
  __u32 reported_until[2];     // stream position behind what was reported, by direction; of hooks that may see bytes twice
                               // of AF_UNIX: the process that transferred the last bytes
  __u32 end_position[2];  // stream position behind the last byte, by direction, when the connection had ended
  __u8 role;              // enum obi_connection_role
  __u8 announced;         // 1: struct obi_connection_open was sent
  __u8 stream_socket;     // enum socket_kind
  __u8 reported;          // bit per direction: `reported_until` is valid; REPORTED_END: the end of what is received, too;
                          // REPORTED_SENDING_END: that of what is sent
  __u8 mid_life;          // 1: its beginning was not seen
  __u8 end;               // enum obi_connection_end; 0 while it goes on
  __u8 has_end_position;  // 1: `end_position` is valid
  __u8 pad[5];
};
OBI_STATIC_ASSERT(sizeof(struct connection) == 72, "connection layout");
