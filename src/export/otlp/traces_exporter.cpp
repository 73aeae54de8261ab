// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/traces_exporter.hpp"

namespace obi::exporting {
namespace {
// A request of long texts leaves before it has all its spans: far below the 4 MiB that a gRPC
// receiver takes, and small enough that what waits can be dropped in small steps.
constexpr std::size_t kMaxRequestBytes = 1 << 20;
}  // namespace

OtlpTracesExporter::OtlpTracesExporter(OtlpTracesOptions options)
    : options_(std::move(options)),
      sampler_(options_.sampler),
      encoder_({.selection = options_.selection,
                .resource = options_.resource,
                .redaction = options_.redaction,
                .resource_cache = options_.resource_cache,
                .memory = options_.memory}),
      memory_(options_.memory, model::MemoryHolder::RetryBuffers),
      sender_({.name = "otlp traces",
               .address = otlp::printable_address(options_.target),
               .backoff = options_.backoff,
               .max_items = options_.queue_size,
               .max_bytes = options_.queue_bytes,
               .memory = options_.memory},
              otlp::make_transport(options_.target, otlp::Signal::kTraces)) {}

bool OtlpTracesExporter::wants(const model::Span& span) const {
  if (span.ignore_traces || !span.service->exports.traces || !options_.selected.has(span.type))
    return false;
  if (span.service->sampler) return otlp::TraceSampler(*span.service->sampler).keeps(span.trace_id);
  return sampler_.keeps(span.trace_id);
}

void OtlpTracesExporter::consume(const model::BatchRef& batch) {
  wanted_.clear();
  for (const model::Span& span : batch->spans) {
    if (wants(span)) wanted_.push_back(&span);
  }
  consumed_.fetch_add(batch->spans.size(), std::memory_order_relaxed);
  not_wanted_.fetch_add(batch->spans.size() - wanted_.size(), std::memory_order_relaxed);
  if (!wanted_.empty()) {
    if (request_spans_ == 0) request_since_ = std::chrono::steady_clock::now();
    encoder_.encode(wanted_, batch->wall_offset_ns, request_);
    request_spans_ += wanted_.size();
    memory_.set(request_.capacity());
    if (request_spans_ >= options_.batch_max_size || request_.size() >= kMaxRequestBytes) flush();
  }
  tick();
}

void OtlpTracesExporter::tick() {
  if (request_spans_ > 0 &&
      std::chrono::steady_clock::now() - request_since_ >= options_.batch_timeout)
    flush();
}

void OtlpTracesExporter::flush() {
  if (request_spans_ == 0) return;
  sender_.submit(std::move(request_), request_spans_);
  request_ = sender_.take_buffer();
  memory_.set(request_.capacity());
  request_spans_ = 0;
}

void OtlpTracesExporter::shutdown(std::chrono::steady_clock::time_point deadline) {
  flush();
  sender_.shutdown(deadline);
}

Exporter::Counts OtlpTracesExporter::counts() const {
  const auto sent = sender_.counts();
  return {.consumed = consumed_.load(std::memory_order_relaxed),
          .exported = sent.delivered,
          .not_wanted = not_wanted_.load(std::memory_order_relaxed),
          .dropped = sent.dropped};
}

}  // namespace obi::exporting
