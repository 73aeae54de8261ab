// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/span_attributes.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting::otlp {

void add_dns_attributes(AttributeWriter& writer, const model::DnsLookup& lookup) {
  const model::Span& span = writer.span;
  writer.add("client.address", model::client_name_or_ip(span, writer.scratch));
  writer.add("server.address", model::server_name_or_ip(span, writer.scratch));
  writer.add("server.port", std::int64_t{span.server.port});
  writer.add("dns.answers", lookup.answers);
  if (writer.selected.dns_question_name) writer.add_if_set("dns.question.name", span.path);
}

}  // namespace obi::exporting::otlp
