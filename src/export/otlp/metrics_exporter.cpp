// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/metrics_exporter.hpp"

#include <thread>

#include "export/otlp/encode/metric_encoder.hpp"

namespace obi::exporting {
namespace {
// Requests that may wait for a receiver that is away; what comes after them stays in the series
// until there is room.
constexpr std::size_t kMaxRequests = 8;
// A histogram is some 450 bytes: well below the 4 MiB that a gRPC receiver takes.
constexpr std::size_t kPointsPerRequest = 1000;
constexpr std::size_t kRequestBytes = 512 * 1024;
constexpr std::uint64_t kExpiryNs = 2'000'000'000;
}  // namespace

OtlpMetricsExporter::OtlpMetricsExporter(OtlpMetricsOptions options,
                                         metrics::AggregatorOptions aggregation)
    : options_(std::move(options)),
      aggregator_(std::make_shared<metrics::Aggregator>(std::move(aggregation))),
      account_(options_.delta ? DeliveryAccount::Values::kDelta
                              : DeliveryAccount::Values::kCumulative),
      sender_({.name = "otlp metrics",
               .address = otlp::printable_address(options_.target),
               .backoff = options_.backoff,
               .max_items = kMaxRequests,
               .max_bytes = options_.queue_bytes,
               .on_end = [this](std::uint64_t ticket,
                                bool delivered) { requests_.on_end(ticket, delivered); },
               .memory = options_.memory},
              otlp::make_transport(options_.target, otlp::Signal::kMetrics)),
      next_(std::chrono::steady_clock::now() + options_.interval) {
  (void)sources_.add(aggregator_);  // the first
}

void OtlpMetricsExporter::consume(const model::BatchRef& batch) {
  const std::size_t consumed = batch->spans.size();
  const std::size_t recorded = aggregator_->record(*batch, metrics::Instant::now());
  account_.add(consumed, recorded);
  if (on_recorded_) on_recorded_(consumed, recorded);
  tick();
}

void OtlpMetricsExporter::tick() {
  const auto now = std::chrono::steady_clock::now();
  if (!reading_ && now >= next_) {
    begin();
    next_ = now + options_.interval;
  }
  go_on();
  const auto instant = metrics::Instant::now();
  if (instant.monotonic_ns - expired_ns_ < kExpiryNs) return;
  expired_ns_ = instant.monotonic_ns;
  sources_.expire(instant);
}

void OtlpMetricsExporter::begin() {
  requests_.begin(account_.begin_snapshot());
  read_source_ = 0;
  reading_ = aggregator_->read(metrics::Dialect::kOtlp, metrics::Instant::now());
}

// The snapshot of the account is of spans, so it ends with the aggregator's requests.
void OtlpMetricsExporter::next_source() {
  if (read_source_ == 0) requests_.finish();
  ++read_source_;
  reading_.reset();
  if (read_source_ < sources_.all().size()) {
    reading_ = sources_.all()[read_source_]->read(metrics::Dialect::kOtlp, metrics::Instant::now());
  }
}

void OtlpMetricsExporter::go_on() {
  while (reading_ && sender_.has_room(kRequestBytes)) make_request();
}

void OtlpMetricsExporter::make_request() {
  const auto portion = reading_->next(kPointsPerRequest, metrics::Instant::now());
  if (portion.empty()) return next_source();
  std::string request = otlp::encode_metrics(
      portion,
      {.delta = options_.delta, .selection = options_.selection, .resource = options_.resource},
      sender_.take_buffer());
  if (request.empty()) return;
  const std::uint64_t ticket = read_source_ == 0 ? requests_.add() : SnapshotRequests::kOfNoSpans;
  sender_.submit(std::move(request), 1, ticket);
}

// All that is left, and then everything once more: what was recorded since it was read.
void OtlpMetricsExporter::shutdown(std::chrono::steady_clock::time_point deadline) {
  finish(deadline);
  begin();
  finish(deadline);
  sender_.shutdown(deadline);
  account_.close();
}

Exporter::Counts OtlpMetricsExporter::counts() const { return account_.counts(); }

// A receiver that is there is waited for; one that is away costs the oldest requests.
void OtlpMetricsExporter::finish(std::chrono::steady_clock::time_point deadline) {
  while (reading_) {
    if (sender_.has_room(kRequestBytes) || sender_.is_retrying() ||
        std::chrono::steady_clock::now() >= deadline) {
      make_request();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

}  // namespace obi::exporting
