// SPDX-License-Identifier: Apache-2.0
// The addresses of a span as telemetry tells them: a name where one is known, else the IP. Text
// lives as long as the span and `scratch`.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::model {

/// The server's name or IP; with the remote's service namespace behind it where that differs from
/// the own one.
std::string_view host_as_server(const Span& span, base::Arena& scratch);
/// The client's name or IP; likewise.
std::string_view peer_as_client(const Span& span, base::Arena& scratch);
/// The host part of the Host header that a client sent, else host_as_server.
std::string_view http_client_host(const Span& span, base::Arena& scratch);
/// The IP as text.
std::string_view address_text(const IpAddress& address, base::Arena& scratch);

}  // namespace obi::model
