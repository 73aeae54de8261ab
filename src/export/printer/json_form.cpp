// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "export/printer/escape.hpp"
#include "export/printer/trace_printer.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting {
namespace {

/// Writes the members of one object.
class ObjectWriter {
 public:
  ObjectWriter(std::string& out, bool indent, int depth)
      : out_(out), indent_(indent), depth_(depth) {
    out_ += '{';
  }
  void member(std::string_view key, std::string_view value) {
    next(key);
    append_json_string(out_, value);
  }
  void number(std::string_view key, std::int64_t value) {
    next(key);
    fmt::format_to(std::back_inserter(out_), "\"{}\"", value);
  }
  void hex(std::string_view key, std::span<const std::uint8_t> bytes) {
    next(key);
    out_ += '"';
    append_hex(out_, bytes);
    out_ += '"';
  }
  void duration(std::string_view key, std::uint64_t ns) {
    next(key);
    out_ += '"';
    append_duration(out_, ns);
    out_ += '"';
  }
  void next(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    new_line(depth_ + 1);
    fmt::format_to(std::back_inserter(out_), "\"{}\":{}", key, indent_ ? " " : "");
  }
  void end() {
    new_line(depth_);
    out_ += '}';
  }
  void new_line(int depth) {
    if (!indent_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth), ' ');
  }

 private:
  std::string& out_;
  bool indent_;
  int depth_;
  bool first_ = true;
};

void append_attributes(ObjectWriter& object, const model::Span& span, base::Arena& scratch) {
  const bool client = span.is_client();
  object.member("clientAddr", model::peer_as_client(span, scratch));
  if (!client) object.number("contentLen", span.request_bytes);
  object.member("method", span.method);
  if (!client) object.number("responseLen", span.response_bytes);
  if (!client) object.member("route", span.route);
  object.member("serverAddr", client ? model::http_client_host(span, scratch)
                                     : model::host_as_server(span, scratch));
  object.number("serverPort", span.host.port);
  object.number("status", span.status);
  object.member("url", span.path);
  object.end();
}

void append_span(std::string& out, const model::Span& span, std::int64_t offset, bool indent,
                 base::Arena& scratch) {
  const auto micros = [&](std::uint64_t ns) {
    return (static_cast<std::int64_t>(ns) + offset) / 1000;
  };
  const std::uint64_t duration_ns = span.end_ns - span.request_start_ns;
  const std::uint64_t handler_ns = span.end_ns - span.start_ns;
  ObjectWriter object(out, indent, 1);
  object.member("type", printed_type(span.type));
  object.member("peer", model::address_text(span.peer.address, scratch));
  object.number("peerPort", span.peer.port);
  object.member("host", model::address_text(span.host.address, scratch));
  object.number("hostPort", span.host.port);
  object.hex("traceID", span.trace_id.bytes);
  object.hex("spanID", span.span_id.bytes);
  object.hex("parentSpanID", span.parent_id.bytes);
  object.number("traceFlags", span.trace_flags);
  object.member("peerName", span.peer_name);
  object.member("hostName", span.host_name);
  object.member("kind", span_kind(span.type));
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
