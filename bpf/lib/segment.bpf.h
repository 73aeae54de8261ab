// SPDX-License-Identifier: Apache-2.0
// Puts one call's bytes on the ring buffer. Built in a per-CPU scratch record and copied out at its exact size, so a short
// message costs a short record.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "connection.bpf.h"
#include "datagram.bpf.h"
#include "interest.bpf.h"
#include "scratch.bpf.h"

#define MAX_RECORDS 57  // of one vector: Linux takes 1 024 parts (UIO_MAXIOV)

// Below so many bytes waiting in the ring, a timer of user space collects them.
static __always_inline __u64 wakeup_flag(const struct segment_scratch *scratch) {
  if (scratch->is_urgent) return BPF_RB_FORCE_WAKEUP;
  return bpf_ringbuf_query(&segments, BPF_RB_AVAIL_DATA) >= shared_state.wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

// The last bytes of a call, which end at `end`: that of a chunked body, or of a long answer.
static __always_inline void read_tail(struct obi_segment *segment, const struct socket_io *io, __u64 end, __u64 known) {
  __u64 size = known < sizeof(segment->tail) ? known : sizeof(segment->tail);
  asm volatile("" : "+r"(size));
  if (size > sizeof(segment->tail)) return;
  if (!read_bytes(io, segment->tail, size, end - size)) segment->tail_bytes = size;
}

// Those of the slot's vector: of the part that it ends in, unless that is one of very many.
__noinline int read_vector_tail(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return -1;
  const struct socket_io *io = &scratch->io;
  __u64 left = (__u64)io->skip + io->total;
  for (__u32 i = 0; i < MAX_IOVECS; i++) {
    struct user_iovec part;
    if (i >= io->iov_count || read_element(io, &part, io->buffer + i * sizeof(part))) break;
    if (part.length >= left) {
      read_tail(&scratch->segment, io, part.base + left, left);
      break;
    }
    left -= part.length;
  }
  return 0;
}

static __always_inline void fill_positions(struct obi_segment *segment, const struct socket_io *io) {
  if (SEGMENT_SOURCE != OBI_SOURCE_PLAIN || io->socket.kind != STREAM_TCP) return;
  const struct tcp_sock *tcp = (const struct tcp_sock *)io->socket.sk;
  __u32 written = BPF_CORE_READ(tcp, write_seq);
  __u32 read = BPF_CORE_READ(tcp, copied_seq);
  segment->flags |= OBI_SEGMENT_HAS_POSITION;
  segment->position = io->has_position ? io->position
                                             : (segment->direction == OBI_SEND ? written : read) - io->total;
  segment->peer_position = segment->direction == OBI_SEND ? read : written;
}

#ifdef SEGMENT_HAS_CONTEXT  // an object whose programs fill `scratch->context` before each segment
#define CONTEXT_BYTES sizeof(struct obi_segment_context)
#else
#define CONTEXT_BYTES 0
#endif

// Puts the context, if there is one, behind `captured` bytes of payload; returns its size.
static __always_inline __u64 append_context(struct segment_scratch *scratch, __u32 captured) {
  if (!CONTEXT_BYTES || !scratch->has_context || captured > OBI_STREAM_RECORD_BYTES) return 0;
  bpf_probe_read_kernel(scratch->payload + captured, sizeof(scratch->context), &scratch->context);
  return CONTEXT_BYTES;
}

// The ids are for the first request that begins in the call: of a call in several records only the first has them.
static __always_inline void drop_ids(struct segment_scratch *scratch) {
  struct obi_segment_context *context = &scratch->context;
  __builtin_memset(context->trace_id, 0, sizeof(context->trace_id));
  __builtin_memset(context->parent_id, 0, sizeof(context->parent_id));
  __builtin_memset(context->span_id, 0, sizeof(context->span_id));
}

// Sends the scratch record with `captured` bytes of payload.
static __always_inline void put(struct segment_scratch *scratch, __u32 captured) {
  struct obi_segment *segment = &scratch->segment;
  segment->captured_bytes = captured;
  __u64 size = sizeof(*segment) + captured + append_context(scratch, captured);
  segment->header.size = size;
  asm volatile("" : "+r"(size));
  if (size < sizeof(*segment) || size > sizeof(*segment) + OBI_STREAM_RECORD_BYTES + CONTEXT_BYTES) return;
  if (bpf_ringbuf_output(&segments, scratch, size, wakeup_flag(scratch))) count_loss(OBI_LOSS_RING_FULL);
  if (CONTEXT_BYTES) drop_ids(scratch);
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
  end_part(scratch, read_bytes(&scratch->io, scratch->payload, size, base) ? 0 : size);
  return 0;
}

// Sends the beginning of the slot's vector, as much as fits a record, of the `left` bytes of the call that are still to be
// reported; the vector then begins behind it. Returns how many bytes the record stands for: all that are left if it is the last.
__noinline int put_vector_part(__u32 slot, __u32 left, __u32 last) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return left;
  __u32 captured = gather(slot, left < OBI_STREAM_RECORD_BYTES ? left : OBI_STREAM_RECORD_BYTES);
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  bool continued = !last && captured && captured < left;
  __u32 reported = continued ? captured : left;
  begin_part(&scratch->segment, reported, continued);
  end_part(scratch, captured);
  return continued && advance(slot, captured) ? left : reported;
}

