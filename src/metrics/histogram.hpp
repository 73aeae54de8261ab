// SPDX-License-Identifier: Apache-2.0
// One histogram of one series, explicit or exponential, with its exemplars. Allocates when it is
// built, never when a value is added. Not thread-safe.
#pragma once
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "metrics/exponential_buckets.hpp"
#include "model/metric.hpp"

namespace obi::metrics {

struct HistogramOptions {
  /// Explicit bounds, ascending; they must outlive the histogram. A value equal to a bound is below
  /// it.
  std::span<const double> bounds;
  bool exponential = false;  ///< instead of `bounds`
  std::size_t exponential_max_size = 160;
  int exponential_max_scale = 20;
  /// Keep the latest exemplar of each bucket (of an exponential histogram: the latest few).
  bool exemplars = false;
};

class Histogram {
 public:
  explicit Histogram(const HistogramOptions& options);

  /// NaN, infinities and negative values count as 0. `exemplar` may be null; its `value` is
  /// ignored.
  void add(double value, const model::Exemplar* exemplar = nullptr);
  /// As new.
  void reset();
  /// Value and exemplars go into `point`; the exemplars are handed out once.
  void write_to(model::MetricPoint& point);

 private:
  void keep_exemplar(std::size_t slot, double value, const model::Exemplar& exemplar);
  void clear_exemplars();

  using ExplicitCounts = std::vector<std::uint64_t>;
  struct ExponentialCounts {
    ExponentialBuckets positive;
    std::uint64_t zeroes = 0;
  };

  std::span<const double> bounds_;
  std::variant<ExplicitCounts, ExponentialCounts> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double min_ = 0;
  double max_ = 0;
  std::vector<model::Exemplar> exemplars_;  // a slot without trace id is empty
};

}  // namespace obi::metrics
