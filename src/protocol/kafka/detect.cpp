// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks Kafka's protocol.
#include "protocol/kafka/conversation.hpp"
#include "protocol/kafka/header.hpp"

namespace obi::protocol::kafka {
namespace {

constexpr std::size_t kMaxCheckedAnswers = 8;

// Whether one of the first answers belongs to that request.
Match detect_answer(const FirstBytes& first_bytes, std::int32_t correlation_id) {
  std::span<const std::byte> bytes = first_bytes.server.bytes;
  for (std::size_t seen = 0; seen < kMaxCheckedAnswers; ++seen) {
    const auto header = read_response_header(bytes);
    if (!header) return header.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
    if (header->correlation_id == correlation_id) return Match::kYes;
    if (!first_bytes.mid_life || header->bytes >= bytes.size()) return Match::kNo;
    bytes = bytes.subspan(static_cast<std::size_t>(header->bytes));
  }
  return Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const std::span<const std::byte> bytes = first_bytes.client.bytes;
  if (bytes.empty() || (first_bytes.server_first && !first_bytes.mid_life)) return Match::kNo;
  switch (evidence_of_request(bytes)) {
    case Evidence::kNone: return Match::kNo;
    case Evidence::kStrong: return Match::kYes;
    default: break;
  }
  const auto header = read_request_header(bytes);
  return header ? detect_answer(first_bytes, header->correlation_id) : Match::kMaybe;
}

}  // namespace obi::protocol::kafka
