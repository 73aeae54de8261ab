// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/span_text.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/utf8.hpp"
#include "base/word.hpp"

namespace obi::protocol::http1 {
namespace {

using base::each_byte;
using base::word_at;

constexpr std::size_t kMaxScheme = 16;  // far more than "https"

// RFC 3986 section 3.2: an authority may begin with a user's name and password.
std::string_view without_user(std::string_view authority) {
  return authority.substr(authority.rfind('@') + 1);
}

// Only these: each value makes a series.
std::string_view known_scheme(std::string_view scheme) {
  static constexpr std::array<std::string_view, 5> kSchemes = {"http", "https", "ftp", "ws", "wss"};
  for (const std::string_view known : kSchemes) {
    if (known.size() == scheme.size() &&
        strncasecmp(known.data(), scheme.data(), known.size()) == 0) {
      return known;
    }
  }
  return {};
}

// RFC 3986 section 3.2.2: reg-name, of which IPv4 addresses are some. A sign in it is as it is.
constexpr auto kNameChars = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("-._~!$&'()*+,;=%"))
    table[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = 0x80; c < table.size(); ++c) table[c] = true;
  return table;
}();

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return kNameChars[static_cast<unsigned char>(c)];
  });
}

// What is between brackets: an IPv6 address, with a zone maybe (RFC 6874).
bool is_literal_address(std::string_view text) {
  return text.find(':') != std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return c == ':' || (static_cast<unsigned char>(c) < 0x80 &&
                               kNameChars[static_cast<unsigned char>(c)]);
         });
}

bool is_port(std::string_view text) {
  constexpr std::uint32_t kMaxPort = 0xffff;
  std::uint32_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && stop == text.data() + text.size() && port <= kMaxPort;
}

bool is_plain(char c) {
  return c >= 0x20 && c != 0x7f;
}  // char is signed: bytes above 0x7f are not plain

// The same for eight bytes; the arithmetic finds a byte below 0x20, or equal to 0x7f, if there is
// one.
bool are_plain(std::uint64_t word) {
  const std::uint64_t deleted = word ^ each_byte(0x7f);
  const std::uint64_t below = (word - each_byte(0x20)) & ~word;
  const std::uint64_t equal = (deleted - each_byte(1)) & ~deleted;
  return ((below | equal | word) & each_byte(0x80)) == 0;
}

}  // namespace

bool is_safe(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (text.size() < kWord) return std::ranges::all_of(text, is_plain);
  for (std::size_t i = 0; i + kWord < text.size(); i += kWord) {
    if (!are_plain(word_at<std::uint64_t>(text, i))) return false;
  }
  return are_plain(word_at<std::uint64_t>(text, text.size() - kWord));
}

std::string_view url_authority(std::string_view text) {
  const auto name_end = std::ranges::find_if_not(
      text, [](char c) { return kNameChars[static_cast<unsigned char>(c)]; });
  // Nearly all are a name, or a name and a port.
  if (name_end == text.end()) return text;
  if (*name_end == ':' && name_end != text.begin() && is_port({name_end + 1, text.end()}))
    return text;
  text = without_user(text);
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return {};
  const std::size_t colon = text.find(':', bracket);
  const std::string_view host = text.substr(0, colon);
  const bool valid =
      bracket > 0 ? host.size() == bracket + 1 && is_literal_address(host.substr(1, bracket - 1))
                  : is_name(host);
  if (!valid) return {};
  if (colon == std::string_view::npos || colon + 1 == text.size()) return host;
  return is_port(text.substr(colon + 1)) ? text : std::string_view();
}

TargetParts split_target(bool is_connect, std::string_view target) {
  TargetParts parts;
  target = target.substr(0, target.find('#'));
  const auto take_authority = [&parts](std::string_view authority) {
    parts.authority = without_user(authority);
    parts.has_user_info = parts.authority.size() < authority.size();
  };
  if (is_connect) {
    take_authority(target);
    return parts;
  }
  const std::size_t scheme = target.starts_with('/') ? std::string_view::npos : target.find("://");
  if (scheme <= kMaxScheme) {
    parts.scheme = known_scheme(target.substr(0, scheme));
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    take_authority(target.substr(0, end));
    target.remove_prefix(end);
  }
  const std::size_t question = target.find('?');
  parts.path = target.substr(0, question);
  if (parts.path.empty()) parts.path = "/";  // RFC 9110 section 4.2.3
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  return parts;
}

void set_request(const RequestText& request, base::Arena& arena, model::Span& span) {
  const auto kept = [&](std::string_view text) {
    return request.is_kept ? text : safe_copy(text, arena);
  };
  const TargetParts target = split_target(request.is_connect, request.target);
  // RFC 9112 section 3.2.2: an authority in the target counts, not the field.
  std::string_view host = url_authority(target.authority);
  if (host.empty()) host = url_authority(request.host);
  span.method = request.method;
  span.path = kept(target.path);
  span.query = kept(target.query);
  span.host_header = kept(host);
  span.scheme = !target.scheme.empty() ? target.scheme : request.https ? "https" : "http";
  if (request.original_method.empty() && !target.has_user_info) return;
  auto& call = arena.make<model::HttpCall>();
  call.original_method = kept(request.original_method);
  call.has_user_info = target.has_user_info;
  span.http = &call;
}

std::string_view safe_copy(std::string_view text, base::Arena& arena) {
  if (is_safe(text)) return arena.copy(text);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  char* out = arena.allocate(text.size() * 3);
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t length = text[0] >= 0 && !is_plain(text[0]) ? 0 : base::utf8_sequence(text);
    if (length == 0) {
      const auto byte = static_cast<std::uint8_t>(text[0]);
      out[used++] = '%';
      out[used++] = kHex[byte >> 4U];
      out[used++] = kHex[byte & 0xfU];
      text.remove_prefix(1);
    } else {
      std::copy_n(text.data(), length, out + used);
      used += length;
      text.remove_prefix(length);
    }
  }
  return {out, used};
}

}  // namespace obi::protocol::http1
