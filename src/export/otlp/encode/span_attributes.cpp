// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/span_attributes.hpp"

#include <algorithm>

#include "model/call_attributes.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting::otlp {

OptionalAttributes optional_attributes(const metrics::AttributeSelection& selection) {
  const auto names = selection.trace_attributes();
  const auto has = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  return {.url_query = has("url.query"),
          .db_query_text = has("db.query.text"),
          .db_response_error = has("db.response.error"),
          .dns_question_name = has("dns.question.name")};
}

void AttributeWriter::add_server() {
  add("server.address", model::server_name_or_ip(span, scratch));
  add("server.port", std::int64_t{span.server.port});
  if (span.is_client()) add_peer_name();
}

void AttributeWriter::add_peer_name() {
  add("service.peer.name",
      span.server_name.empty() ? std::string_view() : model::server_name_or_ip(span, scratch));
}

namespace {

void add_connection_attributes(AttributeWriter& writer) {
  writer.add("client.address", model::client_name_or_ip(writer.span, writer.scratch));
  writer.add("server.address", model::server_name_or_ip(writer.span, writer.scratch));
  writer.add("server.port", std::int64_t{writer.span.server.port});
}

}  // namespace

void add_span_attributes(AttributeWriter& writer, const model::QueryRedaction& redaction) {
  const model::Span& span = writer.span;
  writer.add_if_set("error.type", model::span_error_type(span, writer.scratch));
  if (model::is_http(span.type)) return add_http_attributes(writer, redaction);
  if (span.database != nullptr) return add_database_attributes(writer, *span.database);
  if (span.messaging != nullptr) return add_messaging_attributes(writer, *span.messaging);
  if (span.rpc != nullptr) return add_rpc_attributes(writer, *span.rpc);
  if (span.dns != nullptr) return add_dns_attributes(writer, *span.dns);
  add_connection_attributes(writer);
}

std::string_view status_message(const model::Span& span, const OptionalAttributes& selected,
                                base::Arena& scratch) {
  if (span.type == model::EventType::kDns && span.failure == model::Failure::kNone)
    return model::dns_rcode_name(span.status);
  return selected.db_response_error ? model::database_error(span, scratch) : std::string_view();
}

}  // namespace obi::exporting::otlp
