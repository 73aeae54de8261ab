// SPDX-License-Identifier: Apache-2.0
#include "protocol/message_span.hpp"

#include "protocol/span_text.hpp"

namespace obi::protocol {

void emit_message_span(const MessageSpan& told, SpanSink& sink) {
  model::Span& span = sink.add_span(told.type);
  auto& call = sink.arena().make<model::MessagingCall>();
  call.system = told.system;
  call.client_id = clean_copy(told.client_id, sink.arena());
  call.envelope_bytes = told.envelope_bytes;
  span.messaging = &call;
  span.method = told.operation;
  span.path = clean_copy(told.destination, sink.arena());
  span.status = told.status;
  set_timing(told.timing, span);
}

}  // namespace obi::protocol
