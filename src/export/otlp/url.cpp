// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include "base/percent.hpp"

namespace obi::exporting {
namespace {

bool is_foreign(char c) {  // to every part of a URL
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '`';
}

/// Empty if `text` begins with none.
std::string_view scheme_of(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) return {};
  const auto is_letter = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  };
  const std::string_view scheme = text.substr(0, end);
  if (!std::ranges::all_of(scheme, is_letter)) return {};
  return std::isalpha(static_cast<unsigned char>(scheme[0])) != 0 ? scheme : std::string_view();
}

base::Result<void> read_user(std::string_view text, Url& url) {
  const std::size_t colon = text.find(':');
  url.has_user = true;
  const std::string_view password =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (!base::percent_decode(text.substr(0, colon), url.user) ||
      !base::percent_decode(password, url.password))
    return base::fail("has a '%' without two hexadecimal digits in its user info");
  return {};
}

base::Result<void> read_ipv6(std::string_view literal, Url& url) {
  const std::size_t percent = literal.find('%');
  const std::string address(literal.substr(0, percent));
  in6_addr parsed{};
  if (::inet_pton(AF_INET6, address.c_str(), &parsed) != 1)
    return base::fail("has no IPv6 address in its brackets");
  url.is_ipv6 = true;
  url.host = lower_case(address);
  if (percent == std::string_view::npos) return {};
  std::string_view zone = literal.substr(percent + 1);  // RFC 6874: "%25eth0"
  if (zone.starts_with("25")) zone.remove_prefix(2);
  url.host += "%" + std::string(zone);
  return {};
}

base::Result<void> read_authority(std::string_view text, Url& url) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    if (auto user = read_user(text.substr(0, at), url); !user) return user;
    text.remove_prefix(at + 1);
  }
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return base::fail("has a '[' without ']'");
    if (auto address = read_ipv6(text.substr(1, end - 1), url); !address) return address;
    rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return base::fail("has text behind its ']'");
  } else {
    const std::size_t colon = text.find(':');
    url.host = lower_case(text.substr(0, colon));
    if (colon != std::string_view::npos) rest = text.substr(colon);
    if (url.host.find('%') != std::string::npos) return base::fail("has a '%' in its host");
    if (rest.find(':', 1) != std::string_view::npos)
      return base::fail("has more than one ':' in its host; an IPv6 address needs brackets");
  }
  if (url.host.empty()) return base::fail("has no host");
  if (rest == ":" && url.scheme.empty()) return base::fail("has a ':' without a port");
  if (!rest.empty()) rest.remove_prefix(1);
  const bool is_number =
      std::ranges::all_of(rest, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_number || rest.size() > 5 || (!rest.empty() && std::stoi(std::string(rest)) > 65'535) ||
      (!rest.empty() && std::stoi(std::string(rest)) == 0))
    return base::fail("has a port that is no number from 1 to 65535");
  url.port = rest;
  return {};
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string Url::authority() const {
  const std::string name = is_ipv6 ? "[" + host + "]" : host;
  return port.empty() ? name : name + ":" + port;
}

std::string Url::port_or_default() const {
  if (!port.empty()) return port;
  if (scheme == "https") return "443";
  return scheme.starts_with("socks5") ? "1080" : "80";
}

base::Result<Url> parse_url(std::string_view text) {
  if (std::ranges::any_of(text, is_foreign))
    return base::fail("has a blank, a quote or another character that no URL has");
  Url url;
  const std::string_view scheme = scheme_of(text);
  url.scheme = lower_case(scheme);
  if (!scheme.empty()) {
    text.remove_prefix(scheme.size() + 3);
  } else if (text.find("://") != std::string_view::npos &&
             text.find("://") < text.find_first_of("?#")) {
    return base::fail("has no scheme in front of '://'");
  }
  const std::size_t fragment = text.find('#');
  url.has_fragment = fragment != std::string_view::npos;
  text = text.substr(0, fragment);
  const std::size_t authority_end = text.find_first_of("/?");
  if (auto read = read_authority(text.substr(0, authority_end), url); !read)
    return std::unexpected(std::move(read.error()));
  if (authority_end == std::string_view::npos) return url;
  text.remove_prefix(authority_end);
  const std::size_t query = text.find('?');
  url.path = text.substr(0, query);
  if (query != std::string_view::npos) url.query = text.substr(query);
  if (url.scheme.empty() && url.path.starts_with("//")) return base::fail("has no scheme");
  return url;
}

std::string basic_authorization(const std::string& user, const std::string& password) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string text = user + ":" + password;
  std::string coded = "Basic ";
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      bits = bits << 8U | (j < text.size() ? static_cast<unsigned char>(text[j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      coded += j <= text.size() - i ? kDigits[bits >> (18 - 6 * j) & 63U] : '=';
  }
  return coded;
}

}  // namespace obi::exporting
