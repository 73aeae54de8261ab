// SPDX-License-Identifier: Apache-2.0
#include "metrics/exponential_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace obi::metrics {

std::int32_t exponential_index(double value, int scale) {
  int exponent = 0;
  const double fraction =
      2 * std::frexp(value, &exponent);  // value = fraction · 2^(exponent-1), in [1, 2)
  --exponent;
  const bool is_power_of_two = fraction == 1;
  if (scale <= 0) return (exponent - (is_power_of_two ? 1 : 0)) >> -scale;
  const std::int32_t first = exponent * (1 << scale);  // a negative number must not be shifted left
  if (is_power_of_two) return first - 1;

  // The bounds between powers of two are irrational, so no value equals one; but a double logarithm
  // can land on the wrong side of a near one. Its error is below 2^-50, times 2^scale.
  const double position = std::ldexp(std::log2(fraction), scale);
  constexpr double kDoubtful = 1e-8;
  if (std::abs(position - std::nearbyint(position)) < kDoubtful) {
    const long double precise = std::ldexp(std::log2(static_cast<long double>(fraction)), scale);
    const auto steps = static_cast<std::int32_t>(std::ceil(precise));
    return first + std::clamp(steps, 1, 1 << scale) - 1;
  }
  return first + static_cast<std::int32_t>(std::ceil(position)) - 1;
}

ExponentialBuckets::ExponentialBuckets(std::size_t max_size, int max_scale)
    : counts_(std::max<std::size_t>(max_size, 2)),
      scale_(std::clamp(max_scale, kMinScale, kMaxScale)),
      max_scale_(scale_) {}

void ExponentialBuckets::add(double value) { add_at(exponential_index(value, scale_), 1); }

void ExponentialBuckets::add_at(std::int32_t index, std::uint64_t count) {
  if (const int by = downscale_for(index); by > 0) {
    downscale(by);
    index >>= by;
  }
  extend_to(index);
  counts_[static_cast<std::size_t>(index - offset_)] += count;
}

void ExponentialBuckets::merge(const ExponentialBuckets& other) {
  if (other.scale_ < scale_) downscale(scale_ - other.scale_);
  for (std::size_t i = 0; i < other.size_; ++i) {
    if (other.counts_[i] == 0) continue;
    const std::int32_t index = other.offset_ + static_cast<std::int32_t>(i);
    add_at(index >> (other.scale_ - scale_), other.counts_[i]);
  }
}

void ExponentialBuckets::reset() {
  std::ranges::fill(counts_, 0);
  size_ = 0;
  offset_ = 0;
  scale_ = max_scale_;
}

int ExponentialBuckets::downscale_for(std::int32_t index) const {
  if (size_ == 0) return 0;
  std::int64_t low = std::min(index, offset_);
  std::int64_t high = std::max<std::int64_t>(index, offset_ + static_cast<std::int64_t>(size_) - 1);
  int by = 0;
  while (high - low >= static_cast<std::int64_t>(counts_.size()) && scale_ - by > kMinScale) {
    low >>= 1;
    high >>= 1;
    ++by;
  }
  return by;
}

void ExponentialBuckets::downscale(int by) {
  const std::int32_t new_offset = offset_ >> by;
  std::size_t new_size = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const auto target =
        static_cast<std::size_t>(((offset_ + static_cast<std::int32_t>(i)) >> by) - new_offset);
    const auto count = std::exchange(counts_[i], 0);  // target <= i: nothing unread is overwritten
    counts_[target] += count;
    new_size = target + 1;
  }
  offset_ = new_offset;
  size_ = new_size;
  scale_ -= by;
}

void ExponentialBuckets::extend_to(std::int32_t index) {
  if (size_ == 0) {
    offset_ = index;
    size_ = 1;
  } else if (index < offset_) {
    const auto shift = static_cast<std::size_t>(offset_ - index);
    const auto used = counts_.begin() + static_cast<std::ptrdiff_t>(size_);
    std::move_backward(counts_.begin(), used, used + static_cast<std::ptrdiff_t>(shift));
    std::fill_n(counts_.begin(), shift, 0);
    offset_ = index;
    size_ += shift;
  } else if (index >= offset_ + static_cast<std::int32_t>(size_)) {
    size_ = static_cast<std::size_t>(index - offset_) + 1;
  }
}

}  // namespace obi::metrics
