// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/trace_encoder.hpp"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

#include "export/otlp/encode/fields.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting::otlp {
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
constexpr int kAttributes = 9;
constexpr int kStatus = 15;
// Status
constexpr int kStatusCode = 3;
constexpr std::int32_t kStatusError = 2;
// SpanKind
constexpr std::int32_t kInternal = 1;
constexpr std::int32_t kServer = 2;
constexpr std::int32_t kClient = 3;

const char* chars(const std::uint8_t* bytes) { return reinterpret_cast<const char*>(bytes); }

// What the three spans of one request have in common, and what tells them apart.
struct SpanFrame {
  const model::SpanId& id;
  const model::SpanId& parent;
  std::string_view name;
  std::int32_t kind;
  std::uint64_t start_unix_ns;
  std::uint64_t end_unix_ns;
};

void add_frame(pbf_writer& out, const model::Span& span, const SpanFrame& frame) {
  out.add_bytes(kTraceId, chars(span.trace_id.bytes.data()), span.trace_id.bytes.size());
  out.add_bytes(kSpanId, chars(frame.id.bytes.data()), frame.id.bytes.size());
  if (frame.parent.is_set())
    out.add_bytes(kParentSpanId, chars(frame.parent.bytes.data()), frame.parent.bytes.size());
  out.add_string(kName, frame.name.data(), frame.name.size());
  out.add_enum(kKind, frame.kind);
  out.add_fixed64(kStart, frame.start_unix_ns);
  out.add_fixed64(kEnd, frame.end_unix_ns);
}

std::string_view path_and_query(std::string_view path, std::string_view query,
                                base::Arena& scratch) {
  return query.empty() ? path : scratch.join(scratch.join(path, "?"), query);
}

std::string_view full_url(const model::Span& span, std::string_view query, base::Arena& scratch) {
  const std::string_view target = path_and_query(span.path, query, scratch);
  if (span.host_header.empty()) return target;
  const std::string_view origin = scratch.join(scratch.join(span.scheme, "://"), span.host_header);
  return scratch.join(origin, target);
}

void add_http_attributes(AttributeWriter out, const model::Span& span, std::string_view query,
                         bool with_query, base::Arena& scratch) {
  out.number("http.response.status_code", span.status);
  out.number("http.request.body.size", std::max<std::int64_t>(0, span.request_bytes));
  out.number("http.response.body.size", std::max<std::int64_t>(0, span.response_bytes));
  out.number("server.port", span.host.port);
  if (!span.method.empty()) out.text("http.request.method", span.method);
  out.text("url.scheme", span.scheme);
  if (span.is_client()) {
    out.text("url.full", full_url(span, query, scratch));
    out.text("server.address", model::http_client_host(span, scratch));
    out.text("service.peer.name", span.host_name);
  } else {
    out.text("client.address", model::peer_as_client(span, scratch));
    out.text("server.address", model::host_as_server(span, scratch));
    if (!span.path.empty()) out.text("url.path", span.path);
    if (!span.route.empty()) out.text("http.route", span.route);
  }
  if (with_query && !query.empty()) out.text("url.query", query);
}

// A second id for the same request, derived so that no randomness is needed: the record's own id
// with its bits flipped.
model::SpanId derived_id(const model::SpanId& id, std::uint8_t salt) {
  model::SpanId derived = id;
  for (std::uint8_t& byte : derived.bytes) byte = static_cast<std::uint8_t>(~byte ^ salt);
  return derived;
}

}  // namespace

TraceEncoder::TraceEncoder(TraceEncoderOptions options) : options_(std::move(options)) {
  const auto on = options_.selection.trace_attributes();
  with_query_ = std::ranges::find(on, "url.query") != on.end();
}

void TraceEncoder::encode(const std::vector<const model::Span*>& spans, std::int64_t wall_offset_ns,
                          std::string& out) {
  rest_.assign(spans.begin(), spans.end());
  while (!rest_.empty()) {
    const model::ServiceRef& service = rest_.front()->service;
    others_.clear();
    pbf_writer request(out);
    pbf_writer resource_spans(request, kResourceItems);
    const std::string& resource = resource_of(service);
    resource_spans.add_message(kResource, resource);
    for (const model::Span* span : rest_) {
      if (span->service != service) {
        others_.push_back(span);
        continue;
      }
      scratch_.reset();
      pbf_writer scope_spans(resource_spans, kScopeItems);
      const auto unix_ns = [&](std::uint64_t ns) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(ns) + wall_offset_ns);
      };
      const bool queued = span->request_start_ns < span->start_ns;
      // With time in a queue, the record's id goes to the part in which the work is done:
      // downstream spans hang there.
      const model::SpanId main_id = queued ? derived_id(span->span_id, 0x5a) : span->span_id;
      if (queued) {
        const model::SpanId queue_id = derived_id(span->span_id, 0xa5);
        pbf_writer in_queue(scope_spans, kItems);
        add_frame(in_queue, *span,
                  {queue_id, main_id, "in queue", kInternal, unix_ns(span->request_start_ns),
                   unix_ns(span->start_ns)});
      }
      if (queued) {
        pbf_writer processing(scope_spans, kItems);
        add_frame(processing, *span,
                  {span->span_id, main_id, "processing", kInternal, unix_ns(span->start_ns),
                   unix_ns(span->end_ns)});
      }
      pbf_writer main(scope_spans, kItems);
      const std::string_view query = options_.redaction.redact(span->query, scratch_);
      add_frame(main, *span,
                {main_id, span->parent_id, span_name(*span, scratch_),
                 span->is_client() ? kClient : kServer, unix_ns(span->request_start_ns),
                 unix_ns(span->end_ns)});
      add_http_attributes(AttributeWriter(out, kAttributes), *span, query, with_query_, scratch_);
      if (span_status(*span) == model::SpanStatus::kError) {
        pbf_writer status(main, kStatus);
        status.add_enum(kStatusCode, kStatusError);
      }
    }
    rest_.swap(others_);
  }
}

const std::string& TraceEncoder::resource_of(const model::ServiceRef& service) {
  const auto found = by_service_.find(service.get());
  if (found != by_service_.end()) {
    resources_.splice(resources_.end(), resources_, found->second);
    return found->second->bytes;
  }
  if (!resources_.empty() && resources_.size() >= options_.resource_cache) {
    by_service_.erase(resources_.front().service.get());
    resources_.pop_front();
  }
  resources_.push_back({.service = service, .bytes = {}});
  const auto made = std::prev(resources_.end());
  by_service_.emplace(service.get(), made);
  pbf_writer resource(made->bytes);
  add_attributes(resource, kResourceAttributes,
                 metrics::resource_attributes(*service, options_.resource, options_.selection));
  add_text(resource, kResourceAttributes, "otel.scope.name", kScopeText);
  return made->bytes;
}

}  // namespace obi::exporting::otlp
