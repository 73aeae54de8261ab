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
      account_(options_.delta ? DeliveryAccount::Values::kDelta
                              : DeliveryAccount::Values::kCumulative),
      sender_({.name = "otlp metrics",
               .address = otlp::printable_address(options_.target),
               .backoff = options_.backoff,
               .max_items = kMaxRequests,
               .max_bytes = options_.queue_bytes,
               .on_end =
                   [this](std::uint64_t snapshot, bool delivered) {
                     delivered ? account_.on_delivered(snapshot) : account_.on_lost(snapshot);
                   }},
              otlp::make_transport(options_.target, otlp::Signal::kMetrics)),
      next_(std::chrono::steady_clock::now() + options_.interval) {}

void OtlpMetricsExporter::consume(const model::BatchRef& batch) {
  account_.add(batch->spans.size(), aggregator_.record(*batch, metrics::Instant::now()));
  tick();
}

void OtlpMetricsExporter::tick() {
  if (std::chrono::steady_clock::now() < next_) return;
  send();
  next_ = std::chrono::steady_clock::now() + options_.interval;
}

void OtlpMetricsExporter::send() {
  const std::uint64_t ticket = account_.begin_snapshot();
  const auto snapshot = aggregator_.snapshot(metrics::Instant::now());
  std::string request = otlp::encode_metrics(
      snapshot,
      {.delta = options_.delta, .selection = options_.selection, .resource = options_.resource});
  if (request.empty()) {
    account_.on_lost(ticket);
  } else {
    sender_.submit(std::move(request), 1, ticket);
  }
}

void OtlpMetricsExporter::shutdown(std::chrono::steady_clock::time_point deadline) {
  send();
  sender_.shutdown(deadline);
  account_.close();
}

Exporter::Counts OtlpMetricsExporter::counts() const { return account_.counts(); }

}  // namespace obi::exporting
