// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "export/otlp/encode/span_attributes.hpp"

namespace obi::exporting::otlp {
namespace {

// Where in a topic: the partition is a name, so text; an offset is that of what was read.
void add_position(AttributeWriter& writer, const model::MessagingCall& call) {
  if (call.partition < 0) return;
  const fmt::format_int partition(call.partition);
  writer.add("messaging.destination.partition.id",
             std::string_view(partition.data(), partition.size()));
  if (call.offset >= 0 && writer.span.method == "process")
    writer.add("messaging.kafka.offset", call.offset);
}

}  // namespace

void add_messaging_attributes(AttributeWriter& writer, const model::MessagingCall& call) {
  const model::Span& span = writer.span;
  writer.add_server();
  writer.add("messaging.system", call.system);
  if (span.type == model::EventType::kAmqpClient) {
    // AMQP has no client ids, and its deliveries need not say where they come from.
    writer.add_if_set("messaging.destination.name", span.path);
    writer.add_if_set("messaging.client.id", call.client_id);
  } else {
    writer.add("messaging.destination.name", span.path);
    writer.add("messaging.client.id", call.client_id);
  }
  writer.add_if_set("messaging.operation.name", span.method);
  writer.add_if_set("messaging.operation.type", span.method);
  if (call.envelope_bytes >= 0) writer.add("messaging.message.envelope.size", call.envelope_bytes);
  add_position(writer, call);
}

}  // namespace obi::exporting::otlp
