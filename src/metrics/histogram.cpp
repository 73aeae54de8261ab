// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace obi::metrics {
namespace {

constexpr std::size_t kExponentialExemplars = 4;

}  // namespace

Histogram::Histogram(const HistogramOptions& options) : bounds_(options.bounds) {
  if (options.exponential) {
    counts_.emplace<ExponentialCounts>(
        ExponentialCounts{{options.exponential_max_size, options.exponential_max_scale}, 0});
  } else {
    counts_.emplace<ExplicitCounts>(bounds_.size() + 1);
  }
  if (options.exemplars) {
    exemplars_.resize(options.exponential ? kExponentialExemplars : bounds_.size() + 1);
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
    auto& exponential = std::get<ExponentialCounts>(counts_);
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
  if (exemplar != nullptr && !exemplars_.empty()) keep_exemplar(slot, value, *exemplar);
}

void Histogram::keep_exemplar(std::size_t slot, double value, const model::Exemplar& exemplar) {
  exemplars_[slot] = exemplar;
  exemplars_[slot].value = value;
}

void Histogram::clear_exemplars() { std::ranges::fill(exemplars_, model::Exemplar{}); }

void Histogram::reset() {
  if (auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    std::ranges::fill(*counts, 0);
  } else {
    auto& exponential = std::get<ExponentialCounts>(counts_);
    exponential.positive.reset();
    exponential.zeroes = 0;
  }
  count_ = 0;
  sum_ = min_ = max_ = 0;
  clear_exemplars();
}

void Histogram::write_to(model::MetricPoint& point) {
  if (const auto* counts = std::get_if<ExplicitCounts>(&counts_)) {
    point.value = model::ExplicitHistogram{
        .bucket_counts = *counts, .count = count_, .sum = sum_, .min = min_, .max = max_};
  } else {
    const auto& exponential = std::get<ExponentialCounts>(counts_);
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
  std::ranges::copy_if(exemplars_, std::back_inserter(point.exemplars),
                       [](const auto& exemplar) { return exemplar.trace_id.is_set(); });
  clear_exemplars();
}

}  // namespace obi::metrics
