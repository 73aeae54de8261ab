// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks MQTT. A CONNECT proves it; in mid-life nothing does alone, as a
// packet is a byte of type, a length and anything: there it takes packets without flaw from both
// sides that fit each other, or several in a row.
#include <optional>

#include "protocol/mqtt/conversation.hpp"

namespace obi::protocol::mqtt {
namespace {

// So many PUBLISHes in a row, whole, with proper topics and nothing between them.
constexpr int kPublishesThatProve = 3;
constexpr int kMaxChecked = 8;

/// What the first bytes of one direction are.
struct Seen {
  bool is_mqtt = true;  // all of them
  int whole = 0;        // packets
  int publishes = 0;    // of these
  bool has_connect = false;
  bool has_ping = false;       // PINGREQ or PINGRESP
  std::uint16_t asked = 0;     // packet id of a PUBLISH, SUBSCRIBE or UNSUBSCRIBE
  std::uint16_t answered = 0;  // packet id of an acknowledgement
};

std::uint16_t packet_id_of(const FixedHeader& header, std::span<const std::byte> body) {
  if (header.type == PacketType::kPublish) {
    const auto publish = parse_publish(header, body, Version::kUnknown);
    return publish ? publish->packet_id : 0;
  }
  const auto answer = parse_acknowledgement(header, body, Version::kUnknown);
  return answer ? answer->packet_id : 0;
}

void note_packet(const FixedHeader& header, std::span<const std::byte> body, Seen& seen) {
  ++seen.whole;
  switch (header.type) {
    case PacketType::kConnect: seen.has_connect = true; return;
    case PacketType::kPublish:
      ++seen.publishes;
      if (seen.asked == 0) seen.asked = packet_id_of(header, body);
      return;
    case PacketType::kSubscribe:
    case PacketType::kUnsubscribe:
      if (seen.asked == 0) seen.asked = packet_id_of(header, body);
      return;
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubcomp:
    case PacketType::kSuback:
    case PacketType::kUnsuback:
      if (seen.answered == 0) seen.answered = packet_id_of(header, body);
      return;
    case PacketType::kPingreq:
    case PacketType::kPingresp: seen.has_ping = true; return;
    default: return;
  }
}

Seen look_at(PeerRole from, std::span<const std::byte> bytes) {
  Seen seen;
  for (int i = 0; i < kMaxChecked && !bytes.empty(); ++i) {
    const auto header = parse_fixed_header(from, bytes);
    if (!header) {
      seen.is_mqtt = header.error() == ParseError::Truncated;
      return seen;
    }
    const auto body = bytes.subspan(header->header_bytes);
    if (header->type == PacketType::kConnect && parse_connect(body)) {
      seen.has_connect = true;  // its end may not be here yet
      return seen;
    }
    if (body.size() < header->remaining) return seen;
    if (!is_plausible(*header, body)) {
      seen.is_mqtt = false;
      return seen;
    }
    note_packet(*header, body.first(header->remaining), seen);
    bytes = body.subspan(header->remaining);
  }
  return seen;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const Seen client = look_at(PeerRole::kClient, first_bytes.client.bytes);
  const Seen server = look_at(PeerRole::kServer, first_bytes.server.bytes);
  if (!client.is_mqtt || !server.is_mqtt) return Match::kNo;
  if (client.has_connect) return Match::kYes;
  if (!first_bytes.mid_life) {
    // A connection begins with CONNECT, of which nothing can be missing but its end.
    const auto bytes = first_bytes.client.bytes;
    const bool may_be_connect = bytes.empty() || bytes[0] == std::byte{0x10};
    return may_be_connect && first_bytes.server.bytes.empty() ? Match::kMaybe : Match::kNo;
  }
  if (client.publishes >= kPublishesThatProve || server.publishes >= kPublishesThatProve)
    return Match::kYes;
  if (client.has_ping && server.has_ping) return Match::kYes;
  const bool server_answers = client.asked != 0 && client.asked == server.answered;
  const bool client_answers = server.asked != 0 && server.asked == client.answered;
  return server_answers || client_answers ? Match::kYes : Match::kMaybe;
}

}  // namespace obi::protocol::mqtt
