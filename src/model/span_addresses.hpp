// SPDX-License-Identifier: Apache-2.0
// The addresses of a span as telemetry reports them: a name where one is known, else the IP. Text
// lives as long as the span and `scratch`.
#pragma once
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::model {

/// The server's name or IP; with the remote's service namespace behind it where that differs from
/// the own one.
std::string_view server_name_or_ip(const Span& span, base::Arena& scratch);
/// The client's name or IP; likewise.
std::string_view client_name_or_ip(const Span& span, base::Arena& scratch);
/// The host part of the Host header that a client sent, else server_name_or_ip.
std::string_view http_client_host(const Span& span, base::Arena& scratch);
/// The IP as text.
std::string_view address_text(const IpAddress& address, base::Arena& scratch);

/// What stands for an address without a name, so that metrics have few series; "" leaves the
/// address.
struct UnresolvedNames {
  std::string generic = "unresolved";  ///< the own side
  std::string outgoing = "outgoing";   ///< the server of a client span
  std::string incoming = "incoming";   ///< the client of a server span
};

/// client.address and server.address as metrics and filters use them. Text lives as long as `names`
/// too.
std::string_view client_address(const Span& span, const UnresolvedNames& names,
                                base::Arena& scratch);
std::string_view server_address(const Span& span, const UnresolvedNames& names,
                                base::Arena& scratch);
/// `address`, or `replacement` if it is an IP (also in brackets) and there is a replacement.
std::string_view renamed_if_ip(std::string_view address, std::string_view replacement);

}  // namespace obi::model
