// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks AMQP 1.0: a layer header proves it, and in mid-life a frame with a
// performative.
#include "protocol/amqp10/conversation.hpp"

namespace obi::protocol::amqp10 {
namespace {

Verdict judge_frames(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (bytes.size() >= kLayerHeaderBytes && parse_layer_header(bytes)) return Verdict::kYes;
    const auto frame = parse_frame(bytes);
    if (!frame) return frame.error() == ParseError::Truncated ? Verdict::kMaybe : Verdict::kNo;
    if (frame->body.empty()) {
      if (frame->bytes >= bytes.size()) return Verdict::kMaybe;
      bytes = bytes.subspan(frame->bytes);  // a heartbeat
      continue;
    }
    const auto performative = parse_performative(frame->body);
    if (performative) return Verdict::kYes;
    const bool is_cut =
        performative.error() == ParseError::Truncated && bytes.size() < frame->bytes;
    return is_cut ? Verdict::kMaybe : Verdict::kNo;
  }
  return Verdict::kMaybe;
}

}  // namespace

Verdict judge(const FirstBytes& first_bytes) {
  if (!first_bytes.client.bytes.empty()) {
    const auto layer = parse_layer_header(first_bytes.client.bytes);
    if (layer) return Verdict::kYes;
    if (layer.error() == ParseError::Truncated) return Verdict::kMaybe;
  }
  if (!first_bytes.mid_life) return Verdict::kNo;
  const Verdict of_client = judge_frames(first_bytes.client.bytes);
  const Verdict of_server = judge_frames(first_bytes.server.bytes);
  if (of_client == Verdict::kNo || of_server == Verdict::kNo) return Verdict::kNo;
  return std::max(of_client, of_server);
}

}  // namespace obi::protocol::amqp10
