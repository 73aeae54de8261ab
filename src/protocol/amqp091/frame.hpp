// SPDX-License-Identifier: Apache-2.0
// Frames and methods of AMQP 0-9-1 (its specification, sections 2.3 and 4.2; RabbitMQ's extensions
// confirm.select and basic.nack), as far as messages need them. What logs a client in
// (connection.start-ok's response) is never read. Views point into the input. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol::amqp091 {

enum class FrameType : std::uint8_t { kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8 };

/// Class and method in one number.
constexpr std::uint32_t method_id(std::uint32_t class_id, std::uint32_t method) {
  return class_id << 16U | method;
}
inline constexpr std::uint32_t kConnectionStartOk = method_id(10, 11);
inline constexpr std::uint32_t kConnectionTuneOk = method_id(10, 31);
inline constexpr std::uint32_t kChannelOpen = method_id(20, 10);
inline constexpr std::uint32_t kChannelCloseOk = method_id(20, 41);
inline constexpr std::uint32_t kBasicPublish = method_id(60, 40);
inline constexpr std::uint32_t kBasicReturn = method_id(60, 50);
inline constexpr std::uint32_t kBasicDeliver = method_id(60, 60);
inline constexpr std::uint32_t kBasicGetOk = method_id(60, 71);
inline constexpr std::uint32_t kBasicAck = method_id(60, 80);
inline constexpr std::uint32_t kBasicNack = method_id(60, 120);
inline constexpr std::uint32_t kConfirmSelect = method_id(85, 10);

struct Frame {
  FrameType type = FrameType::kMethod;
  std::uint16_t channel = 0;
  std::uint64_t payload_bytes = 0;
  std::uint32_t method = 0;            ///< of a method frame
  std::span<const std::byte> payload;  ///< as far as captured; of a method frame its arguments
  static constexpr std::uint64_t kOverhead = 8;  ///< type, channel, size and end
  [[nodiscard]] std::uint64_t size() const { return payload_bytes + kOverhead; }
};
/// Truncated: more bytes are needed to know. NotThisProtocol: no frame that `from` sends.
std::expected<Frame, ParseError> parse_frame(PeerRole from, std::span<const std::byte> bytes);

/// "AMQP", 0, 0, 9, 1 (section 4.2.2).
inline constexpr std::string_view kProtocolHeader("AMQP\x00\x00\x09\x01", 8);

/// The method may come from `from`.
bool is_method_of(PeerRole from, std::uint32_t method);

/// Where a message goes, or came from.
struct Address {
  std::string_view exchange;  ///< empty: the default exchange
  std::string_view routing_key;
};
/// Of basic.publish, deliver, get-ok and return.
std::expected<Address, ParseError> parse_address(std::uint32_t method,
                                                 std::span<const std::byte> arguments);

struct Confirmation {
  std::uint64_t tag = 0;
  bool is_multiple = false;  ///< all up to the tag
};
/// Of basic.ack and nack.
std::expected<Confirmation, ParseError> parse_confirmation(std::span<const std::byte> arguments);

/// Bytes of the body that the content header announces.
std::expected<std::uint64_t, ParseError> parse_body_size(std::span<const std::byte> header);

/// The largest frame that both sides allow, of connection.tune-ok; 0: there is no limit.
std::expected<std::uint32_t, ParseError> parse_frame_max(std::span<const std::byte> arguments);

/// RabbitMQ's name of a connection, from the client's properties in connection.start-ok; empty if
/// it has none.
std::string_view connection_name(std::span<const std::byte> start_ok);

}  // namespace obi::protocol::amqp091
