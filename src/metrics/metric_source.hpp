// SPDX-License-Identifier: Apache-2.0
// Where metrics come from: a source describes what it may report, and is read, portion by portion,
// by each exporter that lists it (as a collector of Prometheus's client). The aggregator of spans
// is one. Sources are thread-safe; a reading belongs to one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/metric.hpp"

namespace obi::metrics {

/// Who reads metrics, and where they differ for it.
enum class Dialect : std::uint8_t {
  /// Series are grouped by service; an attribute without value is left out; target.info has the
  /// resource attributes.
  kOtlp,
  /// One set of series for all services, distinguished by labels (`instance` and `job` join in);
  /// every series of a metric has the same labels, "" standing for none; target.info has
  /// Prometheus's fixed label set.
  kPrometheus,
};

/// A point in time, on both clocks.
struct Instant {
  std::uint64_t monotonic_ns = 0;
  std::uint64_t unix_ns = 0;
  static Instant now();
};

struct MetricName {
  std::string name;             ///< OpenTelemetry
  std::string prometheus_name;  ///< without `_total`
};

/// One pass over a source's metrics.
class MetricReading {
 public:
  virtual ~MetricReading() = default;
  /// About `max_points` of them; empty when there are no more. For a page all points of a metric
  /// follow each other. Of OTLP with delta temporality, counters and histograms are those of the
  /// time since the source was read last.
  virtual std::vector<model::ServiceMetrics> next(std::size_t max_points, Instant now) = 0;
};

class MetricSource {
 public:
  virtual ~MetricSource() = default;
  /// Every metric that it may report; always the same.
  [[nodiscard]] virtual std::vector<MetricName> describe() const = 0;
  /// The source must outlive the reading.
  virtual std::unique_ptr<MetricReading> read(Dialect view, Instant now) = 0;
  /// Called now and then: time to forget what is old, whether somebody reads or not.
  virtual void expire(Instant now) {}
};

/// The sources of one exporter, in the order in which they are read. Names are distinct: a page
/// with a metric twice is refused as a whole.
class MetricSources {
 public:
  using Source = std::shared_ptr<MetricSource>;

  /// Fails if one of its names is another source's, which leaves the list as it was. Before the
  /// exporter runs.
  base::Result<void> add(Source source);
  [[nodiscard]] const std::vector<Source>& all() const { return sources_; }
  void expire(Instant now) const;
  /// All of them, one after the other. Keeps them alive.
  [[nodiscard]] std::unique_ptr<MetricReading> read(Dialect view, Instant now) const;

 private:
  std::vector<Source> sources_;
};

}  // namespace obi::metrics
