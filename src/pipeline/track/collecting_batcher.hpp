// SPDX-License-Identifier: Apache-2.0
// For tests of single connections: what they make, in the words of a conversation's tests.
#pragma once
#include <vector>

#include "pipeline/track/connection.hpp"
#include "protocol/conversation_fixture.hpp"

namespace obi::pipeline {

struct CollectingBatcher {
  model::Ledger ledger;
  bool is_silenced = false;  ///< of any connection, any source
  protocol::CollectingSink spans;
  model::BatchPool pool{1};
  std::vector<model::BatchRef> batches;  // the spans' texts are in them
  SpanBatcher batcher{{.length = 1}, ledger, pool, [this](model::BatchRef&& batch) {
                        for (const model::Span& span : batch->spans) spans.spans.push_back(span);
                        batches.push_back(std::move(batch));
                      }};
  protocol::Protocols protocols;
  TrackContext context{.batcher = batcher,
                       .protocols = protocols,
                       .set_mode = [this](std::uint64_t, model::Source, model::CaptureMode mode) {
                         is_silenced |= mode == model::CaptureMode::kSilent;
                       }};
};

}  // namespace obi::pipeline
