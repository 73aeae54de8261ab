// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/span_batcher.hpp"

namespace obi::pipeline {

model::SpanBatch& SpanBatcher::open_batch() {
  if (!batch_) {
    batch_ = pool_.take();
    batch_.writable().wall_offset_ns = options_.wall_offset_ns;
    batch_since_ns_ = 0;
  }
  return batch_.writable();
}

model::Span& SpanBatcher::add_span(model::EventType type) {
  ledger_.add(model::Reason::SpansMade);
  flush_if_full();
  model::Span& span = open_batch().spans.emplace_back();
  span.type = type;
  return span;
}

void SpanBatcher::on_tick(std::uint64_t now_ns) {
  flush_if_full();
  if (!batch_ || batch_->spans.empty()) return;
  if (batch_since_ns_ == 0) batch_since_ns_ = now_ns;
  if (now_ns - batch_since_ns_ >= static_cast<std::uint64_t>(options_.timeout.count())) flush();
}

void SpanBatcher::finish() {
  if (batch_ && !batch_->spans.empty()) flush();
}

void SpanBatcher::flush() {
  pool_.account_for(batch_);
  emit_(std::move(batch_));
}

}  // namespace obi::pipeline
