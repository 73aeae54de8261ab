// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "export/otlp/encode/span_attributes.hpp"
#include "model/call_attributes.hpp"
#include "model/span_addresses.hpp"
#include "model/url.hpp"

namespace obi::exporting::otlp {

void add_http_attributes(AttributeWriter& writer, const model::QueryRedaction& redaction) {
  const model::Span& span = writer.span;
  base::Arena& scratch = writer.scratch;
  const std::string_view query = redaction.redact(span.query, scratch);
  if (span.status != 0) writer.add("http.response.status_code", std::int64_t{span.status});
  writer.add("http.request.body.size", std::max<std::int64_t>(0, span.request_bytes));
  writer.add("http.response.body.size", std::max<std::int64_t>(0, span.response_bytes));
  writer.add("server.port", std::int64_t{span.server.port});
  writer.add_if_set("http.request.method", span.method);
  if (span.http != nullptr)
    writer.add_if_set("http.request.method_original", span.http->original_method);
  writer.add("url.scheme", span.scheme);
  if (span.is_client()) {
    writer.add("url.full", model::full_url(span, query, scratch));
    writer.add("server.address", model::http_client_host(span, scratch));
    writer.add_peer_name();
  } else {
    writer.add("client.address", model::client_name_or_ip(span, scratch));
    writer.add("server.address", model::server_name_or_ip(span, scratch));
    writer.add_if_set("url.path", span.path);
    writer.add_if_set("http.route", span.route);
  }
  if (writer.selected.url_query) writer.add_if_set("url.query", query);
}

}  // namespace obi::exporting::otlp
