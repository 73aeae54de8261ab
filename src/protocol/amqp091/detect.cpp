// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks AMQP 0-9-1: its protocol header proves it, and in mid-life a whole
// frame, which has a type, a method that its sender may send and an octet at its end.
#include <algorithm>

#include "protocol/amqp091/conversation.hpp"

namespace obi::protocol::amqp091 {
namespace {

Match detect_frames(PeerRole from, std::span<const std::byte> bytes) {
  if (bytes.empty()) return Match::kMaybe;
  const auto frame = parse_frame(from, bytes);
  if (!frame) return frame.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
  if (frame->size() <= bytes.size()) return Match::kYes;
  // A long body: that it begins on a channel is all that can be seen of it.
  return frame->channel == 0 ? Match::kNo : Match::kMaybe;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const std::string_view client = text_of(first_bytes.client.bytes);
  const std::size_t shown = std::min(client.size(), kProtocolHeader.size());
  if (shown > 0 && client.substr(0, shown) == kProtocolHeader.substr(0, shown))
    return shown == kProtocolHeader.size() ? Match::kYes : Match::kMaybe;
  if (!first_bytes.mid_life) return Match::kNo;
  const Match of_client = detect_frames(PeerRole::kClient, first_bytes.client.bytes);
  const Match of_server = detect_frames(PeerRole::kServer, first_bytes.server.bytes);
  if (of_client == Match::kNo || of_server == Match::kNo) return Match::kNo;
  return std::max(of_client, of_server);
}

}  // namespace obi::protocol::amqp091
