// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "export/printer/trace_printer.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting {
namespace {

// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629 section
// 4).
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<std::uint8_t>(text[i]) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<std::uint8_t>(text[0]);
    std::size_t used = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else if ((used = sequence_length(text)) > 0) {
      out += text.substr(0, used);
    } else {
      out += "\\ufffd";
      used = 1;
    }
    text.remove_prefix(used);
  }
  out += '"';
}

/// Writes the members of one object.
class ObjectWriter {
 public:
  ObjectWriter(std::string& out, bool indent, int depth)
      : out_(out), indent_(indent), depth_(depth) {
    out_ += '{';
  }
  void member(std::string_view key, std::string_view value) {
    next(key);
    append_string(out_, value);
  }
  void number(std::string_view key, std::int64_t value) {
    next(key);
    fmt::format_to(std::back_inserter(out_), "\"{}\"", value);
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
  std::string duration;
  append_duration(duration, span.end_ns - span.request_start_ns);
  std::string handler;
  append_duration(handler, span.end_ns - span.start_ns);
  ObjectWriter object(out, indent, 1);
  object.member("type", printed_type(span.type));
  object.member("peer", model::address_text(span.peer.address, scratch));
  object.number("peerPort", span.peer.port);
  object.member("host", model::address_text(span.host.address, scratch));
  object.number("hostPort", span.host.port);
  object.member("traceID", to_hex(span.trace_id));
  object.member("spanID", to_hex(span.span_id));
  object.member("parentSpanID", to_hex(span.parent_id));
  object.number("traceFlags", span.trace_flags);
  object.member("peerName", span.peer_name);
  object.member("hostName", span.host_name);
  object.member("kind", span_kind(span.type));
  object.number("start", micros(span.request_start_ns));
  object.number("handlerStart", micros(span.start_ns));
  object.number("end", micros(span.end_ns));
  object.member("duration", duration);
  object.number("durationUSec",
                static_cast<std::int64_t>((span.end_ns - span.request_start_ns) / 1000));
  object.member("handlerDuration", handler);
  object.number("handlerDurationUSec",
                static_cast<std::int64_t>((span.end_ns - span.start_ns) / 1000));
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
