// SPDX-License-Identifier: Apache-2.0
// The header that a proxy puts in front of a connection's first bytes to say who its client is
// (HAProxy's PROXY protocol, versions 1 and 2, "proxy-protocol.txt" sections 2.1 and 2.2). It may
// precede any protocol, so it is read before one is looked for. Parsed piece by piece, and never
// beyond what its rules allow: bytes that could still become something else are undecided.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/address.hpp"

namespace obi::protocol {

class ProxyPreamble {
 public:
  enum class Result : std::uint8_t {
    kUndecided,  ///< all of these bytes may belong to a preamble, or none
    kNone,       ///< there is no preamble, in what came before neither
    kPart,       ///< all of these bytes belong to it, and further ones
    kEnd,        ///< it ends with the first `used` of them
  };
  struct Step {
    Result result = Result::kNone;
    std::uint64_t used = 0;  ///< of kEnd
  };

  /// Could a preamble begin like this?
  static bool may_begin(std::span<const std::byte> bytes);

  /// The next bytes of the client, `missing` of which were not captured behind them. After kNone
  /// and kEnd nothing more is to be shown.
  Step take(std::span<const std::byte> bytes, std::uint64_t missing);

  /// The client's address and port, after kPart or kEnd. None where the proxy speaks for itself
  /// (LOCAL), doesn't know (UNKNOWN, UNSPEC), or the client came by a Unix socket.
  [[nodiscard]] const std::optional<model::Endpoint>& client() const { return client_; }

 private:
  // The longest line of version 1, with its end; of version 2 header and addresses of IPv6.
  static constexpr std::size_t kMaxLine = 107;
  static constexpr std::size_t kMaxKept = kMaxLine;

  Step read_line(std::size_t before);
  Step read_binary(std::size_t before, std::uint64_t in_call);
  [[nodiscard]] std::span<const std::byte> kept() const {
    return std::span(kept_).first(kept_bytes_);
  }

  std::array<std::byte, kMaxKept> kept_{};
  std::size_t kept_bytes_ = 0;
  std::uint64_t left_ = 0;  // bytes of the preamble that are still to come, once that is known
  std::optional<model::Endpoint> client_;
};

}  // namespace obi::protocol
