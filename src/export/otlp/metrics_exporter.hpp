// SPDX-License-Identifier: Apache-2.0
// Aggregates spans and sends the metrics to an OTLP receiver at every interval, and a last time at
// shutdown. consume, tick and shutdown on the exporter's thread; the rest anywhere.
#pragma once
#include <chrono>

#include "export/delivery_account.hpp"
#include "export/exporter.hpp"
#include "export/otlp/options.hpp"
#include "export/otlp/send/sender.hpp"
#include "metrics/aggregator.hpp"

namespace obi::exporting {

class OtlpMetricsExporter final : public Exporter {
 public:
  OtlpMetricsExporter(OtlpMetricsOptions options, metrics::AggregatorOptions aggregation);

  [[nodiscard]] std::string_view name() const override { return "otlp_metrics"; }
  void consume(const model::BatchRef& batch) override;
  void tick() override;
  void shutdown(std::chrono::steady_clock::time_point deadline) override;
  [[nodiscard]] Counts counts() const override;
  [[nodiscard]] otlp::Sender::Counts sender_counts() const { return sender_.counts(); }
  [[nodiscard]] metrics::Aggregator::Stats stats() const { return aggregator_.stats(); }

  void on_service_added(const model::ServiceRef& service) { aggregator_.on_service_added(service); }
  void on_service_removed(const model::ServiceRef& service) {
    aggregator_.on_service_removed(service);
  }

 private:
  void send();
  OtlpMetricsOptions options_;
  metrics::Aggregator aggregator_;
  DeliveryAccount account_;
  otlp::Sender sender_;  // its thread calls account_
  std::chrono::steady_clock::time_point next_;
};

}  // namespace obi::exporting
