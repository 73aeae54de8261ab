// SPDX-License-Identifier: Apache-2.0
// One histogram of one series, explicit or exponential, with its exemplars. Allocates when it is
// built, and when a bucket has its first exemplar, never else when a value is added. Not
// thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
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
  /// Adds what another histogram of the same options has counted; exemplars stay where they are.
  void merge(const Histogram& other);
  /// As new.
  void reset();
  /// The value goes into `point`.
  void write_value(model::MetricPoint& point) const;
  /// The exemplars go into `point`: they are handed out once.
  void take_exemplars(model::MetricPoint& point);
  /// Both.
  void write_to(model::MetricPoint& point) {
    write_value(point);
    take_exemplars(point);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Allocated, itself left out.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  void keep_exemplar(std::size_t slot, double value, const model::Exemplar& exemplar);

  using ExplicitCounts = std::vector<std::uint64_t>;
  struct ExponentialCounts {
    ExponentialBuckets positive;
    std::uint64_t zeroes = 0;
  };
  struct BucketExemplar {
    std::size_t bucket = 0;
    model::Exemplar exemplar;
  };

  std::span<const double> bounds_;
  std::variant<ExplicitCounts, std::unique_ptr<ExponentialCounts>> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double min_ = 0;
  double max_ = 0;
  bool keeps_exemplars_ = false;
  std::vector<BucketExemplar> exemplars_;  // of the buckets that have one
};

}  // namespace obi::metrics
