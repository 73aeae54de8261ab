// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace obi::exporting {
namespace {

using Address = std::array<unsigned char, 16>;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// IPv4 as ::ffff:a.b.c.d, so that both forms of an address are equal.
std::optional<Address> parse_address(std::string_view text) {
  const std::string plain(text.substr(0, text.find('%')));
  Address address{};
  if (::inet_pton(AF_INET6, plain.c_str(), address.data()) == 1) return address;
  address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (::inet_pton(AF_INET, plain.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool is_loopback(const Address& address) {
  static constexpr Address kV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr Address kV4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
  return address == kV6 || std::equal(kV4.begin(), kV4.begin() + 13, address.begin());
}

struct Range {
  Address address{};
  unsigned bits = 0;
  [[nodiscard]] bool has(const Address& other) const {
    for (unsigned bit = 0; bit < bits; ++bit) {
      const unsigned mask = 0x80U >> bit % 8;
      if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) return false;
    }
    return true;
  }
};

std::optional<Range> parse_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view bits = text.substr(slash + 1);
  unsigned count = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), count);
  const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (!address || error != std::errc() || end != bits.data() + bits.size() ||
      count > (is_v4 ? 32U : 128U))
    return std::nullopt;
  return Range{.address = *address, .bits = is_v4 ? count + 96 : count};
}

/// "host:port", "[::1]:port"; without a port, or with more than one colon, all is the host.
std::pair<std::string_view, std::string_view> split_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool in_brackets = text.starts_with('[');
  const bool has_port =
      colon != std::string_view::npos &&
      (in_brackets ? colon > 0 && text[colon - 1] == ']' : text.find(':') == colon);
  std::string_view host = has_port ? text.substr(0, colon) : text;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, has_port ? text.substr(colon + 1) : std::string_view()};
}

bool names(std::string_view entry, std::string_view host, const std::optional<Address>& address,
           std::string_view port) {
  if (const auto range = parse_range(entry)) return address && range->has(*address);
  auto [name, entry_port] = split_port(entry);
  if (name.empty() || (!entry_port.empty() && entry_port != port)) return false;
  if (const auto other = parse_address(name)) return address && *other == *address;
  if (name.starts_with("*.")) name.remove_prefix(1);
  if (name.starts_with('.')) return host.size() > name.size() && host.ends_with(name);
  return host == name || (host.ends_with(name) && host.size() > name.size() &&
                          host[host.size() - name.size() - 1] == '.');
}

}  // namespace

ProxySettings read_proxy_settings(
    const std::function<std::optional<std::string>(const std::string& name)>& environment) {
  const auto first_of = [&](const char* upper, const char* lower_name) {
    const std::string value = environment(upper).value_or("");
    return value.empty() ? environment(lower_name).value_or("") : value;
  };
  return {.http = first_of("HTTP_PROXY", "http_proxy"),
          .https = first_of("HTTPS_PROXY", "https_proxy"),
          .no_proxy = first_of("NO_PROXY", "no_proxy"),
          .is_cgi = !environment("REQUEST_METHOD").value_or("").empty()};
}

bool is_excepted(std::string_view no_proxy, std::string_view host, std::string_view port) {
  const std::string name = lower_case(host);
  const auto address = parse_address(name);
  while (!no_proxy.empty()) {
    const std::size_t end = no_proxy.find(',');
    const std::string entry = lower_case(trim(no_proxy.substr(0, end)));
    no_proxy.remove_prefix(end == std::string_view::npos ? no_proxy.size() : end + 1);
    if (entry.empty()) continue;
    if (entry == "*" || names(entry, name, address, port)) return true;
  }
  return false;
}

base::Result<std::optional<Url>> proxy_for(const ProxySettings& settings, std::string_view scheme,
                                           const Url& endpoint) {
  const bool is_https = scheme == "https";
  const std::string_view text = trim(is_https ? settings.https : settings.http);
  if (text.empty()) return std::nullopt;
  const auto address = parse_address(endpoint.host);
  if (endpoint.host == "localhost" || (address && is_loopback(*address))) return std::nullopt;
  const std::string port = !endpoint.port.empty() ? endpoint.port : (is_https ? "443" : "80");
  if (is_excepted(settings.no_proxy, endpoint.host, port)) return std::nullopt;
  if (!is_https && settings.is_cgi)
    return base::fail("is not used, as REQUEST_METHOD is set (CGI): it may come from a client");
  auto proxy = parse_url(text);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  if (proxy->scheme.empty()) proxy->scheme = "http";
  static constexpr std::array<std::string_view, 4> kSchemes = {"http", "https", "socks5",
                                                               "socks5h"};
  if (std::ranges::find(kSchemes, proxy->scheme) == kSchemes.end())
    return base::fail("has a scheme other than http, https and socks5");
  return std::optional(std::move(*proxy));
}

std::string printable(const Url& url) { return url.scheme + "://" + url.authority(); }

}  // namespace obi::exporting
