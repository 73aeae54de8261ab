// SPDX-License-Identifier: Apache-2.0
#include "protocol/mqtt/packet.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"
#include "base/utf8.hpp"
#include "protocol/mqtt/properties.hpp"

namespace obi::protocol::mqtt {
namespace {

constexpr std::uint8_t kDuplicate = 0x08;
constexpr unsigned kQosShift = 1;
constexpr std::uint64_t kNoBound = 0x0fff'ffff;  // section 2.2.3: four bytes of seven bits
// Reason string and user properties may be there; no broker sends more of them.
constexpr std::uint64_t kMaxAcknowledgement = 64 * 1024;

enum class Sender : std::uint8_t { kClient = 1, kServer = 2, kBoth = 3 };

struct TypeRow {
  Sender sender;
  std::uint8_t flags;
  std::uint64_t least;  // remaining length
  std::uint64_t most;
};
// By type; the first is for 0, which is none. PUBLISH has flags of its own.
constexpr TypeRow kTypes[] = {
    {Sender::kBoth, 0, 1, 0},
    {Sender::kClient, 0, 12, kNoBound},            // CONNECT
    {Sender::kServer, 0, 2, kMaxAcknowledgement},  // CONNACK
    {Sender::kBoth, 0, 2, kNoBound},               // PUBLISH
    {Sender::kBoth, 0, 2, kMaxAcknowledgement},    // PUBACK
    {Sender::kBoth, 0, 2, kMaxAcknowledgement},    // PUBREC
    {Sender::kBoth, 2, 2, kMaxAcknowledgement},    // PUBREL
    {Sender::kBoth, 0, 2, kMaxAcknowledgement},    // PUBCOMP
    {Sender::kClient, 2, 6, kNoBound},             // SUBSCRIBE
    {Sender::kServer, 0, 3, kNoBound},             // SUBACK
    {Sender::kClient, 2, 5, kNoBound},             // UNSUBSCRIBE
    {Sender::kServer, 0, 2, kNoBound},             // UNSUBACK
    {Sender::kClient, 0, 0, 0},                    // PINGREQ
    {Sender::kServer, 0, 0, 0},                    // PINGRESP
    {Sender::kBoth, 0, 0, kMaxAcknowledgement},    // DISCONNECT
    {Sender::kBoth, 0, 0, kMaxAcknowledgement},    // AUTH
};

bool may_send(Sender sender, PeerRole from) {
  const auto who =
      static_cast<unsigned>(from == PeerRole::kClient ? Sender::kClient : Sender::kServer);
  return (static_cast<unsigned>(sender) & who) != 0;
}

bool may_have_flags(PacketType type, std::uint8_t flags) {
  if (type == PacketType::kPublish) return (flags & 0x06U) != 0x06U;  // no QoS 3
  return flags == kTypes[static_cast<std::size_t>(type)].flags;
}

// A topic name (section 4.7): no wildcard, no control characters, UTF-8.
bool is_topic(std::string_view text) {
  return base::valid_utf8_prefix(text) == text.size() && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == '#' || c == '+' || c == 0x7f;
         });
}

// Reads to the end of a SUBSCRIBE's filters, the first of which is given back.
std::optional<std::string_view> read_filters(base::ByteCursor cursor, std::uint8_t option_mask) {
  std::optional<std::string_view> first;
  while (!cursor.at_end()) {
    const std::string_view filter = cursor.text(cursor.big<std::uint16_t>());
    const std::uint8_t options = cursor.u8();
    if (!cursor.ok() || filter.empty() || (options & ~option_mask) != 0 || (options & 3U) == 3)
      return std::nullopt;
    if (!first) first = filter;
  }
  return first;
}

std::string_view first_filter_of_cut(base::ByteCursor cursor, Version version) {
  if (version == Version::k5 && !read_properties(cursor).is_whole) return {};
  return cursor.text(cursor.big<std::uint16_t>());
}

// Section 2.4 has these; they distinguish refusals from other bytes at that place.
bool is_reason(std::uint8_t reason) {
  return reason <= 0x02 || reason == 0x04 || (reason >= 0x10 && reason <= 0x11) ||
         (reason >= 0x18 && reason <= 0x19) || (reason >= 0x80 && reason <= 0xa2);
}

bool is_plausible_acknowledgement(const FixedHeader& header, base::ByteCursor cursor) {
  if (cursor.big<std::uint16_t>() == 0) return false;
  if (header.remaining == 2) return true;
  if (!is_reason(cursor.u8())) return false;
  return cursor.at_end() || (read_properties(cursor).is_whole && cursor.at_end());
}

bool is_plausible_suback(base::ByteCursor cursor) {
  if (cursor.big<std::uint16_t>() == 0) return false;
  base::ByteCursor after_properties = cursor;
  if (read_properties(after_properties).is_whole) cursor = after_properties;
  const auto codes = cursor.rest();
  return std::ranges::all_of(
      codes, [](std::byte code) { return is_reason(std::to_integer<std::uint8_t>(code)); });
}

}  // namespace

std::expected<FixedHeader, ParseError> parse_fixed_header(PeerRole from,
                                                          std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const std::uint8_t first = cursor.u8();
  FixedHeader header{.type = static_cast<PacketType>(first >> 4U),
                     .flags = static_cast<std::uint8_t>(first & 0x0fU)};
  const TypeRow& row = kTypes[first >> 4U];
  if (row.least > row.most || !may_send(row.sender, from) ||
      !may_have_flags(header.type, header.flags))
    return std::unexpected(ParseError::NotThisProtocol);
  header.remaining = cursor.varint(4);
  if (!cursor.ok())
    return std::unexpected(bytes.size() < 5 ? ParseError::Truncated : ParseError::NotThisProtocol);
  if (header.remaining < row.least || header.remaining > row.most)
    return std::unexpected(ParseError::NotThisProtocol);
  header.header_bytes = bytes.size() - cursor.left();
  return header;
}

