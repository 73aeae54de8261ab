// SPDX-License-Identifier: Apache-2.0
// Connections of traced processes. Key: the address of the kernel's struct sock. An entry is trusted only while the inode
// number matches, so a reused address can't inherit another connection's state. LRU: AF_UNIX sockets have no hook at
// their end, and a table that is full must give way to the living.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/segment.h"

#define TOLD_END 4

struct connection {
  __u64 id;
  __u64 inode;
  __u32 message_bytes;  // payload captured of the current message (a run of calls in one direction)
  __u32 opening_bytes;  // moved in both directions while the mode was OBI_MODE_OPENING
  __u32 asked_in;       // the generation of wishes in which `wish` was looked for
  __u8 wish;            // enum obi_capture_mode, user space's choice; OBI_MODE_OPENING: it has made none
  __u8 direction;       // of the current message: enum obi_direction, 0xff before the first
  __u8 mode;            // enum obi_capture_mode, the kernel's own choice
  __u8 role;            // enum obi_connection_role
  __u8 announced;       // 1: struct obi_connection_open was sent
  __u8 request_heads;   // calls of the current message that began like an HTTP request
  __u8 stream_socket;   // enum socket_kind
  __u8 told;            // bit per direction: `told_to` is valid; TOLD_END: the end of what is received, too
  __u8 mid_life;        // 1: its beginning was not seen
  __u8 answered;        // 1: bytes have moved in both directions
  __u8 pad[2];
  __u32 told_to[2];     // stream position behind what was reported, by direction; kept by hooks that may see bytes twice
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, __u64);
  __type(value, struct connection);
  __uint(max_entries, 16384);
} connections SEC(".maps");