static __always_inline void put_buffer_in_parts(__u32 slot, const struct socket_io *io) {
  const __u32 parts = OBI_STREAM_CALL_BYTES / OBI_STREAM_RECORD_BYTES;
  __u64 buffer = io->buffer;
  __u32 total = io->total;
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
    __u32 reported = put_vector_part(slot, left, last);
    left = reported < left ? left - reported : 0;
  }
}

// Sends a call in several records: stream mode, and more than one record holds.
static __always_inline void put_in_parts(__u32 slot, const struct socket_io *io) {
  if (io->iov_count) {
    put_vector_in_parts(slot, io->total);
  } else {
    put_buffer_in_parts(slot, io);
  }
}

static __always_inline void begin_segment(struct segment_scratch *scratch, const struct connection *connection) {
  struct obi_segment *segment = &scratch->segment;
  const struct socket_io *io = &scratch->io;
  __builtin_memset(segment, 0, sizeof(*segment));
  scratch->is_urgent = 0;
  segment->header.type = OBI_EVENT_SEGMENT;
  segment->connection_id = connection->id;
  segment->start_ns = segment->end_ns = bpf_ktime_get_ns();
  __u64 ids = bpf_get_current_pid_tgid();
  segment->pid = ids >> 32;
  segment->tid = (__u32)ids;
  segment->total_bytes = io->total;
  segment->direction = io->direction;
  segment->source = SEGMENT_SOURCE;
  if (CONTEXT_BYTES && scratch->has_context) segment->flags |= OBI_SEGMENT_HAS_CONTEXT;
  if (io->total == 0) segment->flags |= OBI_SEGMENT_END_OF_STREAM;
  if (io->unseen) segment->flags |= OBI_SEGMENT_NO_PAYLOAD;
  fill_positions(segment, io);
}

// Copies up to `wanted` bytes into the scratch payload; returns how many.
static __always_inline __u32 capture(__u32 slot, struct segment_scratch *scratch, __u32 wanted) {
  const struct socket_io *io = &scratch->io;
  __u32 size = wanted < OBI_STREAM_RECORD_BYTES ? wanted : OBI_STREAM_RECORD_BYTES;
  if (io->iov_count) return gather(slot, size);
  asm volatile("" : "+r"(size));
  if (size > OBI_STREAM_RECORD_BYTES) return 0;
  return read_bytes(io, scratch->payload, size, io->buffer) ? 0 : size;
}

// Reports the I/O in the scratch.
__noinline int emit_segment(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  struct socket_io *io = &scratch->io;
  struct connection *connection = connection_of(&io->socket, OBI_ROLE_UNKNOWN);
  if (!connection) return 0;
  struct source_stream *stream = stream_of(connection, SEGMENT_SOURCE);
  if (!stream) return 0;
  __u8 mode = capture_mode_of(connection->id, stream, SEGMENT_SOURCE);
  if (mode == OBI_MODE_SILENT) return 0;
  if (!connection->announced && !announce(connection, &io->socket)) return 0;
  if (io->total) flatten(io);
  begin_segment(scratch, connection);
  if (connection->stream_socket == STREAM_UNIX) connection->reported_until[0] = scratch->segment.pid;
  __u32 total = io->total;
  __u32 wanted = total ? wanted_bytes(slot, scratch, stream, mode) : 0;
  if (wanted > OBI_STREAM_RECORD_BYTES || (wanted == total && io->iov_count > MAX_IOVECS)) {
    put_in_parts(slot, io);
    return 0;
  }
  __u32 captured = wanted ? capture(slot, scratch, wanted) : 0;
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  if (wanted && !captured) note_unreadable(&scratch->segment);
  if (captured < total && !io->unseen) {
    if (io->iov_count) {
      read_vector_tail(slot);
    } else {
      read_tail(&scratch->segment, io, io->buffer + total, total);
    }
  }
  put(scratch, captured);
  return 0;
}

// Reports the datagram in the scratch, if it is one of DNS. Each is a message of its own.
__noinline int emit_datagram(__u32 slot) {
  struct segment_scratch *scratch = scratch_of_cpu(slot);
  if (!scratch) return 0;
  struct socket_io *io = &scratch->io;
  if (!io->total || !find_peer(io)) return 0;
  struct connection *connection = datagram_connection(io);
  if (!connection || capture_mode_of(connection->id, &connection->plain, OBI_SOURCE_PLAIN) == OBI_MODE_SILENT) return 0;
  if (!connection->announced && !announce_datagrams(connection, io)) return 0;
  flatten(io);
  begin_segment(scratch, connection);
  __u32 wanted = io->total < OBI_HEAD_CALL_BYTES ? io->total : OBI_HEAD_CALL_BYTES;
  __u32 captured = io->unseen ? 0 : capture(slot, scratch, wanted);
  if (captured > OBI_STREAM_RECORD_BYTES) captured = 0;  // for the verifier
  if (!captured && !io->unseen) note_unreadable(&scratch->segment);
  put(scratch, captured);
  return 0;
}

static __always_inline void emit(__u32 slot, const struct socket_io *io) {
  if (io->socket.kind == SOCKET_UDP) {
    emit_datagram(slot);
  } else {
    emit_segment(slot);
  }
}
