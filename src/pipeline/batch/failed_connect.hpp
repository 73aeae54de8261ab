// SPDX-License-Identifier: Apache-2.0
// A connection that a process asked for and did not get is a span of its own: no byte moved, so no
// connection is tracked for it.
#pragma once
#include "model/segment.hpp"
#include "pipeline/batch/span_batcher.hpp"

namespace obi::pipeline {

/// Counts the request, and adds its span to `batcher`.
void add_failed_connect(const model::ConnectFailed& failed, SpanBatcher& batcher);

}  // namespace obi::pipeline
