// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks AMQP 1.0: a layer header proves it, and in mid-life a frame with a
// performative.
#include "protocol/amqp10/conversation.hpp"

namespace obi::protocol::amqp10 {
namespace {

Match detect_frames(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (bytes.size() >= kLayerHeaderBytes && parse_layer_header(bytes)) return Match::kYes;
    const auto frame = parse_frame(bytes);
    if (!frame) return frame.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
    if (frame->body.empty()) {
      if (frame->bytes >= bytes.size()) return Match::kMaybe;
      bytes = bytes.subspan(frame->bytes);  // a heartbeat
      continue;
    }
    const auto performative = parse_performative(frame->body);
    if (performative) return Match::kYes;
    const bool is_cut =
        performative.error() == ParseError::Truncated && bytes.size() < frame->bytes;
    return is_cut ? Match::kMaybe : Match::kNo;
  }
  return Match::kMaybe;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  if (!first_bytes.client.bytes.empty()) {
    const auto layer = parse_layer_header(first_bytes.client.bytes);
    if (layer) return Match::kYes;
    if (layer.error() == ParseError::Truncated) return Match::kMaybe;
  }
  if (!first_bytes.mid_life) return Match::kNo;
  const Match of_client = detect_frames(first_bytes.client.bytes);
  const Match of_server = detect_frames(first_bytes.server.bytes);
  if (of_client == Match::kNo || of_server == Match::kNo) return Match::kNo;
  return std::max(of_client, of_server);
}

}  // namespace obi::protocol::amqp10
