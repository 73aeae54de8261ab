// SPDX-License-Identifier: Apache-2.0
// One instrument of one series: a histogram, or the number of a counter, an up-down counter or a
// gauge (OpenTelemetry metrics data model). Adding allocates nothing, but for exemplars of
// histograms. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <variant>

#include "metrics/histogram.hpp"
#include "model/metric.hpp"

namespace obi::metrics {

/// The value of a counter, an up-down counter or a gauge.
class Number {
 public:
  Number(model::MetricType type, bool integer);

  /// A counter takes values above 0, the others any finite one; a gauge has the last.
  void add(double value);
  /// Sums are added up. A gauge that was never set takes the other's value.
  void merge(const Number& other);
  void reset();
  [[nodiscard]] model::MetricPoint::Value value() const;

 private:
  model::MetricType type_;
  bool integer_;
  bool is_set_ = false;
  double double_ = 0;
  std::int64_t integer_value_ = 0;
};

struct InstrumentOptions {
  model::MetricType type = model::MetricType::kHistogram;
  bool integer = false;
  HistogramOptions histogram;
};

class Instrument {
 public:
  explicit Instrument(const InstrumentOptions& options);

  void add(double value, const model::Exemplar* exemplar = nullptr) {
    if (auto* histogram = std::get_if<Histogram>(&state_)) return histogram->add(value, exemplar);
    std::get_if<Number>(&state_)->add(value);
  }
  /// Adds what another instrument of the same options has; exemplars stay where they are.
  void merge(const Instrument& other);
  /// A delta was taken: what counts by period goes to `earlier`, if that is not null, and begins
  /// anew. Up-down counters and gauges are states, which stay.
  void end_period(Instrument* earlier);
  void write_value(model::MetricPoint& point) const;
  /// The exemplars go into `point`: they are handed out once.
  void take_exemplars(model::MetricPoint& point);
  /// Allocated, itself left out.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  bool is_state_;
  std::variant<Histogram, Number> state_;
};

}  // namespace obi::metrics
