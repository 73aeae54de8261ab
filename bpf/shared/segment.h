// SPDX-License-Identifier: Apache-2.0
// What the kernel reports to user space about bytes transferred on a connection. Every capture back end emits these very
// records, so nothing above src/capture depends on which hook saw the call.
#pragma once
#include "event.h"

enum obi_direction { OBI_RECEIVE = 0, OBI_SEND = 1 };

// Where the bytes were seen: a connection has one stream per source.
enum obi_source {
  OBI_SOURCE_PLAIN = 0,  // the socket's own bytes
  OBI_SOURCE_TLS = 1,    // plaintext at a TLS library
  OBI_SOURCE_GO = 2,     // plaintext at Go's crypto/tls
  OBI_SOURCE_COUNT
};

enum obi_segment_flag {
  OBI_SEGMENT_END_OF_STREAM = 1 << 0,  // a read returned 0, or the sending side was shut down: no more bytes this way
  OBI_SEGMENT_HAS_POSITION = 1 << 1,   // `position` and `peer_position` are valid (TCP; an AF_UNIX socket has none)
  OBI_SEGMENT_UNREADABLE = 1 << 2,     // the payload should have been captured but the user memory could not be read
  OBI_SEGMENT_NO_PAYLOAD = 1 << 3,     // the hook never sees this call's bytes (sendfile, splice)
  OBI_SEGMENT_CONTINUED = 1 << 4,      // the call goes on in the next record, which holds its following bytes
  OBI_SEGMENT_HAS_CONTEXT = 1 << 5,    // struct obi_segment_context follows the payload
};

// How much of a call's bytes travel. Chosen per connection by the kernel, changeable from user space.
enum obi_capture_mode {
  OBI_MODE_HEAD = 0,    // the start of each message; the rest of it only as lengths
  OBI_MODE_STREAM = 1,  // every byte, up to OBI_STREAM_CALL_BYTES a call: pipelined or multiplexed
  OBI_MODE_SILENT = 2,  // open and close only
  OBI_MODE_PROBING = 3,  // what each connection begins with: every byte, until HTTP is seen or for OBI_PROBING_BYTES
};

// Payload size limits. A call of up to OBI_HEAD_CALL_BYTES travels whole; of a longer one, its start.
#define OBI_HEAD_CALL_BYTES 4096
// Payload bytes of one message (a run of calls in one direction) in head mode; after that only lengths, tails, and the first
// bytes of each call, at which the next message may begin.
#define OBI_HEAD_MESSAGE_BYTES 8192
#define OBI_LATER_CALL_BYTES 64
// Payload of one record in stream mode; a longer call makes several records (OBI_SEGMENT_CONTINUED).
#define OBI_STREAM_RECORD_BYTES 8192
#define OBI_STREAM_CALL_BYTES (16 * OBI_STREAM_RECORD_BYTES)

// Bytes captured of a connection before user space has set a mode: few enough for a hundred connections that begin at once to
// fit the ring. User space is woken after OBI_PROBING_WAKEUP_BYTES.
#define OBI_PROBING_BYTES (32 * 1024)
#define OBI_PROBING_WAKEUP_BYTES 4096

// One call that transferred bytes, followed by `captured_bytes` of payload. The captured bytes are a prefix of the call's. With
// OBI_SEGMENT_HAS_CONTEXT struct obi_segment_context follows them, unaligned.
struct obi_segment {
  struct obi_event_header header;
  __u64 connection_id;   // struct obi_connection_open::id
  __u64 start_ns;        // CLOCK_MONOTONIC; when its first byte was seen
  __u64 end_ns;          // CLOCK_MONOTONIC, when the call returned
  __u32 pid;             // process (tgid) in the root pid namespace
  __u32 tid;             // thread, likewise
  __u32 total_bytes;     // transferred by the call (by this part of it, if OBI_SEGMENT_CONTINUED chains several)
  __u32 captured_bytes;  // <= total_bytes
  __u32 position;        // of the first byte in this direction's stream, modulo 2^32 (TCP sequence number)
  __u32 peer_position;   // of the other direction's next byte when the call returned
  __u8 direction;        // enum obi_direction
  __u8 source;           // enum obi_source
  __u8 flags;            // enum obi_segment_flag
  __u8 tail_bytes;       // how many bytes of `tail` are valid; 0 where the payload is complete
  __u32 pad;             // 0
  __u8 tail[8];          // the last bytes of the call (of its last part, if it is a vector), when they are not in the payload
};
OBI_STATIC_ASSERT(sizeof(struct obi_segment) == 72, "segment layout");

