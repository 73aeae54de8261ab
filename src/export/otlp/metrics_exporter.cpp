// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/metrics_exporter.hpp"

#include "export/otlp/encode/metric_encoder.hpp"

namespace obi::exporting {
namespace {
// Requests that may wait for a receiver that is away. Cumulative values lose nothing when older
// ones are dropped.
constexpr std::size_t kMaxRequests = 8;
}  // namespace

OtlpMetricsExporter::OtlpMetricsExporter(OtlpMetricsOptions options,
                                         metrics::AggregatorOptions aggregation)
    : options_(std::move(options)),
      aggregator_(std::move(aggregation)),
      sender_({.name = "otlp metrics",
               .address = otlp::printable_address(options_.target),
               .backoff = options_.backoff,
               .max_items = kMaxRequests,
               .max_bytes = options_.queue_bytes},
              otlp::make_transport(options_.target, otlp::Signal::kMetrics)),
      next_(std::chrono::steady_clock::now() + options_.interval) {}

void OtlpMetricsExporter::consume(const model::BatchRef& batch) {
  consumed_.fetch_add(batch->spans.size(), std::memory_order_relaxed);
  recorded_.fetch_add(aggregator_.record(*batch, metrics::Instant::now()),
                      std::memory_order_relaxed);
  tick();
}

void OtlpMetricsExporter::tick() {
  if (std::chrono::steady_clock::now() < next_) return;
  send();
  next_ = std::chrono::steady_clock::now() + options_.interval;
}

void OtlpMetricsExporter::send() {
  const auto snapshot = aggregator_.snapshot(metrics::Instant::now());
  std::string request = otlp::encode_metrics(
      snapshot,
      {.delta = options_.delta, .selection = options_.selection, .resource = options_.resource});
  if (!request.empty()) sender_.submit(std::move(request), 1);
}

void OtlpMetricsExporter::shutdown(std::chrono::steady_clock::time_point deadline) {
  send();
  sender_.shutdown(deadline);
}

Exporter::Counts OtlpMetricsExporter::counts() const {
  const std::uint64_t consumed = consumed_.load(std::memory_order_relaxed);
  const std::uint64_t recorded = recorded_.load(std::memory_order_relaxed);
  return {
      .consumed = consumed, .exported = recorded, .not_wanted = consumed - recorded, .dropped = 0};
}

}  // namespace obi::exporting
