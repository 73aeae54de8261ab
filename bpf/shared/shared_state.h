// SPDX-License-Identifier: Apache-2.0
// What every program set reads and user space changes while they run. One map holds it, which all sets share
// (bpf/maps/shared_state.bpf.h); user space has it mapped.
#pragma once
#include <linux/types.h>

#include "event.h"

#define OBI_SHARED_STATE_MAP ".data.shared"

struct obi_shared_state {
  __u32 filter_generation;       // raised after each change of the PID filter's tables; 31 bits are used
  __u32 capture_override_epoch;  // raised after each change of the capture overrides
  __u32 wakeup_bytes;            // bytes waiting in the ring of segments at which its reader is woken; set before attaching
  __u32 pad;                     // 0
};
OBI_STATIC_ASSERT(sizeof(struct obi_shared_state) == 16, "shared state layout");
