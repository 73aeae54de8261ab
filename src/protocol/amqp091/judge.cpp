// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks AMQP 0-9-1: its protocol header proves it, and in mid-life a whole
// frame, which has a type, a method that its sender may send and an octet at its end.
#include <algorithm>

#include "protocol/amqp091/conversation.hpp"

namespace obi::protocol::amqp091 {
namespace {

Verdict judge_frames(Speaker from, std::span<const std::byte> bytes) {
  if (bytes.empty()) return Verdict::kMaybe;
  const auto frame = parse_frame(from, bytes);
  if (!frame) return frame.error() == ParseError::Truncated ? Verdict::kMaybe : Verdict::kNo;
  if (frame->size() <= bytes.size()) return Verdict::kYes;
  // A long body: that it begins on a channel is all that can be seen of it.
  return frame->channel == 0 ? Verdict::kNo : Verdict::kMaybe;
}

}  // namespace

Verdict judge(const FirstBytes& first_bytes) {
  const std::string_view client = text_of(first_bytes.client.bytes);
  const std::size_t shown = std::min(client.size(), kProtocolHeader.size());
  if (shown > 0 && client.substr(0, shown) == kProtocolHeader.substr(0, shown))
    return shown == kProtocolHeader.size() ? Verdict::kYes : Verdict::kMaybe;
  if (!first_bytes.mid_life) return Verdict::kNo;
  const Verdict of_client = judge_frames(Speaker::kClient, first_bytes.client.bytes);
  const Verdict of_server = judge_frames(Speaker::kServer, first_bytes.server.bytes);
  if (of_client == Verdict::kNo || of_server == Verdict::kNo) return Verdict::kNo;
  return std::max(of_client, of_server);
}

}  // namespace obi::protocol::amqp091