// What a segment is for, where the kernel side knows it. Segments without it don't pay for it.
struct obi_segment_context {
  __u64 async_id;       // of what runs in the thread: goroutine, Node.js async id, Python Context; 0: none
  __u8 trace_id[16];    // wire order; all zero: the kernel made no ids
  __u8 parent_id[8];    // the span that the request is a child of; all zero: it begins the trace
  __u8 span_id[8];      // the request's own, where the kernel has injected it; all zero: user space makes one
  __u8 trace_flags;     // W3C Trace Context: bit 0 sampled
  __u8 pad[7];          // 0
};
OBI_STATIC_ASSERT(sizeof(struct obi_segment_context) == 48, "segment context layout");

enum obi_open_flag {
  OBI_OPEN_MID_LIFE = 1 << 0,   // bytes were transferred before the first segment
  OBI_OPEN_DATAGRAMS = 1 << 1,  // UDP: each segment is a datagram. Announced again after a pause; never closed
};

enum obi_connection_role { OBI_ROLE_UNKNOWN = 0, OBI_ROLE_CLIENT = 1, OBI_ROLE_SERVER = 2 };

// Sent once, before the first segment of a connection.
struct obi_connection_open {
  struct obi_event_header header;
  __u64 id;               // unique while the agent runs; never reused
  __u64 ns;               // CLOCK_MONOTONIC
  __u64 local_inode;      // AF_UNIX: inode of this end's socket; else 0
  __u64 remote_inode;     // AF_UNIX: inode of the peer's socket, 0 if unknown; else 0
  __u32 pid;              // process (tgid) that transferred the first bytes, root pid namespace
  __u32 netns;            // inode of the network namespace
  __u16 family;           // AF_INET, AF_INET6 or AF_UNIX
  __u16 local_port;       // host byte order
  __u16 remote_port;      // host byte order
  __u8 role;              // enum obi_connection_role
  __u8 flags;             // enum obi_open_flag
  __u8 local_address[16];   // IPv4 as ::ffff:a.b.c.d, network byte order
  __u8 remote_address[16];
};
OBI_STATIC_ASSERT(sizeof(struct obi_connection_open) == 88, "connection open layout");

// How a connection ended: the first thing that happened to it. Words of this end: "peer" is the other one.
enum obi_connection_end {
  OBI_END_UNKNOWN = 0,
  OBI_END_CLOSED = 1,       // this end closed it, also by the death of its process
  OBI_END_ABORTED = 2,      // this end reset it: bytes were unread, or SO_LINGER was 0
  OBI_END_PEER_CLOSED = 3,  // the peer's FIN came while this end was open
  OBI_END_PEER_RESET = 4,   // the peer's RST came: ECONNRESET, EPIPE
  OBI_END_TIMED_OUT = 5,    // the kernel gave up: ETIMEDOUT, or what the network had said before
};

enum obi_close_flag {
  OBI_CLOSE_HAS_POSITION = 1 << 0,  // `send_position` and `receive_position` are valid (TCP)
};

struct obi_connection_close {
  struct obi_event_header header;
  __u64 id;
  __u64 ns;  // CLOCK_MONOTONIC, when the socket was gone
  // What follows is absent from recordings of agents before it was added.
  __u64 end_ns;            // CLOCK_MONOTONIC, when it ended as `end` says; 0 if that is unknown
  __u32 send_position;     // behind the last byte that the process wrote; a FIN counts as one
  __u32 receive_position;  // behind the last byte that the process read; likewise
  __u8 end;                // enum obi_connection_end
  __u8 flags;              // enum obi_close_flag
  __u8 pad[6];             // 0
};
#define OBI_CONNECTION_CLOSE_OLD_BYTES 24  // without what was added
OBI_STATIC_ASSERT(sizeof(struct obi_connection_close) == 48, "connection close layout");
OBI_STATIC_ASSERT(__builtin_offsetof(struct obi_connection_close, end_ns) == OBI_CONNECTION_CLOSE_OLD_BYTES,
                  "old connection close layout");
