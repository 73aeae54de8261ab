// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/span_attributes.hpp"

namespace obi::exporting::otlp {

void add_database_attributes(AttributeWriter& writer, const model::DatabaseCall& call) {
  const model::Span& span = writer.span;
  writer.add_server();
  writer.add("db.system.name", call.system);
  writer.add_if_set("db.operation.name", span.method);
  writer.add_if_set("db.collection.name", span.path);
  writer.add_if_set("db.namespace", call.name_space);
  if (call.batch_size > 0) writer.add("db.operation.batch.size", std::int64_t{call.batch_size});
  if (writer.selected.db_query_text) writer.add_if_set("db.query.text", call.query_text);
  if (span.status != 0) writer.add_if_set("db.response.status_code", call.error_code);
}

}  // namespace obi::exporting::otlp
