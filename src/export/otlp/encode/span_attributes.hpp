// SPDX-License-Identifier: Apache-2.0
// The attributes of a span in OTLP, by what the span is of: one function per family of protocols,
// each in a file of its own. docs/telemetry.md lists them. Internal to the trace encoder.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "export/otlp/encode/proto_buffer.hpp"
#include "metrics/attribute_selection.hpp"
#include "model/query_redaction.hpp"
#include "model/span.hpp"

namespace obi::exporting::otlp {

/// Which of the attributes of the `traces` section of attributes.select are selected.
struct OptionalAttributes {
  bool url_query = true;
  bool db_query_text = false;
  bool db_response_error = false;  ///< no attribute: the status message of databases
  bool dns_question_name = true;
};
OptionalAttributes optional_attributes(const metrics::AttributeSelection& selection);

/// One span and where its attributes go.
class AttributeWriter {
 public:
  AttributeWriter(ProtoBuffer& out, const model::Span& of, const OptionalAttributes& optional,
                  base::Arena& for_texts)
      : span(of), selected(optional), scratch(for_texts), out_(out) {}

  void add(std::string_view name, std::string_view value) {
    out_.add_attribute(kField, name, value);
  }
  void add(std::string_view name, std::int64_t value) { out_.add_attribute(kField, name, value); }
  void add_if_set(std::string_view name, std::string_view value) {
    if (!value.empty()) add(name, value);
  }
  /// server.address and server.port; of a client also the peer's name.
  void add_server();
  /// service.peer.name: the server's, with its namespace; empty if unresolved.
  void add_peer_name();

  const model::Span& span;
  const OptionalAttributes& selected;
  base::Arena& scratch;

 private:
  static constexpr int kField = 9;  // Span.attributes
  ProtoBuffer& out_;
};

/// What the type of the span says it has.
void add_span_attributes(AttributeWriter& writer, const model::QueryRedaction& redaction);
/// The status message of a span that is an error; mostly empty.
std::string_view status_message(const model::Span& span, const OptionalAttributes& selected,
                                base::Arena& scratch);

void add_http_attributes(AttributeWriter& writer, const model::QueryRedaction& redaction);
void add_database_attributes(AttributeWriter& writer, const model::DatabaseCall& call);
void add_messaging_attributes(AttributeWriter& writer, const model::MessagingCall& call);
void add_rpc_attributes(AttributeWriter& writer, const model::RpcCall& call);
void add_dns_attributes(AttributeWriter& writer, const model::DnsLookup& lookup);

}  // namespace obi::exporting::otlp
