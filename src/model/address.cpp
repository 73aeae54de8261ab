// SPDX-License-Identifier: Apache-2.0
#include "model/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace obi::model {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kGroups = 8;

char* put_ipv4(const IpAddress& address, char* at) {
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12) *at++ = '.';
    at = std::to_chars(at, at + 3, address.bytes[i]).ptr;
  }
  return at;
}

unsigned group(const IpAddress& address, std::size_t i) {
  return static_cast<unsigned>(address.bytes[2 * i] << 8U | address.bytes[2 * i + 1]);
}

struct Zeros {
  std::size_t begin = kGroups;
  std::size_t count = 1;  // one alone is written as it is
};

// The first of the longest runs of zero groups.
Zeros longest_zeros(const IpAddress& address) {
  Zeros longest;
  for (std::size_t i = 0; i < kGroups;) {
    const std::size_t begin = i;
    while (i < kGroups && group(address, i) == 0) ++i;
    if (i - begin > longest.count) longest = {.begin = begin, .count = i - begin};
    if (i == begin) ++i;
  }
  return longest;
}

// RFC 5952 section 4; "::192.0.2.1" as section 5 recommends.
char* put_ipv6(const IpAddress& address, char* at) {
  const Zeros zeros = longest_zeros(address);
  for (std::size_t i = 0; i < kGroups;) {
    if (i == zeros.begin) {
      *at++ = ':';
      *at++ = ':';
      i += zeros.count;
      if (zeros.begin == 0 && zeros.count == 6) return put_ipv4(address, at);
      continue;
    }
    if (i > 0 && at[-1] != ':') *at++ = ':';
    at = std::to_chars(at, at + 4, group(address, i++), 16).ptr;
  }
  return at;
}

}  // namespace

bool IpAddress::is_ipv4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool IpAddress::is_unspecified() const {
  const auto first = bytes.begin() + (is_ipv4() ? 12 : 0);
  return std::all_of(first, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_ipv4()) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.begin() + 15,
                     [](std::uint8_t byte) { return byte == 0; }) &&
         bytes[15] == 1;
}

// By hand: these run for every span, and inet_ntop goes through printf.
std::string_view format(const IpAddress& address, std::span<char> buffer) {
  if (address.is_unspecified() || buffer.size() < INET6_ADDRSTRLEN) return {};
  char* const begin = buffer.data();
  const char* const end = address.is_ipv4() ? put_ipv4(address, begin) : put_ipv6(address, begin);
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return std::string(format(address, buffer));
}

}  // namespace obi::model
