// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp_span.hpp"

#include "protocol/message_span.hpp"

namespace obi::protocol {

void emit_amqp_span(const AmqpDelivery& delivery, PeerRole from, std::string_view client_id,
                    const AmqpOutcome& outcome, SpanSink& sink) {
  emit_message_span({.type = model::EventType::kAmqpClient,
                     .system = "amqp",
                     .operation = from == PeerRole::kClient ? kPublish : kProcess,
                     .destination = delivery.destination,
                     .client_id = client_id,
                     .completion = {.end_ns = outcome.end_ns,
                                    .request_bytes = delivery.bytes,
                                    .response_bytes = outcome.bytes},
                     .status = outcome.status},
                    delivery.identity, sink);
}

}  // namespace obi::protocol
