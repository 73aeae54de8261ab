// SPDX-License-Identifier: Apache-2.0
// Spans → bytes of an ExportTraceServiceRequest. A request is a list of ResourceSpans, so the bytes
// of several batches may be joined. Steady state allocates nothing: buffers and encoded resources
// are used again. Not thread-safe.
#pragma once
#include <cstdint>
#include <list>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/arena.hpp"
#include "export/otlp/encode/proto_buffer.hpp"
#include "export/otlp/encode/span_attributes.hpp"
#include "metrics/attribute_selection.hpp"
#include "metrics/resource.hpp"
#include "model/memory_account.hpp"
#include "model/query_redaction.hpp"
#include "model/span.hpp"

namespace obi::exporting::otlp {

struct TraceEncoderOptions {
  metrics::AttributeSelection selection;
  metrics::ResourceOptions resource;
  model::QueryRedaction redaction;
  std::size_t resource_cache = 256;  ///< services whose encoded resource is kept
  model::MemoryAccount* memory = nullptr;
};

struct SpanFrame;

class TraceEncoder {
 public:
  explicit TraceEncoder(TraceEncoderOptions options);

  /// Appends the spans to `out`: one ResourceSpans per service, with one ScopeSpans. Every span has
  /// its service set.
  void encode(const std::vector<const model::Span*>& spans, std::int64_t wall_offset_ns,
              std::string& out);

 private:
  struct CachedResource {
    model::ServiceRef service;  // keeps the address, which is the key, from being used again
    std::string bytes;          // the Resource with its tag and length
  };
  void begin_scope();
  void encode_request(const model::Span& span, std::int64_t wall_offset_ns);
  void add_part(const model::Span& span, const SpanFrame& frame);
  void add_main_span(const model::Span& span, const SpanFrame& frame);
  const std::string& resource_of(const model::ServiceRef& service);
  static std::size_t bytes_of(const CachedResource& resource);
  void forget_oldest_resource();

  TraceEncoderOptions options_;
  OptionalAttributes optional_;
  base::Arena scratch_;
  ProtoBuffer scope_;  // the ScopeSpans being written, and the messages in it
  ProtoBuffer scope_head_;
  ProtoBuffer span_;
  ProtoBuffer status_;
  std::vector<const model::Span*> rest_;
  std::vector<const model::Span*> others_;
  std::list<CachedResource> resources_;  // the longest unused first
  std::unordered_map<const model::Service*, std::list<CachedResource>::iterator> by_service_;
  model::MemoryEntry memory_;
};

}  // namespace obi::exporting::otlp
