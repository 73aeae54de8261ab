// SPDX-License-Identifier: Apache-2.0
#include "export/printer/json_attributes.hpp"

#include "model/call_attributes.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting {
namespace {

using model::EventType;
using model::Span;

// What failed has a status only if its answer had begun.
void add_status(ObjectWriter& object, const Span& span) {
  if (span.failure == model::Failure::kNone || span.status != 0)
    object.number("status", span.status);
}

void add_server(ObjectWriter& object, const Span& span, base::Arena& scratch) {
  object.member("serverAddr", model::server_name_or_ip(span, scratch));
  object.number("serverPort", span.server.port);
}

void add_http(ObjectWriter& object, const Span& span, base::Arena& scratch) {
  const bool client = span.is_client();
  object.member("clientAddr", model::client_name_or_ip(span, scratch));
  if (!client) object.number("contentLen", span.request_bytes);
  object.member("method", model::method_as_sent(span));
  if (!client) object.number("responseLen", span.response_bytes);
  if (!client) object.member("route", span.route);
  object.member("serverAddr", client ? model::http_client_host(span, scratch)
                                     : model::server_name_or_ip(span, scratch));
  object.number("serverPort", span.server.port);
  add_status(object, span);
  object.member("url", span.path);
}

void add_sql(ObjectWriter& object, const Span& span, const model::DatabaseCall& call,
             base::Arena& scratch) {
  object.member("dbNamespace", call.name_space);
  object.member("dbSystemName", call.system);
  object.member("errorCode", call.error_code);
  object.member("operation", span.method);
  add_server(object, span, scratch);
  object.member("sqlState", call.sql_state);
  object.member("statement", call.query_text);
  add_status(object, span);
  object.member("table", span.path);
}

void add_aerospike(ObjectWriter& object, const Span& span, const model::DatabaseCall& call,
                   base::Arena& scratch) {
  if (!span.path.empty()) object.member("dbCollectionName", span.path);
  object.member("dbNamespace", call.name_space);
  object.member("dbOperationName", span.method);
  if (!call.error_code.empty()) object.member("errorType", call.error_code);
  add_server(object, span, scratch);
  add_status(object, span);
}

void add_database(ObjectWriter& object, const Span& span, const model::DatabaseCall& call,
                  base::Arena& scratch) {
  if (span.type == EventType::kSqlClient || span.type == EventType::kSqlServer)
    return add_sql(object, span, call, scratch);
  if (span.type == EventType::kAerospikeClient) return add_aerospike(object, span, call, scratch);
  object.member("dbNamespace", call.name_space);
  object.member("errorCode", call.error_code);
  object.member("operation", span.method);
  object.member("query", call.query_text);
  add_server(object, span, scratch);
  add_status(object, span);
  object.member("table", span.path);
}

void add_messaging(ObjectWriter& object, const Span& span, const model::MessagingCall& call,
                   base::Arena& scratch) {
  const bool nats = span.type == EventType::kNatsClient || span.type == EventType::kNatsServer;
  object.member("clientId", call.client_id);
  if (call.offset >= 0) object.number("offset", call.offset);
  object.member("operation", span.method);
  if (call.partition >= 0) object.number("partition", call.partition);
  add_server(object, span, scratch);
  object.member(nats ? "subject" : "topic", span.path);
}

void add_rpc(ObjectWriter& object, const Span& span, const model::RpcCall& call,
             base::Arena& scratch) {
  object.member("onc_rpc_auth_flavor", call.auth_flavor);
  if (!call.procedure.empty()) object.member("onc_rpc_procedure_name", call.procedure);
  if (call.procedure_number >= 0) object.number("onc_rpc_procedure_number", call.procedure_number);
  object.member("onc_rpc_program_name", call.program);
  object.number("onc_rpc_version", call.version);
  add_server(object, span, scratch);
  add_status(object, span);
}

void add_dns(ObjectWriter& object, const Span& span, const model::DnsLookup& lookup,
             base::Arena& scratch) {
  object.member("answers", lookup.answers);
  object.member("name", span.path);
  add_server(object, span, scratch);
  if (span.failure == model::Failure::kNone)
    object.member("status", model::dns_rcode_name(span.status));
  object.member("type", span.method);
}

}  // namespace

void append_attributes(ObjectWriter& object, const Span& span, base::Arena& scratch) {
  if (span.failure != model::Failure::kNone) object.member("errorType", to_string(span.failure));
  if (model::is_http(span.type)) {
    add_http(object, span, scratch);
  } else if (span.database != nullptr) {
    add_database(object, span, *span.database, scratch);
  } else if (span.messaging != nullptr) {
    add_messaging(object, span, *span.messaging, scratch);
  } else if (span.rpc != nullptr) {
    add_rpc(object, span, *span.rpc, scratch);
  } else if (span.dns != nullptr) {
    add_dns(object, span, *span.dns, scratch);
  } else {
    add_server(object, span, scratch);
    add_status(object, span);
  }
  object.end();
}

}  // namespace obi::exporting
