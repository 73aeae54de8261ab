// SPDX-License-Identifier: Apache-2.0
// Which proxy leads to an endpoint, by the rules of Go's net/http and gRPC, which the original
// follows (golang.org/x/net/http/httpproxy): HTTP_PROXY for http, HTTPS_PROXY for https and for
// every gRPC endpoint, NO_PROXY for exceptions; the lower-case names where the upper-case one is
// empty. Pure functions.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "export/otlp/url.hpp"

namespace obi::exporting {

/// The variables, as they are.
struct ProxySettings {
  std::string http;
  std::string https;
  std::string no_proxy;
  /// REQUEST_METHOD is set: HTTP_PROXY may be a client's "Proxy" header then, and is not used.
  bool is_cgi = false;
};

ProxySettings read_proxy_settings(
    const std::function<std::optional<std::string>(const std::string& name)>& environment);

/// The proxy for `scheme` ("https" for gRPC), or nullopt for a direct connection. Loopback
/// addresses and localhost are always reached directly. The error is a phrase without anything of
/// the value.
base::Result<std::optional<Url>> proxy_for(const ProxySettings& settings, std::string_view scheme,
                                           const Url& endpoint);

/// Whether NO_PROXY names the host: a domain ("example.com": with its subdomains; ".example.com"
/// and
/// "*.example.com": only these), an address, a range ("10.0.0.0/8"), each but the last possibly
/// with
/// ":port"; "*" names all.
bool is_excepted(std::string_view no_proxy, std::string_view host, std::string_view port);

/// For log lines: "http://proxy:3128".
std::string printable(const Url& url);

}  // namespace obi::exporting
