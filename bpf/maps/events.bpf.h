// SPDX-License-Identifier: Apache-2.0
// The two ring buffers. The first has the segments, and the events of the processes that they are of; the second has all other
// process events, so that a burst of traffic can't cost the event of a process that was started. The loader sets the sizes
// (page-aligned powers of two).
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 22);  // 4 MiB: 100 ms of 40 MB/s of records while user space is off the CPU
} segments SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 17);  // 128 KiB: 2 300 process events
} process_events SEC(".maps");
