// SPDX-License-Identifier: Apache-2.0
// Attributes of remote procedure calls. See attribute_row.hpp.
#pragma once
#include <array>

#include "model/attributes_common.hpp"

namespace obi::model {

namespace attribute {

inline AttributeView rpc_system(const AttributeSource& from) {
  return model::rpc_system(from.span);
}

inline AttributeView rpc_status(const AttributeSource& from) {
  return model::rpc_status_code(from.span, from.scratch);
}

}  // namespace attribute

inline constexpr std::array kRpcAttributes = {
    kServerAddress,
    kServerPort,
    kPeerName,
    AttributeRow{.name = "rpc.system.name",
                 .get = attribute::rpc_system,
                 .otlp = Show::kAlways,
                 .is_ascii = true},
    AttributeRow{.name = "rpc.method",
                 .get = attribute::text_with<&Span::rpc, &Span::method>,
                 .otlp = Show::kUnlessEmpty},
    AttributeRow{.name = "rpc.response.status_code",
                 .get = attribute::rpc_status,
                 .otlp = Show::kAlways,
                 .metric_omits_empty = true},
    AttributeRow{.name = "onc_rpc.program.name",
                 .get = attribute::text_of<&Span::rpc, &RpcCall::program>,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "onc_rpc_program_name"}},
    AttributeRow{.name = "onc_rpc.procedure.name",
                 .get = attribute::text_of<&Span::rpc, &RpcCall::procedure>,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "onc_rpc_procedure_name", .show = Show::kUnlessEmpty}},
    AttributeRow{.name = "onc_rpc.procedure.number",
                 .get = attribute::number_of<&Span::rpc, &RpcCall::procedure_number>,
                 .otlp = Show::kAlways,
                 .json = {.key = "onc_rpc_procedure_number"}},
    AttributeRow{.name = "onc_rpc.version",
                 .get = attribute::number_of<&Span::rpc, &RpcCall::version, 1>,
                 .otlp = Show::kAlways,
                 .json = {.key = "onc_rpc_version",
                          .get = attribute::number_of<&Span::rpc, &RpcCall::version>}},
    AttributeRow{.name = "onc_rpc.auth.flavor",
                 .get = attribute::text_of<&Span::rpc, &RpcCall::auth_flavor>,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "onc_rpc_auth_flavor"}},
    kStatus,
};

}  // namespace obi::model
