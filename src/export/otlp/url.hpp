// SPDX-License-Identifier: Apache-2.0
// URLs of OTLP endpoints and of proxies (RFC 3986, with an authority). Pure functions; the text is
// a user's and may hold a password or a token, so no error says anything of it.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace obi::exporting {

struct Url {
  std::string scheme;    ///< lower case; empty if the text had none
  std::string user;      ///< percent-decoded
  std::string password;  ///< the same
  bool has_user = false;
  std::string host;  ///< lower case; an IPv6 literal without its brackets, with its zone
  bool is_ipv6 = false;
  std::string port;           ///< digits, or empty
  std::string path;           ///< begins with '/', or empty
  std::string query;          ///< with its '?', or empty
  bool has_fragment = false;  ///< "#…", which is never sent

  /// "host:port", "[::1]:port", or without a port.
  [[nodiscard]] std::string authority() const;
  /// The port, or that of the scheme: http 80, https 443, socks5 1080.
  [[nodiscard]] std::string port_or_default() const;
};

/// ASCII letters in lower case, as schemes and hosts are compared.
std::string lower_case(std::string_view text);

/// The error is a phrase such as "has a port that is no number".
base::Result<Url> parse_url(std::string_view text);

/// The value of an Authorization or Proxy-Authorization field (RFC 7617).
std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace obi::exporting
