// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp091/frame.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"

namespace obi::protocol::amqp091 {
namespace {

// RabbitMQ's frame_max is 128 KiB; who negotiates more stays far below this.
constexpr std::uint64_t kMaxPayloadBytes = 64ULL << 20U;
constexpr std::byte kFrameEnd{0xce};

std::string_view short_string(base::ByteCursor& cursor) { return cursor.text(cursor.u8()); }

// Passes a value of a field table (section 4.2.1 and RabbitMQ's errata); a long string is given
// back.
std::string_view take_field(base::ByteCursor& cursor) {
  switch (cursor.u8()) {
    case 't':
    case 'b':
    case 'B': cursor.skip(1); return {};
    case 's':
    case 'u':
    case 'U': cursor.skip(2); return {};
    case 'i':
    case 'I':
    case 'f': cursor.skip(4); return {};
    case 'D': cursor.skip(5); return {};
    case 'l':
    case 'L':
    case 'd':
    case 'T': cursor.skip(8); return {};
    case 'V': return {};
    case 'S': return cursor.text(cursor.big<std::uint32_t>());
    case 'A':
    case 'F':
    case 'x': cursor.skip(cursor.big<std::uint32_t>()); return {};
    default: cursor.fail(); return {};
  }
}

std::unexpected<ParseError> not_this() { return std::unexpected(ParseError::NotThisProtocol); }

}  // namespace

std::expected<Frame, ParseError> parse_frame(PeerRole from, std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  Frame frame{.type = static_cast<FrameType>(cursor.u8()), .payload = {}};
  frame.channel = cursor.big<std::uint16_t>();
  frame.payload_bytes = cursor.big<std::uint32_t>();
  const bool is_known = frame.type == FrameType::kMethod || frame.type == FrameType::kHeader ||
                        frame.type == FrameType::kBody || frame.type == FrameType::kHeartbeat;
  if (!is_known) return not_this();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (frame.payload_bytes > kMaxPayloadBytes) return not_this();
  const bool is_heartbeat = frame.type == FrameType::kHeartbeat;
  if (is_heartbeat != (frame.payload_bytes == 0) || (is_heartbeat && frame.channel != 0))
    return not_this();
  if (frame.type == FrameType::kMethod) {
    if (frame.payload_bytes < 4) return not_this();
    frame.method = cursor.big<std::uint32_t>();
    if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
    if (!is_method_of(from, frame.method)) return not_this();
  }
  if (bytes.size() >= frame.size() && bytes[frame.size() - 1] != kFrameEnd) return not_this();
  const std::size_t wanted = frame.payload_bytes - (frame.type == FrameType::kMethod ? 4 : 0);
  frame.payload = cursor.take(std::min(wanted, cursor.left()));
  return frame;
}

std::expected<Address, ParseError> parse_address(std::uint32_t method,
                                                 std::span<const std::byte> arguments) {
  base::ByteCursor cursor(arguments);
  if (method == kBasicPublish) {
    cursor.skip(2);  // reserved
  } else if (method == kBasicDeliver) {
    short_string(cursor);  // consumer tag
    cursor.skip(9);        // delivery tag, redelivered
  } else if (method == kBasicGetOk) {
    cursor.skip(9);
  } else {
    cursor.skip(2);  // reply code
    short_string(cursor);
  }
  Address address{.exchange = short_string(cursor), .routing_key = {}};
  address.routing_key = short_string(cursor);
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return address;
}

std::expected<Confirmation, ParseError> parse_confirmation(std::span<const std::byte> arguments) {
  base::ByteCursor cursor(arguments);
  Confirmation confirmation{.tag = cursor.big<std::uint64_t>()};
  confirmation.is_multiple = (cursor.u8() & 1U) != 0;
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return confirmation;
}

std::expected<std::uint64_t, ParseError> parse_body_size(std::span<const std::byte> header) {
  base::ByteCursor cursor(header);
  cursor.skip(4);  // class, weight
  const auto size = cursor.big<std::uint64_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return size;
}

std::expected<std::uint32_t, ParseError> parse_frame_max(std::span<const std::byte> arguments) {
  base::ByteCursor cursor(arguments);
  cursor.skip(2);  // the largest number of a channel
  const auto size = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return size;
}

std::string_view connection_name(std::span<const std::byte> start_ok) {
  base::ByteCursor cursor(start_ok);
  const auto table_bytes = cursor.big<std::uint32_t>();
  base::ByteCursor table(cursor.take(std::min<std::size_t>(table_bytes, cursor.left())));
  while (!table.at_end()) {
    const bool is_name = short_string(table) == "connection_name";
    const std::string_view value = take_field(table);
    if (is_name) return value;
  }
  return {};
}

}  // namespace obi::protocol::amqp091
