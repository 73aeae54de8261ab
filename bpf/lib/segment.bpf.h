// SPDX-License-Identifier: Apache-2.0
// Puts one call's bytes on the ring buffer. Built in a per-CPU scratch record and copied out at its exact size, so a short
// message costs a short record.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "connection.bpf.h"
#include "datagram.bpf.h"
#include "movement.bpf.h"

#define MAX_IOVECS 18  // per record: a packet has up to 17 fragments and a linear part
#define MAX_RECORDS 57  // of one vector: Linux takes 1 024 parts (UIO_MAXIOV)

// Which scratch record a program works on. Kprobes and most raw tracepoints run with preemption off and share the first one. A
// trampoline program may be preempted by another program, though never by itself: each has its own; and so may sys_exit
// from kernel 6.13 on.
enum scratch_slot { SCRATCH_SHARED, SCRATCH_SEND, SCRATCH_SEND6, SCRATCH_RECEIVE, SCRATCH_RECEIVE6, SCRATCH_UNIX_SEND,
                    SCRATCH_UNIX_RECEIVE, SCRATCH_SENDPAGE, SCRATCH_SPLICE, SCRATCH_SHUTDOWN, SCRATCH_SEND_AGAIN,
                    SCRATCH_SEND6_AGAIN, SCRATCH_RECEIVE_AGAIN, SCRATCH_RECEIVE6_AGAIN,
                    SCRATCH_CALL = 1 /* of back ends without trampolines */ };
#ifndef SCRATCH_SLOTS
#define SCRATCH_SLOTS 1
#endif

// What the steps below work on. Per CPU, and passed by look-up rather than by argument: so each step is a global function
// that the verifier proves once, not once for every path that leads to it.
struct segment_scratch {
  struct obi_segment segment;
  __u8 payload[OBI_STREAM_RECORD_BYTES];
  __u8 slack[OBI_STREAM_RECORD_BYTES];  // lets a gather at a variable offset run over without a byte-exact proof
  struct movement movement;
  struct user_iovec parts[MAX_IOVECS];  // a vector of the hook's own making
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, struct segment_scratch);
  __uint(max_entries, SCRATCH_SLOTS);
} segment_scratch SEC(".maps");

static __always_inline struct segment_scratch *scratch_of_cpu(__u32 slot) {
  return bpf_map_lookup_elem(&segment_scratch, &slot);
}

static __always_inline long read_element(const struct movement *movement, struct user_iovec *part, __u64 from) {
  if (movement->vector_in_kernel) return bpf_probe_read_kernel(part, sizeof(*part), (const void *)from);
  return bpf_probe_read_user(part, sizeof(*part), (const void *)from);
}

// A vector whose first element holds every byte is a buffer: then all back ends tell the call alike, whatever the kernel
// makes of a vector of one.
static __always_inline void flatten(struct movement *movement) {
  struct user_iovec part;
  if (!movement->iov_count || read_element(movement, &part, movement->buffer)) return;
  if (part.length < (__u64)movement->skip + movement->total) return;
  movement->buffer = part.base + movement->skip;
  movement->iov_count = 0;
}

// Bytes waiting in the ring at which user space is woken; below it a timer of user space collects them.
const volatile __u32 wakeup_bytes = 0;

static __always_inline __u64 wakeup_flag(void) {
  return bpf_ringbuf_query(&segments, BPF_RB_AVAIL_DATA) >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

#define WORD(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)  // little-endian

// The first bytes of an HTTP/1 request of a common method? `word` is the first four bytes of the call.
static __always_inline bool begins_request(__u32 word) {
  return word == WORD('G', 'E', 'T', ' ') || word == WORD('P', 'O', 'S', 'T') || word == WORD('P', 'U', 'T', ' ') ||
         word == WORD('H', 'E', 'A', 'D') || word == WORD('D', 'E', 'L', 'E') || word == WORD('P', 'A', 'T', 'C') ||
         word == WORD('O', 'P', 'T', 'I');
}
static __always_inline bool begins_bodyless_request(__u32 word) {
  return word == WORD('G', 'E', 'T', ' ') || word == WORD('H', 'E', 'A', 'D') || word == WORD('D', 'E', 'L', 'E') ||
         word == WORD('O', 'P', 'T', 'I');
}
static __always_inline bool begins_response(__u32 word) { return word == WORD('H', 'T', 'T', 'P'); }
static __always_inline bool begins_http2(__u32 word) { return word == WORD('P', 'R', 'I', ' '); }
// The first bytes of a connection that carries many messages at once, either way? A NATS server's greeting, AMQP's protocol
// header, an MQTT CONNECT: type 1, a length of one or two bytes, and the name's length (4, or 6 for 3.1).
static __always_inline bool begins_messaging(__u32 word) {
  __u8 first = word & 0xff, second = word >> 8 & 0xff, third = word >> 16 & 0xff, fourth = word >> 24;
  if (word == WORD('I', 'N', 'F', 'O') || word == WORD('A', 'M', 'Q', 'P')) return true;
  return first == 0x10 && ((third == 0 && (fourth == 4 || fourth == 6)) || (second >= 0x80 && third < 0x80 && fourth == 0));
}
// An array of Redis' protocol of up to 99 elements, as each command is. Clients send many at once, from the first call on, and
// of those one that is missed costs all behind it.
static __always_inline bool begins_redis(__u32 word) {
  __u8 digit = word >> 8;
  return (__u8)word == '*' && digit >= '1' && digit <= '9' && (word >> 16 == WORD('\r', '\n', 0, 0) || word >> 24 == '\r');
}

// Copies one part of a vector to offset `at` of the payload; 0 if that worked.
__noinline int gather_part(__u32 slot, __u64 base, __u32 at, __u32 size) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || at >= OBI_STREAM_RECORD_BYTES || size > OBI_STREAM_RECORD_BYTES) return -1;
  return read_bytes(&scratch->movement, scratch->payload + at, size, base) ? -1 : 0;
}

