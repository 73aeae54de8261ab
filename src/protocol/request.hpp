// SPDX-License-Identifier: Apache-2.0
// A request from its first byte on: where and when it began, and which trace and span it is. It has
// its ids before it is answered, so that whatever begins meanwhile on its behalf can name it as
// parent.
#pragma once
#include <cstdint>
#include <optional>

#include "model/id_source.hpp"
#include "model/segment.hpp"
#include "model/task.hpp"
#include "model/trace_context.hpp"

namespace obi::protocol {

/// Where and when a request's first byte moved.
struct RequestOrigin {
  std::uint64_t start_ns = 0;  ///< CLOCK_MONOTONIC, see model::Segment
  model::Task task;
  /// The trace, and the span that it is a child of: the kernel side's, or a header's. No trace: it
  /// begins one.
  model::TraceContext context;
  model::SpanId own_span_id;  ///< that the kernel side has given it; not set: `begin` makes one

  void set_kernel_context(const model::SegmentContext& kernel) {
    context = kernel.parent;
    own_span_id = kernel.span_id;
  }
  /// What a header of the request says of its trace; the kernel side's context wins.
  void set_header_context(const std::optional<model::TraceContext>& header) {
    if (header && !context.trace_id.is_set()) context = *header;
  }
};

/// A request that has ids (SpanSink::begin). The trace is `context.trace_id`, and
/// `context.span_id` the parent, if any.
struct RequestIdentity : RequestOrigin {
  model::SpanId span_id;
};

/// Ids for a request: a trace of its own where `origin` names none. For implementations of
/// SpanSink.
inline RequestIdentity identify(const RequestOrigin& origin, model::IdSource& ids) {
  RequestIdentity request{origin, {}};
  if (!request.context.trace_id.is_set()) {
    request.context.trace_id = ids.next_trace_id();
    request.context.flags = 1;
  }
  request.span_id = origin.own_span_id.is_set() ? origin.own_span_id : ids.next_span_id();
  request.own_span_id = {};  // what else begins with this origin is another span
  return request;
}

/// How a request ended; with its origin, what all spans have.
struct Completion {
  std::uint64_t end_ns = 0;  ///< the answer's last byte; no earlier than the start, else that
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;  ///< 0: there was no answer
};

}  // namespace obi::protocol
