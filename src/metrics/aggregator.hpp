// SPDX-License-Identifier: Apache-2.0
// Turns spans into metrics: one aggregator per metric exporter, fed by the exporter's thread, read
// by whoever exports (a scrape, a periodic sender). Memory is bounded by `max_series`; recording
// into a series that exists allocates nothing. Thread-safe: one mutex, held while a batch is
// recorded or a snapshot is copied.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "metrics/attribute_reader.hpp"
#include "metrics/attribute_selection.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/resource.hpp"
#include "metrics/series_table.hpp"
#include "metrics/service_table.hpp"
#include "model/metric.hpp"
#include "model/span.hpp"

namespace obi::metrics {

class SnapshotBuilder;

/// Where the two exporters' metrics differ.
enum class Dialect : std::uint8_t {
  /// Series are grouped by service; an attribute without value is left out; target.info has the
  /// resource attributes.
  kOtlp,
  /// One set of series for all services, told apart by labels (`instance` and `job` join in); every
  /// series of a metric
  /// has the same labels, "" standing for none; target.info has Prometheus's fixed label set.
  kPrometheus,
};

enum class Temporality : std::uint8_t {
  kCumulative,  ///< values since the series began
  kDelta,       ///< values since the last snapshot; series without any are left out of it
};

enum class ExemplarFilter : std::uint8_t {
  kAlwaysOff,
  kAlwaysOn,    ///< every span with a trace id
  kTraceBased,  ///< those that are sampled
};

struct BucketBounds {
  std::vector<double> duration = {0,   0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                  0.5, 0.75,  1,    2.5,   5,    7.5,   10};
  std::vector<double> request_size = {0, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
  std::vector<double> response_size = {0, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
};

struct AggregatorOptions {
  Dialect dialect = Dialect::kOtlp;
  Temporality temporality = Temporality::kCumulative;
  bool exponential_histograms = false;
  std::size_t exponential_max_size = 160;
  int exponential_max_scale = 20;
  BucketBounds buckets;                                    ///< sorted here if they are not
  std::chrono::nanoseconds ttl = std::chrono::minutes(5);  ///< 0 = series never expire
  std::vector<std::string> features = {"application"};     ///< metrics.features
  std::vector<std::string> instrumentations = {"*"};
  AttributeSelection selection;
  ActiveGroups groups;  ///< `prometheus` follows the dialect
  model::UnresolvedNames rename;
  ExemplarFilter exemplar_filter = ExemplarFilter::kTraceBased;
  /// Sets of attribute values, over all metrics; what comes beyond goes to one series with
  /// otel.metric.overflow=true (per service in the OTLP dialect). The three HTTP metrics of one set
  /// of values count once.
  std::size_t max_series = 20'000;
  ResourceOptions resource;
};

/// A point in time, on both clocks.
struct Instant {
  std::uint64_t monotonic_ns = 0;
  std::uint64_t unix_ns = 0;
  static Instant now();
};

class Aggregator {
 public:
  explicit Aggregator(AggregatorOptions options, Instant now = Instant::now());

  /// False: no metric wants the span (ignored, of an unselected instrumentation, of a service
  /// without metrics).
  bool record(const model::Span& span, Instant now);
  /// Every span of a batch; returns how many were recorded.
  std::size_t record(const model::SpanBatch& batch, Instant now);

  /// The life of instrumented processes: a service has target.info while it has processes. Metadata
  /// that comes later is told by adding the service again; if its name, namespace or instance
  /// changes, remove the old one too.
  void on_service_added(const model::ServiceRef& service, Instant now = Instant::now());
  void on_service_removed(const model::ServiceRef& service);

  /// All metrics that have points; target.info comes in an entry without service.
  /// Expires idle series first. With delta temporality this starts a new period.
  std::vector<model::ServiceMetrics> snapshot(Instant now);
  /// Removes series idle for longer than the ttl; snapshots do it too, so this is for exporters
  /// that nobody reads.
  void expire(Instant now);

  struct Stats {
    std::size_t series = 0;
    std::uint64_t overflowed_spans = 0;  ///< recorded, but into an overflow series
  };
  [[nodiscard]] Stats stats() const;

 private:
  /// Metrics that are recorded for the same spans and carry the same attributes.
  struct Shape {
    model::EventTypeSet types;
    std::string_view method;  // as in MetricInfo
    std::vector<AttributeReader> attributes;
    std::vector<const MetricInfo*> metrics;
    SeriesTable series;
  };

  void add_to_shapes(const MetricInfo& metric, model::EventTypeSet types);
  void index_shapes();
  [[nodiscard]] HistogramOptions histogram_options(const MetricInfo& metric) const;
  [[nodiscard]] const std::vector<double>& bounds(BucketKind kind) const;
  [[nodiscard]] const ServiceKey& service_key(Shape& shape, ServiceFacts& facts);
  bool record_locked(const model::Span& span, ServiceFacts& facts, Instant now,
                     std::int64_t wall_offset_ns);
  Series& series_for(Shape& shape, const model::Span& span, ServiceFacts& facts, Instant now);
  Series& new_series(Shape& shape, const SeriesKey& key, const ServiceFacts& facts, Instant now);
  [[nodiscard]] bool wants_exemplar(const model::Span& span) const;
  void expire_locked(Instant now);
  void add_points(SnapshotBuilder& builder, Shape& shape, Series& series, Instant now);
  void add_target_info(SnapshotBuilder& builder, Instant now) const;

  const AggregatorOptions options_;
  const ReaderOptions reader_options_;
  mutable std::mutex mutex_;
  std::vector<Shape> shapes_;  // as many as the constructor made
  // By number of an event type: the shapes that have it.
  std::array<std::vector<Shape*>, model::kEventTypeNumbers> shapes_of_;
  ServiceTable services_;
  base::Arena scratch_;  // texts that a look-up composes
  ValueBytes values_;    // that the span being recorded brings
  std::size_t series_count_ = 0;
  std::uint64_t overflowed_spans_ = 0;
  std::uint64_t period_start_unix_ns_;  // delta: when the last snapshot was taken
};

}  // namespace obi::metrics
