// SPDX-License-Identifier: Apache-2.0
// Control packets of MQTT 3.1.1 and 5 (OASIS; 3.1's differ only in their name). Of CONNECT only the
// version and the client's identifier are read: will, user name and password stay where they are.
// Views point into the input; a packet may be cut behind what was captured. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol::mqtt {

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnack,
  kPublish,
  kPuback,
  kPubrec,
  kPubrel,
  kPubcomp,
  kSubscribe,
  kSuback,
  kUnsubscribe,
  kUnsuback,
  kPingreq,
  kPingresp,
  kDisconnect,
  kAuth,
};

/// Where CONNECT wasn't seen the version is unknown.
enum class Version : std::uint8_t { kUnknown, k3, k5 };

struct FixedHeader {
  PacketType type = PacketType::kConnect;
  std::uint8_t flags = 0;
  std::size_t header_bytes = 0;
  std::uint64_t remaining = 0;  ///< bytes behind the header
  [[nodiscard]] std::uint64_t size() const { return header_bytes + remaining; }
};
/// NotThisProtocol: `from` sends no packet of that type, or none so short or so long.
std::expected<FixedHeader, ParseError> parse_fixed_header(PeerRole from,
                                                          std::span<const std::byte> bytes);

struct Connect {
  Version version = Version::kUnknown;
  std::string_view client_id;  ///< empty: the server assigns one
};
std::expected<Connect, ParseError> parse_connect(std::span<const std::byte> body);

/// The identifier that the server assigns (v5); empty if it does not.
std::string_view assigned_client_id(std::span<const std::byte> connack);

struct Publish {
  bool is_duplicate = false;
  std::uint8_t qos = 0;
  std::string_view topic;              ///< empty: that of the alias
  std::uint16_t packet_id = 0;         ///< 0 for QoS 0
  std::optional<std::uint16_t> alias;  ///< v5; for Version::kUnknown if it looks like one
};
/// Truncated: not captured as far as the packet id.
std::expected<Publish, ParseError> parse_publish(const FixedHeader& header,
                                                 std::span<const std::byte> body, Version version);

struct Subscribe {
  std::uint16_t packet_id = 0;
  std::string_view first_filter;  ///< empty if it wasn't captured
};
std::expected<Subscribe, ParseError> parse_subscribe(const FixedHeader& header,
                                                     std::span<const std::byte> body,
                                                     Version version);

/// PUBACK, PUBREC, PUBREL, PUBCOMP and SUBACK.
struct Acknowledgement {
  std::uint16_t packet_id = 0;
  std::uint8_t reason = 0;  ///< of SUBACK the first; 0x80 and above: refused
};
std::expected<Acknowledgement, ParseError> parse_acknowledgement(const FixedHeader& header,
                                                                 std::span<const std::byte> body,
                                                                 Version version);

/// A whole packet with nothing in it that MQTT forbids, as far as that is a matter of form: the
/// test of whether bytes from the midst of a stream are MQTT.
bool is_plausible(const FixedHeader& header, std::span<const std::byte> body);

}  // namespace obi::protocol::mqtt