std::expected<Connect, ParseError> parse_connect(std::span<const std::byte> body) {
  base::ByteCursor cursor(body);
  const std::string_view name = cursor.text(cursor.big<std::uint16_t>());
  // The top bit marks a broker that connects to another.
  const unsigned level = cursor.u8() & 0x7fU;
  const std::uint8_t flags = cursor.u8();
  cursor.skip(2);  // keep alive
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const bool known =
      (name == "MQTT" && (level == 4 || level == 5)) || (name == "MQIsdp" && level == 3);
  if (!known || (flags & 1U) != 0) return std::unexpected(ParseError::NotThisProtocol);
  const Version version = level == 5 ? Version::k5 : Version::k3;
  if (version == Version::k5) read_properties(cursor);
  Connect connect{.version = version, .client_id = cursor.text(cursor.big<std::uint16_t>())};
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return connect;
}

std::string_view assigned_client_id(std::span<const std::byte> connack) {
  base::ByteCursor cursor(connack);
  cursor.skip(2);
  return read_properties(cursor).assigned_client_id;
}

std::expected<Publish, ParseError> parse_publish(const FixedHeader& header,
                                                 std::span<const std::byte> body, Version version) {
  base::ByteCursor cursor(body);
  Publish publish{.is_duplicate = (header.flags & kDuplicate) != 0,
                  .qos = static_cast<std::uint8_t>(header.flags >> kQosShift & 3U),
                  .topic = cursor.text(cursor.big<std::uint16_t>()),
                  .alias = std::nullopt};
  if (publish.qos > 0) publish.packet_id = cursor.big<std::uint16_t>();
  if (!cursor.ok()) {
    const bool is_cut = body.size() < header.remaining;
    return std::unexpected(is_cut ? ParseError::Truncated : ParseError::Malformed);
  }
  if (publish.qos > 0 && publish.packet_id == 0) return std::unexpected(ParseError::Malformed);
  if (version == Version::k3) return publish;
  const Properties properties = read_properties(cursor);
  // Of an unknown version these may be bytes of the message: only a flawless list is one.
  if (version == Version::k5 || properties.is_whole) publish.alias = properties.topic_alias;
  return publish;
}

std::expected<Subscribe, ParseError> parse_subscribe(const FixedHeader& header,
                                                     std::span<const std::byte> body,
                                                     Version version) {
  base::ByteCursor cursor(body);
  Subscribe subscribe{.packet_id = cursor.big<std::uint16_t>(), .first_filter = {}};
  if (!cursor.ok() || subscribe.packet_id == 0) return std::unexpected(ParseError::Malformed);
  if (body.size() < header.remaining) {
    if (version != Version::kUnknown) subscribe.first_filter = first_filter_of_cut(cursor, version);
    return subscribe;
  }
  base::ByteCursor after_properties = cursor;
  const bool may_be_5 = version != Version::k3 && read_properties(after_properties).is_whole;
  std::optional<std::string_view> first;
  if (version != Version::k5) first = read_filters(cursor, 0x03);
  if (!first && may_be_5) first = read_filters(after_properties, 0x3f);
  if (!first) return std::unexpected(ParseError::Malformed);
  subscribe.first_filter = *first;
  return subscribe;
}

std::expected<Acknowledgement, ParseError> parse_acknowledgement(const FixedHeader& header,
                                                                 std::span<const std::byte> body,
                                                                 Version version) {
  base::ByteCursor cursor(body);
  Acknowledgement acknowledgement{.packet_id = cursor.big<std::uint16_t>()};
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (header.type == PacketType::kSuback && version == Version::k5) read_properties(cursor);
  if (!cursor.at_end()) acknowledgement.reason = cursor.u8();
  return acknowledgement;
}

bool is_plausible(const FixedHeader& header, std::span<const std::byte> body) {
  if (body.size() < header.remaining) return false;
  body = body.first(header.remaining);
  switch (header.type) {
    case PacketType::kConnect: return parse_connect(body).has_value();
    case PacketType::kConnack: return body[0] <= std::byte{1};
    case PacketType::kPublish: {
      const auto publish = parse_publish(header, body, Version::kUnknown);
      return publish && (!publish->topic.empty() || publish->alias) && is_topic(publish->topic);
    }
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp: return is_plausible_acknowledgement(header, base::ByteCursor(body));
    case PacketType::kSubscribe:
      return parse_subscribe(header, body, Version::kUnknown).has_value();
    case PacketType::kSuback: return is_plausible_suback(base::ByteCursor(body));
    case PacketType::kUnsubscribe:
    case PacketType::kUnsuback: return body[0] != std::byte{0} || body[1] != std::byte{0};
    case PacketType::kPingreq:
    case PacketType::kPingresp: return true;
    case PacketType::kDisconnect:
    case PacketType::kAuth: {
      base::ByteCursor cursor(body);
      if (!cursor.at_end() && !is_reason(cursor.u8())) return false;
      return cursor.at_end() || (read_properties(cursor).is_whole && cursor.at_end());
    }
  }
  return false;
}

}  // namespace obi::protocol::mqtt
