// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/span_attributes.hpp"
#include "model/call_attributes.hpp"

namespace obi::exporting::otlp {

void add_rpc_attributes(AttributeWriter& writer, const model::RpcCall& call) {
  writer.add_server();
  writer.add("rpc.system.name", model::rpc_system(writer.span));
  writer.add_if_set("rpc.method", writer.span.method);
  writer.add("rpc.response.status_code", model::rpc_status_code(writer.span, writer.scratch));
  writer.add_if_set("onc_rpc.program.name", call.program);
  writer.add_if_set("onc_rpc.procedure.name", call.procedure);
  if (call.procedure_number >= 0) writer.add("onc_rpc.procedure.number", call.procedure_number);
  if (call.version > 0) writer.add("onc_rpc.version", std::int64_t{call.version});
  writer.add_if_set("onc_rpc.auth.flavor", call.auth_flavor);
}

}  // namespace obi::exporting::otlp
