// SPDX-License-Identifier: Apache-2.0
#include "model/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace obi::model {
namespace {
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

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

std::string_view format(const IpAddress& address, std::span<char> buffer) {
  if (address.is_unspecified()) return {};
  if (!address.is_ipv4()) {
    const char* text = inet_ntop(AF_INET6, address.bytes.data(), buffer.data(),
                                 static_cast<socklen_t>(buffer.size()));
    return text == nullptr ? std::string_view{} : std::string_view{text};
  }
  // By hand: this runs for every span, and inet_ntop goes through printf.
  char* at = buffer.data();
  char* const end = at + buffer.size();
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12 && at != end) *at++ = '.';
    at = std::to_chars(at, end, address.bytes[i]).ptr;
  }
  return {buffer.data(), static_cast<std::size_t>(at - buffer.data())};
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return std::string(format(address, buffer));
}

}  // namespace obi::model
