// SPDX-License-Identifier: Apache-2.0
#include "protocol/conversation.hpp"

#include <algorithm>

namespace obi::protocol {

model::Span& SpanSink::emit_span(model::EventType type, const RequestIdentity& request,
                                 const Completion& completion) {
  model::Span& span = add_span(type);
  span.request_start_ns = span.start_ns = request.start_ns;
  span.end_ns = std::max(request.start_ns, completion.end_ns);
  span.trace_id = request.context.trace_id;
  span.parent_id = request.context.span_id;
  span.trace_flags = request.context.flags;
  span.span_id = request.span_id;
  span.pid = request.task.pid;
  span.request_bytes = static_cast<std::int64_t>(completion.request_bytes);
  span.response_bytes = static_cast<std::int64_t>(completion.response_bytes);
  return span;
}

}  // namespace obi::protocol
