// SPDX-License-Identifier: Apache-2.0
// The 24-byte header of memcached's binary protocol (BinaryProtocolRevamped), and of what Couchbase
// makes of it (flexible framing, requests of the server; kv_engine's BinaryProtocol). Pure
// functions; views point into the input.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::memcached {

inline constexpr std::size_t kFrameHeaderBytes = 24;
/// Of a body: the largest item that can be configured (-I 1g), and its key and extras.
inline constexpr std::uint32_t kMaxBody = (1U << 30U) + 1024;

struct Frame {
  enum Magic : std::uint8_t {
    kRequest = 0x80,
    kResponse = 0x81,
    kFlexibleRequest = 0x08,
    kFlexibleResponse = 0x18,
    kServerRequest = 0x82,
    kServerResponse = 0x83,
  };
  std::uint8_t magic = 0;
  std::uint8_t opcode = 0;
  std::uint8_t frame_bytes = 0;  ///< of flexible framing, before the extras
  std::uint8_t extras_bytes = 0;
  std::uint8_t datatype = 0;
  std::uint16_t key_bytes = 0;
  std::uint16_t status = 0;  ///< of a request: the vbucket
  std::uint32_t body_bytes = 0;
  std::uint32_t opaque = 0;

  [[nodiscard]] std::uint64_t size() const { return kFrameHeaderBytes + body_bytes; }
  [[nodiscard]] std::uint32_t value_bytes() const {
    return body_bytes - frame_bytes - extras_bytes - key_bytes;
  }
};

/// NotThisProtocol: the magic is none of those above; Malformed: the lengths contradict each other.
std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes);
/// Parts of the body, as far as they are in `bytes`, which begin with the header.
std::string_view key_of(const Frame& frame, std::span<const std::byte> bytes);
std::string_view value_of(const Frame& frame, std::span<const std::byte> bytes);

}  // namespace obi::protocol::memcached
