// SPDX-License-Identifier: Apache-2.0
// Recognises that TLS begins: the first bytes of a ClientHello or a ServerHello (RFC 8446 sections
// 4.1 and 5.1, RFC 6101 for version 3.0).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/segment.hpp"
#include "protocol/table.hpp"

namespace obi::protocol {

/// How many bytes decide: a record header, a handshake header and the version in it.
inline constexpr std::size_t kTlsHelloBytes = 11;

/// Does a hello begin with `bytes`? kMaybe: not with all of kTlsHelloBytes, and none contradicts.
Match detect_tls_hello(std::span<const std::byte> bytes);

/// Finds a hello that begins with a call, also where the call is only the record's header:
/// libraries read those five bytes with a call of its own. Not thread-safe.
class TlsHandshake {
 public:
  /// Shows the next bytes of `direction`. True: they are those of a hello, or end the beginning of
  /// one.
  bool show(model::Direction direction, std::span<const std::byte> bytes);

 private:
  struct Begun {
    std::array<std::byte, kTlsHelloBytes> bytes{};
    std::uint8_t size = 0;
  };
  std::array<Begun, 2> begun_;  // by direction: the beginning of a hello, so far
};

}  // namespace obi::protocol
