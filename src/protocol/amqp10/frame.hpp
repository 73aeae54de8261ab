// SPDX-License-Identifier: Apache-2.0
// Frames and performatives of AMQP 1.0 (OASIS, part 2), as far as messages need them. SASL frames
// are measured and never read. Views point into the input. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/amqp10/value.hpp"
#include "protocol/conversation.hpp"

namespace obi::protocol::amqp10 {

/// The four bytes behind "AMQP": what is spoken next, version 1.0.0.
enum class Layer : std::uint8_t { kAmqp = 0, kTls = 2, kSasl = 3 };
inline constexpr std::size_t kLayerHeaderBytes = 8;
/// Truncated: a longer input may be one.
std::expected<Layer, ParseError> parse_layer_header(std::span<const std::byte> bytes);

struct Frame {
  std::uint32_t bytes = 0;  ///< all of it, on the wire
  bool is_sasl = false;
  std::uint16_t channel = 0;
  std::span<const std::byte> body;  ///< as far as captured; empty: a heartbeat
};
std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes);

/// The performative that a body begins with, and the bytes behind it. NotThisProtocol: there is
/// none.
struct Performative {
  Value value;
  std::span<const std::byte> payload;
};
std::expected<Performative, ParseError> parse_performative(std::span<const std::byte> body);

struct Attach {
  std::uint32_t handle = 0;
  bool sends = false;       ///< the side that attaches sends messages by the link
  bool is_messages = true;  ///< false: to the coordinator of transactions
  std::string_view source;  ///< addresses; empty if there is none
  std::string_view target;
};
Attach read_attach(const Value& performative);

struct Transfer {
  std::uint32_t handle = 0;
  std::optional<std::uint32_t> delivery_id;  ///< there in the first frame of a delivery
  bool is_settled = false;
  bool has_more = false;
  bool is_aborted = false;
};
Transfer read_transfer(const Value& performative);

struct Disposition {
  bool from_receiver = false;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool is_final = false;  ///< settled, or with an outcome
  bool is_rejected = false;
};
Disposition read_disposition(const Value& performative);

/// The address in a message's properties, for links without one; empty if there is none.
std::string_view message_address(std::span<const std::byte> payload);

}  // namespace obi::protocol::amqp10