// Copies up to `wanted` bytes of the movement's vector into the payload; returns the number copied.
__noinline int gather(__u32 slot, __u32 wanted) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  __u64 vector = scratch->movement.buffer;
  __u64 count = scratch->movement.iov_count;
  __u64 skip = scratch->movement.skip;
  __u32 have = 0;
  for (__u32 i = 0; i < MAX_IOVECS; i++) {
    struct user_iovec part;
    if (i >= count || have >= wanted) break;
    if (read_element(&scratch->movement, &part, vector + i * sizeof(part)) || part.length < skip) break;
    __u32 left = wanted - have;
    __u32 take = part.length - skip < left ? part.length - skip : left;
    if (take && gather_part(slot, part.base + skip, have, take)) break;
    have += take;
    skip = 0;
  }
  return have;
}

// The last bytes of a contiguous call, for the end of a chunked body.
static __always_inline void read_tail(struct obi_segment *segment, const struct movement *movement) {
  __u32 total = movement->total;
  __u32 size = total < sizeof(segment->tail) ? total : sizeof(segment->tail);
  asm volatile("" : "+r"(size));
  if (size > sizeof(segment->tail)) return;
  if (!read_bytes(movement, segment->tail, size, movement->buffer + total - size)) segment->tail_bytes = size;
}

// The first four bytes of the call. A vector's come by way of the payload, which is filled anew afterwards.
static __always_inline __u32 first_word(__u32 slot, struct segment_scratch *scratch) {
  const struct movement *movement = &scratch->movement;
  __u32 word = 0;
  if (!movement->iov_count) {
    read_bytes(movement, &word, sizeof(word), movement->buffer);
  } else if (gather(slot, sizeof(word)) == sizeof(word)) {
    __builtin_memcpy(&word, scratch->payload, sizeof(word));
  }
  return word;
}

// Does the call end with the empty line of a head? If not, what follows is the rest of that head, or of another request.
static __always_inline bool ends_head(const struct movement *movement) {
  __u32 last = 0;
  if (movement->iov_count) return true;  // not looked at
  if (read_bytes(movement, &last, sizeof(last), movement->buffer + movement->total - sizeof(last))) return true;
  return last == WORD('\r', '\n', '\r', '\n') || last >> 16 == (WORD('\n', '\n', 0, 0));
}
#undef WORD

// How many bytes of this call travel; keeps the connection's account of the current message.
static __always_inline __u32 wanted_bytes(__u32 slot, struct segment_scratch *scratch, struct connection *connection, __u8 mode) {
  const struct movement *movement = &scratch->movement;
  __u32 total = movement->total;
  bool is_first = connection->direction == 0xff;
  if (connection->direction != movement->direction) {
    connection->direction = movement->direction;
    connection->message_bytes = 0;
    connection->request_heads = 0;
  }
  if (movement->unseen) return 0;
  __u32 word = total >= 4 ? first_word(slot, scratch) : 0;
  bool request = begins_request(word);
  if (request && connection->request_heads < 2) connection->request_heads++;
  if (begins_http2(word) || (is_first && begins_messaging(word)) || begins_redis(word) || connection->request_heads > 1 ||
      (begins_bodyless_request(word) && (total > OBI_HEAD_CALL_BYTES || !ends_head(movement)))) {
    connection->mode = OBI_MODE_STREAM;  // pipelined or multiplexed, or a head in parts
    mode = OBI_MODE_STREAM;
  }
  if (mode == OBI_MODE_STREAM) return total;
  if (request || begins_response(word)) connection->message_bytes = 0;
  __u32 wanted = total < OBI_HEAD_CALL_BYTES ? total : OBI_HEAD_CALL_BYTES;
  if (connection->message_bytes + wanted > OBI_HEAD_MESSAGE_BYTES && total > 64) return 0;
  connection->message_bytes += wanted;
  return wanted;
}

