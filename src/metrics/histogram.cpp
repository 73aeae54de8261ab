// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace obi::metrics {
namespace {

constexpr std::size_t kExponentialExemplars = 4;

}  // namespace

Histogram::Histogram(const HistogramOptions& options)
    : bounds_(options.bounds), keeps_exemplars_(options.exemplars) {
  if (options.exponential) {
    counts_ = std::make_unique<ExponentialCounts>(
        ExponentialCounts{{options.exponential_max_size, options.exponential_max_scale}, 0});
    if (keeps_exemplars_) exemplars_.reserve(kExponentialExemplars);
  } else {
    counts_.emplace<ExplicitCounts>(bounds_.size() + 1);
  }
}

void Histogram::add(double value, const model::Exemplar* exemplar) {
  if (!std::isfinite(value) || value < 0) value = 0;
  std::size_t slot = 0;
  if (auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    const auto bound = std::ranges::lower_bound(bounds_, value);
    slot = static_cast<std::size_t>(bound - bounds_.begin());
    ++(*counts)[slot];
  } else {
    auto& exponential = *std::get<1>(counts_);
    if (value == 0) {
      ++exponential.zeroes;
    } else {
      exponential.positive.add(value);
    }
    slot = count_ % kExponentialExemplars;
  }
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  sum_ += value;
  ++count_;
  if (exemplar != nullptr && keeps_exemplars_) keep_exemplar(slot, value, *exemplar);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    const auto& others = std::get<ExplicitCounts>(other.counts_);
    for (std::size_t i = 0; i < counts->size(); ++i) (*counts)[i] += others[i];
  } else {
    std::get<1>(counts_)->positive.merge(std::get<1>(other.counts_)->positive);
    std::get<1>(counts_)->zeroes += std::get<1>(other.counts_)->zeroes;
  }
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

void Histogram::keep_exemplar(std::size_t slot, double value, const model::Exemplar& exemplar) {
  auto kept = std::ranges::find(exemplars_, slot, &BucketExemplar::bucket);
  if (kept == exemplars_.end()) kept = exemplars_.insert(kept, {.bucket = slot, .exemplar = {}});
  kept->exemplar = exemplar;
  kept->exemplar.value = value;
}

void Histogram::reset() {
  if (auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    std::ranges::fill(*counts, 0);
  } else {
    std::get<1>(counts_)->positive.reset();
    std::get<1>(counts_)->zeroes = 0;
  }
  count_ = 0;
  sum_ = min_ = max_ = 0;
  exemplars_.clear();
}

void Histogram::write_value(model::MetricPoint& point) const {
  if (const auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    point.value = model::ExplicitHistogram{
        .bucket_counts = *counts, .count = count_, .sum = sum_, .min = min_, .max = max_};
    return;
  }
  const auto& exponential = *std::get<1>(counts_);
  const auto positive = exponential.positive.counts();
  point.value = model::ExponentialHistogram{.scale = exponential.positive.scale(),
                                            .zero_count = exponential.zeroes,
                                            .positive_offset = exponential.positive.offset(),
                                            .positive_counts = {positive.begin(), positive.end()},
                                            .count = count_,
                                            .sum = sum_,
                                            .min = min_,
                                            .max = max_};
}

void Histogram::take_exemplars(model::MetricPoint& point) {
  std::ranges::sort(exemplars_, {}, &BucketExemplar::bucket);
  for (const BucketExemplar& kept : exemplars_) point.exemplars.push_back(kept.exemplar);
  exemplars_.clear();
}

std::size_t Histogram::held_bytes() const {
  const std::size_t exemplars = exemplars_.capacity() * sizeof(BucketExemplar);
  if (const auto* counts = std::get_if<ExplicitCounts>(&counts_))
    return exemplars + counts->capacity() * sizeof(std::uint64_t);
  return exemplars + sizeof(ExponentialCounts) + std::get<1>(counts_)->positive.held_bytes();
}

}  // namespace obi::metrics
