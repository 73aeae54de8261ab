// SPDX-License-Identifier: Apache-2.0
// What became of the spans that went into an exporter's metrics: they are held until a receiver has
// a snapshot with their values. A cumulative snapshot that is lost loses nothing, as a later one
// has its values; one of deltas loses those of its period. Thread-safe.
#pragma once
#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "export/exporter.hpp"

namespace obi::exporting {

class DeliveryAccount {
 public:
  enum class Values : std::uint8_t { kCumulative, kDelta };

  explicit DeliveryAccount(Values values) : values_(values) {}

  /// After `recorded` of `count` spans went into the metrics; the others aren't wanted there.
  void add(std::uint64_t count, std::uint64_t recorded) {
    const std::lock_guard lock(mutex_);
    consumed_ += count;
    recorded_ += recorded;
  }
  /// Call before the values are read; the result stands for the snapshot.
  std::uint64_t begin_snapshot() {
    const std::lock_guard lock(mutex_);
    if (values_ == Values::kCumulative) return recorded_;
    return recorded_ - std::exchange(in_snapshots_, recorded_);
  }
  /// A receiver has the whole snapshot.
  void on_delivered(std::uint64_t snapshot) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    exported_ =
        values_ == Values::kCumulative ? std::max(exported_, snapshot) : exported_ + snapshot;
  }
  /// No receiver will have it.
  void on_lost(std::uint64_t snapshot) {
    const std::lock_guard lock(mutex_);
    if (!is_closed_ && values_ == Values::kDelta) dropped_ += snapshot;
  }
  /// Nothing is delivered any more: what is held is dropped.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    dropped_ = recorded_ - exported_;
  }
  [[nodiscard]] Exporter::Counts counts() const {
    const std::lock_guard lock(mutex_);
    return {.consumed = consumed_,
            .exported = exported_,
            .not_wanted = consumed_ - recorded_,
            .dropped = dropped_};
  }

 private:
  const Values values_;
  mutable std::mutex mutex_;
  std::uint64_t consumed_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t in_snapshots_ = 0;  // of recorded_, deltas only
  std::uint64_t exported_ = 0;
  std::uint64_t dropped_ = 0;
  bool is_closed_ = false;
};

}  // namespace obi::exporting