static __always_inline void fill_positions(struct obi_segment *segment, const struct movement *movement) {
  if (movement->socket.kind != STREAM_TCP) return;
  const struct tcp_sock *tcp = (const struct tcp_sock *)movement->socket.sk;
  __u32 written = BPF_CORE_READ(tcp, write_seq);
  __u32 read = BPF_CORE_READ(tcp, copied_seq);
  segment->flags |= OBI_SEGMENT_HAS_POSITION;
  segment->position = movement->has_position ? movement->position
                                             : (segment->direction == OBI_SEND ? written : read) - movement->total;
  segment->peer_position = segment->direction == OBI_SEND ? read : written;
}

// Sends the scratch record with `captured` bytes of payload.
static __always_inline void put(struct segment_scratch *scratch, __u32 captured) {
  struct obi_segment *segment = &scratch->segment;
  segment->captured_bytes = captured;
  __u64 size = sizeof(*segment) + captured;
  segment->header.size = size;
  asm volatile("" : "+r"(size));
  if (size < sizeof(*segment) || size > sizeof(*segment) + OBI_STREAM_RECORD_BYTES) return;
  if (bpf_ringbuf_output(&segments, scratch, size, wakeup_flag())) count_loss(OBI_LOSS_RING_FULL);
}

static __always_inline void note_unreadable(struct obi_segment *segment) {
  segment->flags |= OBI_SEGMENT_UNREADABLE;
  count_loss(OBI_LOSS_READ_FAULT);
}

// The next record stands for `total` bytes of the call.
static __always_inline void begin_part(struct obi_segment *segment, __u32 total, bool continued) {
  segment->total_bytes = total;
  segment->flags = continued ? segment->flags | OBI_SEGMENT_CONTINUED : segment->flags & ~OBI_SEGMENT_CONTINUED;
}

// Sends it, and moves on behind it.
static __always_inline void end_part(struct segment_scratch *scratch, __u32 captured) {
  if (!captured) note_unreadable(&scratch->segment);
  put(scratch, captured);
  scratch->segment.position += scratch->segment.total_bytes;
}

// Sends `size` bytes at `base` as one record that stands for `total` bytes of the call.
__noinline int put_part(__u32 slot, __u64 base, __u32 size, __u32 total, __u32 continued) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch || size > OBI_STREAM_RECORD_BYTES) return -1;
  begin_part(&scratch->segment, total, continued);
  end_part(scratch, read_bytes(&scratch->movement, scratch->payload, size, base) ? 0 : size);
  return 0;
}

// Moves the beginning of the slot's vector on by `size` bytes.
__noinline int advance(__u32 slot, __u32 size) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return -1;
  struct movement *movement = &scratch->movement;
  for (__u32 i = 0; i < MAX_IOVECS; i++) {
    struct user_iovec part;
    if (!movement->iov_count || read_element(movement, &part, movement->buffer)) return -1;
    __u64 left = part.length - movement->skip;
    if (size < left) {
      movement->skip += size;
      return 0;
    }
    size -= left;
    movement->skip = 0;
    movement->buffer += sizeof(part);
    movement->iov_count--;
  }
  return 0;
}

// Sends the beginning of the slot's vector, as much as fits a record, of the `left` bytes of the call that are still to be
// told; the vector then begins behind it. Returns how many bytes the record stands for: all that are left if it is the last.
__noinline int put_vector_part(__u32 slot, __u32 left, __u32 last) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return left;
  __u32 captured = gather(slot, left < OBI_STREAM_RECORD_BYTES ? left : OBI_STREAM_RECORD_BYTES);
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  bool continued = !last && captured && captured < left;
  __u32 told = continued ? captured : left;
  begin_part(&scratch->segment, told, continued);
  end_part(scratch, captured);
  return continued && advance(slot, captured) ? left : told;
}

static __always_inline void put_buffer_in_parts(__u32 slot, const struct movement *movement) {
  const __u32 parts = OBI_STREAM_CALL_BYTES / OBI_STREAM_RECORD_BYTES;
  __u64 buffer = movement->buffer;
  __u32 total = movement->total;
  for (__u32 i = 0; i < parts; i++) {
    __u32 done = i * OBI_STREAM_RECORD_BYTES;
    if (done >= total) break;
    __u32 left = total - done;
    bool last = i == parts - 1 || left <= OBI_STREAM_RECORD_BYTES;
    __u32 size = left < OBI_STREAM_RECORD_BYTES ? left : OBI_STREAM_RECORD_BYTES;
    put_part(slot, buffer + done, size, last ? left : size, !last);
  }
}

