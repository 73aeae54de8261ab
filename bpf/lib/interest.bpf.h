// SPDX-License-Identifier: Apache-2.0
// How many bytes of a call are captured: the head of a message, or all where messages follow each other closely. Only HTTP is
// recognised here, because its bodies must not be captured; the beginning of every other connection is captured whole, until
// user space has found its protocol and set the capture mode.
#pragma once
#include <bpf/bpf_helpers.h>

#include "scratch.bpf.h"
#include "stream.bpf.h"

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

// The first four bytes of the call. A vector's come by way of the payload, which is filled anew afterwards.
static __always_inline __u32 first_word(__u32 slot, struct segment_scratch *scratch) {
  const struct socket_io *io = &scratch->io;
  __u32 word = 0;
  if (!io->iov_count) {
    read_bytes(io, &word, sizeof(word), io->buffer);
  } else if (gather(slot, sizeof(word)) == sizeof(word)) {
    __builtin_memcpy(&word, scratch->payload, sizeof(word));
  }
  return word;
}

// Does the call end with the empty line of a head? If not, what follows is the rest of that head, or of another request.
static __always_inline bool ends_head(const struct socket_io *io) {
  __u32 last = 0;
  if (io->iov_count) return true;  // not looked at
  if (read_bytes(io, &last, sizeof(last), io->buffer + io->total - sizeof(last))) return true;
  return last == WORD('\r', '\n', '\r', '\n') || last >> 16 == (WORD('\n', '\n', 0, 0));
}
#undef WORD

// Of a stream in which no HTTP was seen: every byte, up to OBI_PROBING_BYTES. User space is woken twice to find the
// protocol: for the first bytes of the other direction, which prove most protocols, and when many bytes have been transferred.
static __always_inline bool is_probing(struct segment_scratch *scratch, struct source_stream *stream, bool turns) {
  __u32 before = stream->probed_bytes, after = before + scratch->io.total;
  if (turns || (before <= OBI_PROBING_WAKEUP_BYTES && after > OBI_PROBING_WAKEUP_BYTES)) scratch->is_urgent = 1;
  stream->probed_bytes = after;
  if (after > OBI_PROBING_BYTES) stream->mode = OBI_MODE_HEAD;
  return after <= OBI_PROBING_BYTES;
}

// How many bytes of this call travel; keeps the stream's account of the current message.
static __always_inline __u32 wanted_bytes(__u32 slot, struct segment_scratch *scratch, struct source_stream *stream, __u8 mode) {
  const struct socket_io *io = &scratch->io;
  __u32 total = io->total;
  bool turns = false;
  if (stream->direction != io->direction) {
    turns = stream->direction != 0xff && !stream->answered;
    stream->answered |= turns;
    stream->direction = io->direction;
    stream->message_bytes = 0;
    stream->request_heads = 0;
  }
  if (io->unseen) return 0;
  __u32 word = total >= 4 ? first_word(slot, scratch) : 0;
  bool request = begins_request(word);
  if (request && stream->request_heads < 2) stream->request_heads++;
  if (begins_http2(word) || stream->request_heads > 1 ||
      (begins_bodyless_request(word) && (total > OBI_HEAD_CALL_BYTES || !ends_head(io)))) {
    stream->mode = OBI_MODE_STREAM;  // pipelined or multiplexed, or a head in parts
    mode = OBI_MODE_STREAM;
  }
  if (mode == OBI_MODE_STREAM) return total;
  if (request || begins_response(word)) {
    stream->message_bytes = 0;
    stream->mode = OBI_MODE_HEAD;
  } else if (mode == OBI_MODE_PROBING && is_probing(scratch, stream, turns)) {
    return total;
  }
  __u32 wanted = total < OBI_HEAD_CALL_BYTES ? total : OBI_HEAD_CALL_BYTES;
  if (stream->message_bytes + wanted > OBI_HEAD_MESSAGE_BYTES) return total < OBI_LATER_CALL_BYTES ? total : OBI_LATER_CALL_BYTES;
  stream->message_bytes += wanted;
  return wanted;
}
