// SPDX-License-Identifier: Apache-2.0
// What telemetry derives from the calls of a span that are no HTTP: read by the metrics, the filter
// and the OTLP encoder, so that all say the same. Texts are static, of the span, or in `scratch`.
// Pure functions.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::model {

/// db.system.name; empty if the span is of no database.
std::string_view database_system(const Span& span);
/// messaging.system; likewise.
std::string_view messaging_system(const Span& span);
/// rpc.system.name; likewise.
std::string_view rpc_system(const Span& span);
/// rpc.response.status_code of an ONC RPC: "denied", or the number of its accept_stat.
std::string_view rpc_status_code(const Span& span, base::Arena& scratch);
/// error.type as metrics and filters have it: what failed by how, DNS by RCODE ("NXDomain"),
/// Memcached by its word
/// ("CLIENT_ERROR"), HTTP by its status ("500"), everything else "error". Empty if the span is no
/// error.
std::string_view error_type(const Span& span, base::Arena& scratch);
/// What a client's span depends on, of which nobody here may be a service: "database",
/// "messaging_system"; else empty.
std::string_view connection_type(const Span& span);
/// What the server said of an error, for the status message: the text, with SQL's codes before it.
/// Empty if the span is no error or nothing was said. May hold values of users.
std::string_view database_error(const Span& span, base::Arena& scratch);

}  // namespace obi::model