static __always_inline void put_vector_in_parts(__u32 slot, __u32 total) {
  __u32 left = total;
  for (__u32 i = 0; i < MAX_RECORDS && left; i++) {
    bool last = i == MAX_RECORDS - 1 || total - left > OBI_STREAM_CALL_BYTES - OBI_STREAM_RECORD_BYTES;
    __u32 told = put_vector_part(slot, left, last);
    left = told < left ? left - told : 0;
  }
}

// Sends a call in several records: stream mode, and more than one record holds.
static __always_inline void put_in_parts(__u32 slot, const struct movement *movement) {
  if (movement->iov_count) {
    put_vector_in_parts(slot, movement->total);
  } else {
    put_buffer_in_parts(slot, movement);
  }
}

static __always_inline void begin_segment(struct segment_scratch *scratch, const struct connection *connection) {
  struct obi_segment *segment = &scratch->segment;
  const struct movement *movement = &scratch->movement;
  __builtin_memset(segment, 0, sizeof(*segment));
  segment->header.type = OBI_EVENT_SEGMENT;
  segment->connection_id = connection->id;
  segment->start_ns = segment->end_ns = bpf_ktime_get_ns();
  __u64 ids = bpf_get_current_pid_tgid();
  segment->pid = ids >> 32;
  segment->tid = (__u32)ids;
  segment->total_bytes = movement->total;
  segment->direction = movement->direction;
  if (movement->total == 0) segment->flags |= OBI_SEGMENT_END_OF_STREAM;
  if (movement->unseen) segment->flags |= OBI_SEGMENT_NO_PAYLOAD;
  fill_positions(segment, movement);
}

// Copies up to `wanted` bytes into the scratch payload; returns how many.
static __always_inline __u32 capture(__u32 slot, struct segment_scratch *scratch, __u32 wanted) {
  const struct movement *movement = &scratch->movement;
  __u32 size = wanted < OBI_STREAM_RECORD_BYTES ? wanted : OBI_STREAM_RECORD_BYTES;
  if (movement->iov_count) return gather(slot, size);
  asm volatile("" : "+r"(size));
  if (size > OBI_STREAM_RECORD_BYTES) return 0;
  return read_bytes(movement, scratch->payload, size, movement->buffer) ? 0 : size;
}

// Reports the movement in the scratch.
__noinline int emit_segment(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  struct movement *movement = &scratch->movement;
  struct connection *connection = connection_of(&movement->socket, OBI_ROLE_UNKNOWN);
  if (!connection) return 0;
  __u8 mode = capture_mode_of(connection);
  if (mode == OBI_MODE_SILENT) return 0;
  if (!connection->announced && !announce(connection, &movement->socket)) return 0;
  if (movement->total) flatten(movement);
  begin_segment(scratch, connection);
  __u32 total = movement->total;
  __u32 wanted = total ? wanted_bytes(slot, scratch, connection, mode) : 0;
  if (wanted > OBI_STREAM_RECORD_BYTES || (wanted == total && movement->iov_count > MAX_IOVECS)) {
    put_in_parts(slot, movement);
    return 0;
  }
  __u32 captured = wanted ? capture(slot, scratch, wanted) : 0;
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  if (wanted && !captured) note_unreadable(&scratch->segment);
  if (captured < total && !movement->iov_count && !movement->unseen) {
    read_tail(&scratch->segment, movement);
  }
  put(scratch, captured);
  return 0;
}

// Reports the datagram in the scratch, if it is one of DNS. Each is a message of its own.
__noinline int emit_datagram(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  struct movement *movement = &scratch->movement;
  if (!movement->total || !find_peer(movement)) return 0;
  struct connection *connection = datagram_connection(movement);
  if (!connection || capture_mode_of(connection) == OBI_MODE_SILENT) return 0;
  if (!connection->announced && !announce_datagrams(connection, movement)) return 0;
  flatten(movement);
  begin_segment(scratch, connection);
  __u32 wanted = movement->total < OBI_HEAD_CALL_BYTES ? movement->total : OBI_HEAD_CALL_BYTES;
  __u32 captured = movement->unseen ? 0 : capture(slot, scratch, wanted);
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  if (!captured && !movement->unseen) note_unreadable(&scratch->segment);
  put(scratch, captured);
  return 0;
}

static __always_inline void emit(__u32 slot, const struct movement *movement) {
  if (movement->socket.kind == SOCKET_UDP) {
    emit_datagram(slot);
  } else {
    emit_segment(slot);
  }
}
