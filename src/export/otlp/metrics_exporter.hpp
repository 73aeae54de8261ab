// SPDX-License-Identifier: Apache-2.0
// Aggregates spans and sends the metrics to an OTLP receiver at every interval, and a last time at
// shutdown: in requests of bounded size, each made when there is room for it among those that wait.
// consume, tick and shutdown on the exporter's thread; the rest anywhere.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "export/delivery_account.hpp"
#include "export/exporter.hpp"
#include "export/otlp/options.hpp"
#include "export/otlp/send/sender.hpp"
#include "export/otlp/snapshot_requests.hpp"
#include "metrics/aggregator.hpp"
#include "metrics/metric_source.hpp"

namespace obi::exporting {

class OtlpMetricsExporter final : public Exporter {
 public:
  /// Told of the spans that were given to the aggregator, and how many of them it recorded.
  using OnRecorded = std::function<void(std::size_t consumed, std::size_t recorded)>;

  OtlpMetricsExporter(OtlpMetricsOptions options, metrics::AggregatorOptions aggregation);

  /// For an exporter that reads the same metrics. Before the first `consume`.
  [[nodiscard]] std::shared_ptr<metrics::Aggregator> share(OnRecorded on_recorded) {
    on_recorded_ = std::move(on_recorded);
    return aggregator_;
  }

  /// Metrics that are of no spans. Before the first `consume`.
  base::Result<void> add_source(std::shared_ptr<metrics::MetricSource> source) {
    return sources_.add(std::move(source));
  }

  [[nodiscard]] std::string_view name() const override { return "otlp_metrics"; }
  void consume(const model::BatchRef& batch) override;
  void tick() override;
  void shutdown(std::chrono::steady_clock::time_point deadline) override;
  [[nodiscard]] Counts counts() const override;
  [[nodiscard]] otlp::Sender::Counts sender_counts() const { return sender_.counts(); }
  [[nodiscard]] metrics::Aggregator::Stats stats() const { return aggregator_->stats(); }

  void on_service_added(const model::ServiceRef& service) {
    aggregator_->on_service_added(service);
  }
  void on_service_removed(const model::ServiceRef& service) {
    aggregator_->on_service_removed(service);
  }

 private:
  void begin();
  void next_source();
  /// Makes the next requests of the reading that is under way, as long as there is room for them.
  void go_on();
  void make_request();
  void finish(std::chrono::steady_clock::time_point deadline);

  OtlpMetricsOptions options_;
  std::shared_ptr<metrics::Aggregator> aggregator_;
  metrics::MetricSources sources_;  // the aggregator is the first
  OnRecorded on_recorded_;
  DeliveryAccount account_;
  SnapshotRequests requests_{account_};
  otlp::Sender sender_;                              // its thread calls requests_
  std::unique_ptr<metrics::MetricReading> reading_;  // what is left of the interval's metrics …
  std::size_t read_source_ = 0;                      // … of this source; others come after it
  std::uint64_t expired_ns_ = 0;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace obi::exporting
