// SPDX-License-Identifier: Apache-2.0
// What telemetry derives from the calls of a span: read by the metrics, the filter
// and the OTLP encoder, so that all say the same. Texts are static, of the span, or in `scratch`.
// Pure functions.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::model {

/// http.request.method_original: the method as sent where the span's is `_OTHER`; else empty.
std::string_view original_method(const Span& span);
/// The method or operation for a person to read: of HTTP as it was sent.
std::string_view method_as_sent(const Span& span);
/// db.system.name; empty if the span is of no database.
std::string_view database_system(const Span& span);
/// messaging.system; likewise.
std::string_view messaging_system(const Span& span);
/// rpc.system.name; likewise.
std::string_view rpc_system(const Span& span);
/// rpc.response.status_code of an ONC RPC: "denied", or the number of its accept_stat.
std::string_view rpc_status_code(const Span& span, base::Arena& scratch);
/// error.type as metrics and filters have it: of a request without answer how its connection ended,
/// DNS by RCODE ("NXDomain"), Memcached by its word ("CLIENT_ERROR"), HTTP by its status ("500"),
/// everything else "error". Empty if the span is no error.
std::string_view error_type(const Span& span, base::Arena& scratch);
/// error.type as spans have it, by what they are of: of a request without answer how its connection
/// ended, HTTP's status ("500"), a database's SQLSTATE or else its own code, `_OTHER` without
/// either, an RPC's status, a look-up's RCODE by name, the error of a failed connection by name
/// ("ECONNREFUSED"). Empty if the span is no error.
std::string_view span_error_type(const Span& span, base::Arena& scratch);
/// What a client's span depends on, which may be no instrumented service: "database",
/// "messaging_system"; else empty.
std::string_view connection_type(const Span& span);
/// What the server said of an error, for the status message: the text, with SQL's codes before it.
/// Empty if the span is no error or nothing was said. May hold values of users.
std::string_view database_error(const Span& span, base::Arena& scratch);

}  // namespace obi::model
