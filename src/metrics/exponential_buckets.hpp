// SPDX-License-Identifier: Apache-2.0
// Base-2 exponential buckets after the OpenTelemetry metrics data model ("ExponentialHistogram"):
// bucket `i` holds the values in (base^i, base^(i+1)], base = 2^(2^-scale). The scale falls by
// itself when the range outgrows the buckets. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace obi::metrics {

/// The bucket that a finite `value` > 0 falls into; exact at the bounds. `scale` is within
/// [kMinScale, kMaxScale].
std::int32_t exponential_index(double value, int scale);

class ExponentialBuckets {
 public:
  static constexpr int kMaxScale = 20;
  /// At this scale two buckets hold every double, so nothing is ever out of range.
  static constexpr int kMinScale = -11;

  /// Never more than `max_size` buckets (at least 2) with gaps counted; starts at `max_scale`.
  /// Allocates once, here.
  ExponentialBuckets(std::size_t max_size, int max_scale);

  /// `value` must be finite and > 0. Allocates nothing.
  void add(double value);
  /// Adds what another has counted; the coarser scale of both stays. Allocates nothing.
  void merge(const ExponentialBuckets& other);
  /// Empty, and back at the first scale.
  void reset();

  [[nodiscard]] int scale() const { return scale_; }
  /// Index of the first of `counts()`.
  [[nodiscard]] std::int32_t offset() const { return offset_; }
  [[nodiscard]] std::span<const std::uint64_t> counts() const {
    return std::span(counts_).first(size_);
  }
  [[nodiscard]] std::size_t held_bytes() const { return counts_.capacity() * sizeof counts_[0]; }

 private:
  /// How far the scale must fall for a bucket at `index` to fit in.
  [[nodiscard]] int downscale_for(std::int32_t index) const;
  void downscale(int by);
  void extend_to(std::int32_t index);
  void add_at(std::int32_t index, std::uint64_t count);

  std::vector<std::uint64_t>
      counts_;  // max_size of them; the first size_ are in use, the others are 0
  std::size_t size_ = 0;
  std::int32_t offset_ = 0;
  int scale_;
  int max_scale_;
};

}  // namespace obi::metrics
