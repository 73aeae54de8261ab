// SPDX-License-Identifier: Apache-2.0
// An IP address and an endpoint of a connection.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace obi::model {

/// Network byte order; IPv4 as ::ffff:a.b.c.d. All zero = unspecified (0.0.0.0 counts as
/// unspecified too).
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
  [[nodiscard]] bool is_ipv4() const;
  [[nodiscard]] bool is_unspecified() const;
  [[nodiscard]] bool is_loopback() const;
};

/// The usual text; "" for an unspecified address.
std::string to_string(const IpAddress& address);
/// As above without allocating: writes into `buffer` (at least 46 characters) and returns the part
/// used.
std::string_view format(const IpAddress& address, std::span<char> buffer);

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;  ///< 0 for AF_UNIX
  bool operator==(const Endpoint&) const = default;
};

}  // namespace obi::model

template <>
struct std::hash<obi::model::IpAddress> {
  std::size_t operator()(const obi::model::IpAddress& address) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
  }
};
