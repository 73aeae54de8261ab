// SPDX-License-Identifier: Apache-2.0
// Attributes of messaging. See attribute_row.hpp.
#pragma once
#include <fmt/format.h>

#include <array>

#include "model/attributes_common.hpp"

namespace obi::model {

inline constexpr EventTypeSet kMessagingTypes = {EventType::kKafkaClient, EventType::kKafkaServer,
                                                 EventType::kMqttClient,  EventType::kMqttServer,
                                                 EventType::kNatsClient,  EventType::kNatsServer,
                                                 EventType::kAmqpClient};
inline constexpr EventTypeSet kNats = {EventType::kNatsClient, EventType::kNatsServer};
/// AMQP has no client ids, and its deliveries need not say where they come from.
inline constexpr EventTypeSet kAmqp = {EventType::kAmqpClient};
inline constexpr EventTypeSet kNotAmqp = EventTypeSet::all() - kAmqp;

namespace attribute {

inline constexpr AttributeGetter kDestination = text_with<&Span::messaging, &Span::path>;
inline constexpr AttributeGetter kMessagingOperation = text_with<&Span::messaging, &Span::method>;
inline constexpr AttributeGetter kClientId = text_of<&Span::messaging, &MessagingCall::client_id>;

// A partition's number is its name.
inline AttributeView partition(const AttributeSource& from) {
  if (from.span.messaging == nullptr || from.span.messaging->partition < 0) return {};
  const fmt::format_int number(from.span.messaging->partition);
  return from.scratch.copy({number.data(), number.size()});
}

// Of what was read.
inline AttributeView offset(const AttributeSource& from) {
  const MessagingCall* const call = from.span.messaging;
  if (call == nullptr || call->partition < 0 || call->offset < 0 || from.span.method != "process")
    return {};
  return call->offset;
}

}  // namespace attribute

inline constexpr std::array kMessagingAttributes = {
    kServerAddress,
    kServerPort,
    kPeerName,
    AttributeRow{.name = "messaging.system",
                 .get = attribute::text_of<&Span::messaging, &MessagingCall::system>,
                 .otlp = Show::kAlways,
                 .is_ascii = true},
    AttributeRow{.name = "messaging.destination.name",
                 .get = attribute::kDestination,
                 .otlp = Show::kAlways,
                 .types = kNotAmqp,
                 .json = {.key = "topic", .types = EventTypeSet::all() - kNats}},
    AttributeRow{.name = "messaging.client.id",
                 .get = attribute::kClientId,
                 .otlp = Show::kAlways,
                 .types = kNotAmqp,
                 .json = {.key = "clientId"}},
    AttributeRow{.name = "messaging.destination.name",
                 .get = attribute::kDestination,
                 .otlp = Show::kUnlessEmpty,
                 .types = kAmqp,
                 .json = {.key = "subject", .types = kNats}},
    AttributeRow{.name = "messaging.client.id",
                 .get = attribute::kClientId,
                 .otlp = Show::kUnlessEmpty,
                 .types = kAmqp},
    AttributeRow{.name = "messaging.operation.name",
                 .get = attribute::kMessagingOperation,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "operation"}},
    AttributeRow{.name = "messaging.operation.type",
                 .get = attribute::kMessagingOperation,
                 .otlp = Show::kUnlessEmpty},
    AttributeRow{.name = "messaging.message.envelope.size",
                 .get = attribute::number_of<&Span::messaging, &MessagingCall::envelope_bytes>,
                 .otlp = Show::kAlways},
    AttributeRow{.name = "messaging.destination.partition.id",
                 .get = attribute::partition,
                 .otlp = Show::kAlways,
                 .json = {.key = "partition"}},
    AttributeRow{.name = "messaging.kafka.offset",
                 .get = attribute::offset,
                 .otlp = Show::kAlways,
                 .json = {.key = "offset",
                          .get = attribute::number_of<&Span::messaging, &MessagingCall::offset>}},
};

}  // namespace obi::model
