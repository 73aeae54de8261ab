// SPDX-License-Identifier: Apache-2.0
// The stream that a source has of a connection: where its state is, and how much of it is captured.
#pragma once
#include <bpf/bpf_helpers.h>

#include "../maps/capture_overrides.bpf.h"
#include "../maps/shared_state.bpf.h"
#include "../shared/connection.h"
#include "../shared/segment.h"

// `override_epoch`: the one up to which no override can have been set for it.
static __always_inline struct source_stream new_stream(__u32 override_epoch) {
  struct source_stream stream = {.override_epoch = override_epoch,
                                 .capture_override = OBI_MODE_PROBING,
                                 .mode = OBI_MODE_PROBING,
                                 .direction = 0xff};
  return stream;
}

#ifdef SEGMENT_SOURCE  // enum obi_source: an object of another source than plain
#include "../maps/source_streams.bpf.h"
#else
#define SEGMENT_SOURCE OBI_SOURCE_PLAIN
static __always_inline struct source_stream *other_stream(__u64 connection_id, __u32 source) { return NULL; }
#endif

// The state of the source's stream, made if need be. NULL: the table takes no more.
static __always_inline struct source_stream *stream_of(struct connection *connection, __u32 source) {
  return source == OBI_SOURCE_PLAIN ? &connection->plain : other_stream(connection->id, source);
}

// enum obi_capture_mode: user space's override, or else the kernel's own choice.
static __always_inline __u8 capture_mode_of(__u64 connection_id, struct source_stream *stream, __u32 source) {
  __u32 epoch = shared_state.capture_override_epoch;
  if (stream->override_epoch != epoch) {
    struct obi_stream_key key = {.connection_id = connection_id, .source = source};
    stream->override_epoch = epoch;
    const __u32 *found = bpf_map_lookup_elem(&capture_overrides, &key);
    if (found) stream->capture_override = *found;
  }
  return stream->capture_override == OBI_MODE_PROBING ? stream->mode : stream->capture_override;
}
