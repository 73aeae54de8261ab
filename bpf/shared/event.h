// SPDX-License-Identifier: Apache-2.0
// The header that every ring-buffer record starts with, and the list of record types.
// Included by BPF C and by C++; fixed-width types only, host byte order unless a field says otherwise.
#pragma once
#include <linux/types.h>

#ifdef __cplusplus
#define OBI_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define OBI_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

enum obi_event_type {
  OBI_EVENT_SEGMENT = 1,           // struct obi_segment, then the captured payload
  OBI_EVENT_CONNECTION_OPEN = 2,   // struct obi_connection_open
  OBI_EVENT_CONNECTION_CLOSE = 3,  // struct obi_connection_close
  OBI_EVENT_PROCESS = 4,           // struct obi_process_event
  OBI_EVENT_CONNECT_FAILED = 5,    // struct obi_connect_failed
  // Written to recordings by user space only, never by the kernel:
  OBI_EVENT_SERVICE = 64,  // which service a process belongs to (see capture/recording.hpp)
};

struct obi_event_header {
  __u32 type;  // enum obi_event_type
  __u32 size;  // bytes of the whole record, this header included
};

OBI_STATIC_ASSERT(sizeof(struct obi_event_header) == 8, "event header layout");
