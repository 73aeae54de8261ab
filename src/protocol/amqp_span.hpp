// SPDX-License-Identifier: Apache-2.0
// A message of AMQP 0-9-1 or 1.0 and its span.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol {

/// A message that was published, or delivered to a consumer.
struct AmqpDelivery {
  RequestIdentity identity;
  std::uint64_t bytes = 0;  ///< on the wire
  std::string destination;
};

struct AmqpOutcome {
  std::uint64_t end_ns = 0;
  std::uint64_t bytes = 0;  ///< of the broker's answer; 0: none was awaited, or none came
  int status = 0;
};

/// `client_id`: empty if unknown.
void emit_amqp_span(const AmqpDelivery& delivery, PeerRole from, std::string_view client_id,
                    const AmqpOutcome& outcome, SpanSink& sink);

}  // namespace obi::protocol
