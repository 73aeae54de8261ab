// SPDX-License-Identifier: Apache-2.0
// Turns spans into metrics: fed by an exporter's thread, read by whoever exports (a scrape, a
// periodic sender), each through its own view of one table of series. Memory is bounded: a service
// has at most `cardinality_limit` series of a metric, and all series together have a share of
// max_memory. What finds no room goes to a series with otel.metric.overflow=true (OpenTelemetry
// metrics SDK, "Cardinality limits"), so sums stay right. Recording into a series that exists
// allocates nothing. Thread-safe: one mutex, held while a batch is recorded or a portion is copied.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "metrics/attribute_selection.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/metric_source.hpp"
#include "metrics/resource.hpp"
#include "metrics/service_table.hpp"
#include "metrics/shape.hpp"
#include "model/memory_account.hpp"
#include "model/metric.hpp"
#include "model/span.hpp"

namespace obi::metrics {

class Collection;

enum class Temporality : std::uint8_t {
  kCumulative,  ///< values since the series began
  kDelta,       ///< values since the last collection; series without any are left out of it
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
  bool operator==(const BucketBounds&) const = default;
};

struct AggregatorOptions {
  Dialect dialect = Dialect::kOtlp;  ///< the (first) view
  /// A page reads the same series, cumulative and without exemplars: see `can_share`.
  bool serves_page = false;
  Temporality temporality = Temporality::kCumulative;
  bool exponential_histograms = false;
  std::size_t exponential_max_size = 160;
  int exponential_max_scale = 20;
  BucketBounds buckets;                                    ///< sorted here if they are not
  std::chrono::nanoseconds ttl = std::chrono::minutes(5);  ///< 0 = series never expire
  std::vector<std::string> features = {"application"};     ///< metrics.features
  std::vector<std::string> instrumentations = {"*"};
  /// What is recorded; must outlive the aggregator.
  std::span<const MetricInfo> metrics = span_metrics();
  AttributeSelection selection;
  ActiveGroups groups;  ///< `prometheus` follows the dialect
  model::UnresolvedNames rename;
  ExemplarFilter exemplar_filter = ExemplarFilter::kTraceBased;
  /// Sets of attribute values that a metric of one service has, its overflow series being one of
  /// them (OpenTelemetry's default); 0 = no limit but memory.
  std::size_t cardinality_limit = 2000;
  model::MemoryAccount* memory = nullptr;  ///< must outlive the aggregator; null = no limit
  ResourceOptions resource;
};

/// Whether one table can serve both, `otlp` as its first view and `page` as its second: equal
/// buckets, ttl and instrumentations, no exponential histograms, labels that tell services apart
/// and have no groups of metadata. Both are of the same attribute selection.
bool can_share(const AggregatorOptions& otlp, const AggregatorOptions& page);

class Aggregator final : public MetricSource {
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

  [[nodiscard]] std::vector<MetricName> describe() const override;
  std::unique_ptr<MetricReading> read(Dialect view, Instant now) override;
  /// All metrics of a view that have points, portion by portion (collection.hpp). Expires idle
  /// series first. With delta temporality this starts a new period.
  Collection collect(Dialect view, Instant now);
  /// The same of the first view, in one portion.
  std::vector<model::ServiceMetrics> snapshot(Instant now);
  /// Removes series idle for longer than the ttl, and more if the series' share of memory is
  /// exceeded. Collections do it too, so this is for the time in between.
  void expire(Instant now) override;

  struct Stats {
    std::size_t series = 0;              ///< overflow series left out
    std::uint64_t overflowed_spans = 0;  ///< recorded, but into an overflow series
    std::uint64_t evicted_series = 0;    ///< before their ttl, for want of memory
  };
  [[nodiscard]] Stats stats() const;

 private:
  friend class Collection;
  struct Candidate;

  void add_to_shapes(const MetricInfo& metric, model::EventTypeSet types);
  void index_shapes();
  [[nodiscard]] InstrumentOptions instrument_options(const MetricInfo& metric) const;
  [[nodiscard]] const std::vector<double>& bounds(BucketKind kind) const;
  [[nodiscard]] std::vector<Instrument> new_instruments(const Shape& shape) const;
  [[nodiscard]] const ServiceKey& service_key(Shape& shape, ServiceFacts& facts);
  bool record_locked(const model::Span& span, ServiceFacts& facts, Instant now,
                     std::int64_t wall_offset_ns);
  Series& series_for(Shape& shape, const model::Span& span, ServiceFacts& facts, Instant now);
  [[nodiscard]] bool wants_exemplar(const model::Span& span) const;
  [[nodiscard]] bool is_delta(Dialect view) const {
    return view == options_.dialect && options_.temporality == Temporality::kDelta;
  }
  [[nodiscard]] bool has_view(Dialect view) const {
    return view == options_.dialect || options_.serves_page;
  }

  // series_room.cpp
  Series& new_series(Shape& shape, SeriesKey key, const ServiceFacts& facts, Instant now);
  Series& insert(Shape& shape, const SeriesKey& key, const std::shared_ptr<ServiceGroup>& group,
                 Instant now);
  [[nodiscard]] std::uint32_t& count_of(const Shape& shape, ServiceGroup& group) const;
  void erase(Shape& shape, Series& series);
  void expire_locked(Instant now);
  void give_way(Instant now);
  [[nodiscard]] std::optional<int> eviction_class(const Series& series, Instant now) const;
  void fold(Shape& shape, const Series& series, Instant now);

  const AggregatorOptions options_;
  const ReaderOptions reader_options_;
  const ReaderOptions page_reader_options_{.omitted_as_empty = true};
  mutable std::mutex mutex_;
  std::vector<Shape> shapes_;  // as many as the constructor made
  // By number of an event type: the shapes that have it.
  std::array<std::vector<Shape*>, model::kEventTypeNumbers> shapes_of_;
  ServiceTable services_;
  base::Arena scratch_;  // texts that a look-up composes
  ValueBytes values_;    // that the span being recorded brings
  std::size_t series_count_ = 0;
  std::uint64_t overflowed_spans_ = 0;
  std::uint64_t evicted_series_ = 0;
  std::uint64_t period_start_unix_ns_;                   // delta: when the last collection began
  std::array<std::uint64_t, kDialects> collected_ns_{};  // when each view was read last
  std::uint64_t next_eviction_ns_ = 0;
  model::MemoryEntry memory_;
  model::MemoryEntry services_memory_;
};

}  // namespace obi::metrics
