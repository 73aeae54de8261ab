// SPDX-License-Identifier: Apache-2.0
// The capture modes that user space has set (enum obi_capture_mode), by connection and source. User space raises
// `capture_override_epoch` after each override. A stream looks for one at its first call in each epoch and keeps what it found,
// so the table may evict the oldest.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/connection.h"

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __type(key, struct obi_stream_key);
  __type(value, __u32);
  __uint(max_entries, 4096);
} capture_overrides SEC(".maps");
