// SPDX-License-Identifier: Apache-2.0
// Offers the metrics of all services on a page that Prometheus scrapes. Spans are aggregated on the
// exporter's thread; `page` is called by the listener's threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "export/delivery_account.hpp"
#include "export/exporter.hpp"
#include "export/http/http_listener.hpp"
#include "export/prometheus/build_info.hpp"
#include "metrics/aggregator.hpp"
#include "metrics/metric_source.hpp"

namespace obi::exporting {

struct PrometheusExporterOptions {
  /// Dialect, temporality, histogram form and exemplars are set here: the page has no choice of
  /// them.
  metrics::AggregatorOptions aggregator;
  /// What records the spans already, for another exporter (metrics::can_share). Then `aggregator`
  /// is not used, and whoever records calls `on_recorded` instead of `consume`.
  std::shared_ptr<metrics::Aggregator> shared;
  std::optional<BuildInfo> build_info =
      BuildInfo{};  ///< none: prometheus_export.disable_build_info
};

class PrometheusExporter : public Exporter {
 public:
  explicit PrometheusExporter(PrometheusExporterOptions options);

  [[nodiscard]] std::string_view name() const override { return "prometheus"; }
  void consume(const model::BatchRef& batch) override;
  /// Expires idle series now and then, so series expire without scrapes, too.
  void tick() override;
  [[nodiscard]] std::chrono::milliseconds tick_interval() const override {
    return std::chrono::seconds(2);
  }
  void shutdown(std::chrono::steady_clock::time_point deadline) override {}
  /// After the last page: what no scraper has is dropped. Until then a scrape may still fetch it.
  void close() { account_.close(); }
  [[nodiscard]] Counts counts() const override;

  /// Metrics that are of no spans. Before the page is mounted.
  base::Result<void> add_source(std::shared_ptr<metrics::MetricSource> source) {
    return sources_.add(std::move(source));
  }
  /// So many spans were given to the shared aggregator, and recorded by it.
  void on_recorded(std::size_t consumed, std::size_t recorded);
  /// See metrics::Aggregator. Thread-safe.
  void on_service_added(const model::ServiceRef& service);
  void on_service_removed(const model::ServiceRef& service);
  [[nodiscard]] metrics::Aggregator::Stats stats() const { return aggregator_->stats(); }

  /// The page now, in pieces; mount it on a listener. Thread-safe. The exporter may be gone when
  /// the pieces are read.
  HttpPage page();

 private:
  void expire_sometimes(metrics::Instant now);
  [[nodiscard]] std::string build_info_text();

  std::optional<BuildInfo> build_info_;
  model::MemoryAccount* memory_;
  std::shared_ptr<metrics::Aggregator> aggregator_;
  metrics::MetricSources sources_;  // the aggregator is the first
  DeliveryAccount account_{DeliveryAccount::Values::kCumulative};
  std::uint64_t expired_ns_ = 0;  // monotonic; the exporter's thread only
  std::mutex languages_mutex_;
  std::set<std::string> languages_;  // that an instrumented service was written in
};

}  // namespace obi::exporting
