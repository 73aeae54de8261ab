// SPDX-License-Identifier: Apache-2.0
// The streams that sources other than plain have of connections. Apart from `connections`, so that a connection that has none
// costs nothing for them. LRU: a full table evicts the least recently used stream. One that comes back begins its account anew,
// and keeps its capture mode: the override is looked up again. Connection ids are never reused, so what is left of a connection
// that has ended is evicted in time.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/connection.h"
#include "losses.bpf.h"
#include "shared_state.bpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, struct obi_stream_key);
  __type(value, struct source_stream);
  __uint(max_entries, 8192);
} source_streams SEC(".maps");

static __always_inline struct source_stream *other_stream(__u64 connection_id, __u32 source) {
  struct obi_stream_key key = {.connection_id = connection_id, .source = source};
  struct source_stream *known = bpf_map_lookup_elem(&source_streams, &key);
  if (known) return known;
  struct source_stream fresh = new_stream(shared_state.capture_override_epoch - 1);
  if (bpf_map_update_elem(&source_streams, &key, &fresh, BPF_ANY)) {
    count_loss(OBI_LOSS_CONNECTIONS_FULL);
    return NULL;
  }
  return bpf_map_lookup_elem(&source_streams, &key);
}
