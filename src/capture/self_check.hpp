// SPDX-License-Identifier: Apache-2.0
// Known bytes over a connection of the agent's own: does a back end report them as they were?
#pragma once
#include "base/result.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

/// Traces this process for the time of one exchange over loopback TCP and compares what is reported
/// with what was sent. Takes everything that waits in the rings, so it belongs before discovery
/// begins. The error says what was wrong.
base::Result<void> self_check(Tracer& tracer);

}  // namespace obi::capture
