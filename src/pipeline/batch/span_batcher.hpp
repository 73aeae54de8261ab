// SPDX-License-Identifier: Apache-2.0
// Collects finished spans into batches, and hands a batch out when it is full or has waited for its
// time-out. Whatever makes spans feeds it as an equal: connections, failed connects. On the capture
// thread; not thread-safe.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/arena.hpp"
#include "model/batch_ref.hpp"
#include "model/id_source.hpp"
#include "model/ledger.hpp"

namespace obi::pipeline {

struct SpanBatcherOptions {
  std::size_t length = 100;                         ///< spans per batch
  std::chrono::nanoseconds timeout{1'000'000'000};  ///< an incomplete batch leaves after this
  std::int64_t wall_offset_ns = 0;                  ///< from CLOCK_MONOTONIC to the wall clock
  std::uint64_t id_seed = 0;                        ///< of trace and span ids, see model::IdSource
};

class SpanBatcher {
 public:
  using Emit = std::function<void(model::BatchRef&&)>;
  SpanBatcher(const SpanBatcherOptions& options, model::Ledger& ledger, model::BatchPool& pool,
              Emit emit)
      : options_(options),
        ledger_(ledger),
        pool_(pool),
        emit_(std::move(emit)),
        ids_(options.id_seed) {}

  /// One more span, counted as made; valid until the next call.
  model::Span& add_span(model::EventType type);
  /// Memory for the text of the span that was added last.
  base::Arena& arena() { return open_batch().arena; }
  /// Call when the span that was added last is filled in, so that a full batch leaves at once.
  void flush_if_full() {
    if (batch_ && batch_->spans.size() >= options_.length) flush();
  }
  /// Call at least every 100 ms, with CLOCK_MONOTONIC.
  void on_tick(std::uint64_t now_ns);
  /// Nothing more comes: hands out the last batch.
  void finish();
  void set_wall_offset_ns(std::int64_t offset) { options_.wall_offset_ns = offset; }
  [[nodiscard]] model::Ledger& ledger() const { return ledger_; }
  /// Of the ids of all spans.
  [[nodiscard]] model::IdSource& ids() { return ids_; }

 private:
  model::SpanBatch& open_batch();
  void flush();

  SpanBatcherOptions options_;
  model::Ledger& ledger_;
  model::BatchPool& pool_;
  Emit emit_;
  model::IdSource ids_;
  model::BatchRef batch_;
  std::uint64_t batch_since_ns_ = 0;  // the first tick that saw it; 0 = none did
};

}  // namespace obi::pipeline
