// SPDX-License-Identifier: Apache-2.0
// The header of Kafka's requests and answers, and whether bytes are a request at all. Source: the
// protocol guide, "Protocol Primitives" and "Headers". Pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <span>

#include "protocol/conversation.hpp"

namespace obi::protocol::kafka {

inline constexpr std::size_t kSizeBytes = 4;
/// Size, key, version, correlation id: what every request begins with.
inline constexpr std::size_t kRequestHeaderBytes = 12;
/// Size and correlation id: what every answer begins with.
inline constexpr std::size_t kResponseHeaderBytes = 8;
/// A broker takes no more by default (socket.request.max.bytes); answers can be as long
/// (fetch.max.bytes is 50 MiB).
inline constexpr std::int32_t kMaxMessageBytes = 100 * 1024 * 1024;

struct RequestHeader {
  std::uint64_t bytes = 0;  ///< of the message, with its size
  std::int16_t api_key = 0;
  std::int16_t version = 0;
  std::int32_t correlation_id = 0;
};
struct ResponseHeader {
  std::uint64_t bytes = 0;
  std::int32_t correlation_id = 0;
};

/// Truncated, or NotThisProtocol where the numbers are none that Kafka has.
std::expected<RequestHeader, ParseError> read_request_header(std::span<const std::byte> bytes);
std::expected<ResponseHeader, ParseError> read_response_header(std::span<const std::byte> bytes);

enum class Evidence : std::uint8_t {
  kNone,    ///< no request begins so
  kMore,    ///< the bytes are too few
  kWeak,    ///< numbers and client id are possible
  kStrong,  ///< the body is read, too: to its end, or to the first topic at least
};
/// What speaks for a request that begins with `bytes`, of which there may be more.
Evidence evidence_of_request(std::span<const std::byte> bytes);

}  // namespace obi::protocol::kafka
