// SPDX-License-Identifier: Apache-2.0
#include "protocol/message_span.hpp"

#include "protocol/span_text.hpp"

namespace obi::protocol {

void emit_message_span(const MessageSpan& message, const RequestIdentity& request, SpanSink& sink) {
  model::Span& span = sink.emit_span(message.type, request, message.completion);
  auto& call = sink.arena().make<model::MessagingCall>();
  call.system = message.system;
  call.client_id = clean_copy(message.client_id, sink.arena());
  call.envelope_bytes = message.envelope_bytes;
  span.messaging = &call;
  span.method = message.operation;
  span.path = clean_copy(message.destination, sink.arena());
  span.status = message.status;
}

}  // namespace obi::protocol
