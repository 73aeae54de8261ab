// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "export/printer/json_attributes.hpp"
#include "export/printer/object_writer.hpp"
#include "export/printer/trace_printer.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting {
namespace {

void append_span(std::string& out, const model::Span& span, std::int64_t offset, bool indent,
                 base::Arena& scratch) {
  const auto micros = [&](std::uint64_t ns) {
    return (static_cast<std::int64_t>(ns) + offset) / 1000;
  };
  const std::uint64_t duration_ns = span.end_ns - span.request_start_ns;
  const std::uint64_t handler_ns = span.end_ns - span.start_ns;
  ObjectWriter object(out, indent, 1);
  object.member("type", model::info_of(span.type).printed);
  object.member("peer", model::address_text(span.client.address, scratch));
  object.number("peerPort", span.client.port);
  object.member("host", model::address_text(span.server.address, scratch));
  object.number("hostPort", span.server.port);
  object.hex("traceID", span.trace_id.bytes);
  object.hex("spanID", span.span_id.bytes);
  object.hex("parentSpanID", span.parent_id.bytes);
  object.number("traceFlags", span.trace_flags);
  object.member("peerName", span.client_name);
  object.member("hostName", span.server_name);
  object.member("kind", to_string(kind_of(span)));
  object.number("start", micros(span.request_start_ns));
  object.number("handlerStart", micros(span.start_ns));
  object.number("end", micros(span.end_ns));
  object.duration("duration", duration_ns);
  object.number("durationUSec", static_cast<std::int64_t>(duration_ns / 1000));
  object.duration("handlerDuration", handler_ns);
  object.number("handlerDurationUSec", static_cast<std::int64_t>(handler_ns / 1000));
  object.next("attributes");
  ObjectWriter attributes(out, indent, 2);
  append_attributes(attributes, span, scratch);
  object.end();
}

}  // namespace

void append_json(std::string& out, const model::SpanBatch& batch, bool indent,
                 base::Arena& scratch) {
  out += '[';
  for (std::size_t i = 0; i < batch.spans.size(); ++i) {
    if (i > 0) out += ',';
    if (indent) out += "\n ";
    append_span(out, batch.spans[i], batch.wall_offset_ns, indent, scratch);
  }
  if (indent) out += '\n';
  out += ']';
}

}  // namespace obi::exporting
