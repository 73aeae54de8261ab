// SPDX-License-Identifier: Apache-2.0
#include "model/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/span_addresses.hpp"

namespace obi::model {
namespace {

constexpr std::string_view kUserInfo = "REDACTED:REDACTED@";

// What user agents encode in a path or query (RFC 3986 section 2 allows a little less).
constexpr auto kEncoded = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c <= ' '; ++c) table[c] = true;
  for (std::size_t c = 0x7f; c < table.size(); ++c) table[c] = true;
  for (const char c : std::string_view("\"#<>")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_encoded(char c) { return kEncoded[static_cast<unsigned char>(c)]; }

std::string_view percent_encoded(std::string_view text, base::Arena& scratch) {
  if (std::ranges::none_of(text, is_encoded)) return text;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  char* const out = scratch.allocate(text.size() * 3);
  std::size_t used = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!is_encoded(c)) {
      out[used++] = c;
    } else {
      out[used++] = '%';
      out[used++] = kHex[byte >> 4U];
      out[used++] = kHex[byte & 0xfU];
    }
  }
  return {out, used};
}

bool is_port_of(std::string_view scheme, std::uint16_t port) {
  if (scheme == "https" || scheme == "wss") return port == 443;
  return port == (scheme == "ftp" ? 21 : 80);
}

std::string_view authority_of_server(const Span& span, std::string_view scheme,
                                     base::Arena& scratch) {
  std::string_view host = server_name_or_ip(span, scratch);
  if (host.empty()) return "localhost";
  if (host.find(':') != std::string_view::npos && !host.starts_with('['))
    host = scratch.join(scratch.join("[", host), "]");
  if (span.server.port == 0 || is_port_of(scheme, span.server.port)) return host;
  const fmt::format_int port(span.server.port);
  return scratch.join(scratch.join(host, ":"), {port.data(), port.size()});
}

}  // namespace

std::string_view full_url(const Span& span, std::string_view query, base::Arena& scratch) {
  const std::string_view scheme = span.scheme.empty() ? std::string_view("http") : span.scheme;
  std::string_view url = scratch.join(scheme, "://");
  if (span.http != nullptr && span.http->has_user_info) url = scratch.join(url, kUserInfo);
  url = scratch.join(url, span.host_header.empty() ? authority_of_server(span, scheme, scratch)
                                                   : percent_encoded(span.host_header, scratch));
  if (!span.path.empty() && span.path != "*") {
    if (!span.path.starts_with('/')) url = scratch.join(url, "/");
    url = scratch.join(url, percent_encoded(span.path, scratch));
  }
  if (query.empty()) return url;
  return scratch.join(scratch.join(url, "?"), percent_encoded(query, scratch));
}

}  // namespace obi::model
