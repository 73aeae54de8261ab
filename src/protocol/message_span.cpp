// SPDX-License-Identifier: Apache-2.0
#include "protocol/message_span.hpp"

#include <algorithm>

#include "protocol/span_text.hpp"

namespace obi::protocol {

void add_message_span(const MessageSpan& told, SpanSink& sink) {
  model::Span& span = sink.add_span(told.type);
  auto& call = sink.arena().make<model::MessagingCall>();
  call.system = told.system;
  call.client_id = clean_copy(told.client_id, sink.arena());
  call.envelope_bytes = told.envelope_bytes;
  span.messaging = &call;
  span.method = told.operation;
  span.path = clean_copy(told.destination, sink.arena());
  span.status = told.status;
  span.start_ns = span.request_start_ns = told.start_ns;
  span.end_ns = std::max(told.start_ns, told.end_ns);
  span.pid = told.pid;
  span.request_bytes = static_cast<std::int64_t>(told.request_bytes);
  span.response_bytes = static_cast<std::int64_t>(told.response_bytes);
}

}  // namespace obi::protocol
