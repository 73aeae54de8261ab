// SPDX-License-Identifier: Apache-2.0
// The state that all program sets share: an array of one element, mmapable. In a data section, whose map libbpf makes, because
// programs then read it at a fixed address, without a look-up. (A set that is loaded later is given the map of the first.)
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../shared/shared_state.h"

volatile struct obi_shared_state shared_state SEC(OBI_SHARED_STATE_MAP) = {.filter_generation = 1, .capture_override_epoch = 1};
