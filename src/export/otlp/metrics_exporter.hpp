// SPDX-License-Identifier: Apache-2.0
// Aggregates spans and sends the metrics to an OTLP receiver at every interval, and a last time at
// shutdown: in requests of bounded size, each made when there is room for it among those that wait.
// consume, tick and shutdown on the exporter's thread; the rest anywhere.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "export/delivery_account.hpp"
#include "export/exporter.hpp"
#include "export/otlp/options.hpp"
#include "export/otlp/send/sender.hpp"
#include "export/otlp/snapshot_requests.hpp"
#include "metrics/aggregator.hpp"
#include "metrics/collection.hpp"

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
  /// Makes the next requests of the reading that is under way, as long as there is room for them.
  void go_on();
  void make_request();
  void finish(std::chrono::steady_clock::time_point deadline);

  OtlpMetricsOptions options_;
  std::shared_ptr<metrics::Aggregator> aggregator_;
  OnRecorded on_recorded_;
  DeliveryAccount account_;
  SnapshotRequests requests_{account_};
  otlp::Sender sender_;                            // its thread calls requests_
  std::optional<metrics::Collection> collection_;  // what is left of the interval's metrics
  std::uint64_t expired_ns_ = 0;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace obi::exporting
