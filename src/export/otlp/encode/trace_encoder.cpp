// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/trace_encoder.hpp"

#include <protozero/pbf_writer.hpp>

#include "export/otlp/encode/fields.hpp"

namespace obi::exporting::otlp {

// What the three spans of one request have in common, and what differs.
struct SpanFrame {
  const model::SpanId& id;
  const model::SpanId& parent;
  std::string_view name;
  std::uint64_t kind;
  std::uint64_t start_unix_ns;
  std::uint64_t end_unix_ns;
};

namespace {

using protozero::pbf_writer;

// Span
constexpr int kTraceId = 1;
constexpr int kSpanId = 2;
constexpr int kParentSpanId = 4;
constexpr int kName = 5;
constexpr int kKind = 6;
constexpr int kStart = 7;
constexpr int kEnd = 8;
constexpr int kStatus = 15;
// Status
constexpr int kStatusMessage = 2;
constexpr int kStatusCode = 3;
constexpr std::uint64_t kStatusError = 2;
// SpanKind
constexpr std::uint64_t kInternal = 1;

void add_frame(ProtoBuffer& out, const model::Span& span, const SpanFrame& frame) {
  out.add_bytes(kTraceId, span.trace_id.bytes);
  out.add_bytes(kSpanId, frame.id.bytes);
  if (frame.parent.is_set()) out.add_bytes(kParentSpanId, frame.parent.bytes);
  out.add_bytes(kName, frame.name);
  out.add_varint(kKind, frame.kind);
  out.add_fixed64(kStart, frame.start_unix_ns);
  out.add_fixed64(kEnd, frame.end_unix_ns);
}

// A second id for the same request, derived so that no randomness is needed: the record's own id
// with its bits flipped.
model::SpanId derived_id(const model::SpanId& id, std::uint8_t salt) {
  model::SpanId derived = id;
  for (std::uint8_t& byte : derived.bytes) byte = static_cast<std::uint8_t>(~byte ^ salt);
  return derived;
}

}  // namespace

TraceEncoder::TraceEncoder(TraceEncoderOptions options)
    : options_(std::move(options)),
      optional_(options_.selection),
      memory_(options_.memory, model::MemoryHolder::Resources) {}

void TraceEncoder::encode(const std::vector<const model::Span*>& spans, std::int64_t wall_offset_ns,
                          std::string& out) {
  rest_.assign(spans.begin(), spans.end());
  while (!rest_.empty()) {
    const model::ServiceRef& service = rest_.front()->service;
    others_.clear();
    begin_scope();
    for (const model::Span* span : rest_) {
      if (span->service != service) {
        others_.push_back(span);
        continue;
      }
      encode_request(*span, wall_offset_ns);
    }
    const std::string_view scope = scope_.view();
    scope_head_.clear();
    scope_head_.add_head(kScopeItems, scope.size());
    pbf_writer(out).add_bytes_vectored(kResourceItems, resource_of(service), scope_head_.view(),
                                       scope);
    rest_.swap(others_);
  }
}

void TraceEncoder::begin_scope() {
  scope_.clear();
  span_.clear();
  span_.add_bytes(kScopeName, kScopeText);
  scope_.add_bytes(kScope, span_.view());
}

// The spans of one request, into scope_.
void TraceEncoder::encode_request(const model::Span& span, std::int64_t wall_offset_ns) {
  const auto unix_ns = [&](std::uint64_t ns) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(ns) + wall_offset_ns);
  };
  const std::uint64_t request_start = unix_ns(span.request_start_ns);
  const std::uint64_t start = unix_ns(span.start_ns);
  const std::uint64_t end = unix_ns(span.end_ns);
  scratch_.reset();
  if (span.request_start_ns >= span.start_ns) {
    return add_main_span(span, {span.span_id, span.parent_id, span_name(span, scratch_),
                                static_cast<std::uint64_t>(kind_of(span)), request_start, end});
  }
  // With time in a queue, the record's id goes to the part in which the work is done: downstream
  // spans hang there.
  const model::SpanId main_id = derived_id(span.span_id, 0x5a);
  const model::SpanId queue_id = derived_id(span.span_id, 0xa5);
  add_part(span, {queue_id, main_id, "in queue", kInternal, request_start, start});
  add_part(span, {span.span_id, main_id, "processing", kInternal, start, end});
  add_main_span(span, {main_id, span.parent_id, span_name(span, scratch_),
                       static_cast<std::uint64_t>(kind_of(span)), request_start, end});
}

void TraceEncoder::add_part(const model::Span& span, const SpanFrame& frame) {
  span_.clear();
  add_frame(span_, span, frame);
  scope_.add_bytes(kItems, span_.view());
}

void TraceEncoder::add_main_span(const model::Span& span, const SpanFrame& frame) {
  span_.clear();
  add_frame(span_, span, frame);
  add_span_attributes(span_, span, optional_, options_.redaction, scratch_);
  if (span_status(span) == model::SpanStatus::kError) {
    status_.clear();
    const std::string_view message = status_message(span, optional_, scratch_);
    if (!message.empty()) status_.add_bytes(kStatusMessage, message);
    status_.add_varint(kStatusCode, kStatusError);
    span_.add_bytes(kStatus, status_.view());
  }
  scope_.add_bytes(kItems, span_.view());
}

const std::string& TraceEncoder::resource_of(const model::ServiceRef& service) {
  const auto found = by_service_.find(service.get());
  if (found != by_service_.end()) {
    resources_.splice(resources_.end(), resources_, found->second);
    return found->second->bytes;
  }
  if (!resources_.empty() && resources_.size() >= options_.resource_cache) forget_oldest_resource();
  resources_.push_back({.service = service, .bytes = {}});
  const auto made = std::prev(resources_.end());
  by_service_.emplace(service.get(), made);
  {
    pbf_writer resource_spans(made->bytes);
    pbf_writer resource(resource_spans, kResource);
    add_attributes(resource, kResourceAttributes,
                   metrics::resource_attributes(*service, options_.resource, options_.selection));
    add_text(resource, kResourceAttributes, "otel.scope.name", kScopeText);
  }
  memory_.add(bytes_of(*made));
  while (resources_.size() > 1 && memory_.excess() > 0) {
    memory_.count_given_back(bytes_of(resources_.front()));
    forget_oldest_resource();
  }
  return made->bytes;
}

// The service that it keeps alive included, and what the list and the map need.
std::size_t TraceEncoder::bytes_of(const CachedResource& resource) {
  return sizeof(CachedResource) + sizeof(model::Service) + 384 + resource.bytes.capacity();
}

void TraceEncoder::forget_oldest_resource() {
  memory_.remove(bytes_of(resources_.front()));
  by_service_.erase(resources_.front().service.get());
  resources_.pop_front();
}

}  // namespace obi::exporting::otlp
