// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/span_text.hpp"

#include <strings.h>

#include <algorithm>
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

std::string_view known_scheme(std::string_view scheme) {
  if (scheme.size() < 4 || strncasecmp(scheme.data(), "http", 4) != 0) return {};
  if (scheme.size() == 4) return "http";
  return scheme.size() == 5 && (scheme[4] | 0x20) == 's' ? "https" : std::string_view();
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

TargetParts split_target(std::string_view method, std::string_view target) {
  TargetParts parts;
  target = target.substr(0, target.find('#'));
  if (method == "CONNECT") {
    parts.authority = without_user(target);
    return parts;
  }
  const std::size_t scheme = target.starts_with('/') ? std::string_view::npos : target.find("://");
  if (scheme <= kMaxScheme) {
    parts.scheme = known_scheme(target.substr(0, scheme));
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    parts.authority = without_user(target.substr(0, end));
    target.remove_prefix(end);
  }
  const std::size_t question = target.find('?');
  parts.path = target.substr(0, question);
  if (parts.path.empty()) parts.path = "/";  // RFC 9110 section 4.2.3
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  return parts;
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
