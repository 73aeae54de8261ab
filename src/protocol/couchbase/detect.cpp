// SPDX-License-Identifier: Apache-2.0
// How Couchbase is distinguished from other protocols, memcached's binary protocol above all; see
// protocol/table.hpp.
#include "protocol/couchbase/conversation.hpp"
#include "protocol/couchbase/operation.hpp"

namespace obi::protocol::couchbase {
namespace {

using memcached::Frame;
using memcached::parse_frame;

// Has the server answered the request, in a way in which memcached doesn't if `own` is needed?
Match detect_answer(const Frame& request, const FirstBytes& first_bytes, bool own) {
  const auto answer = parse_frame(first_bytes.server.bytes);
  if (!answer) {
    return answer.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
  }
  const bool is_flexible = answer->magic == Frame::kFlexibleResponse;
  const bool answers = (is_flexible || answer->magic == Frame::kResponse) &&
                       answer->opaque == request.opaque && answer->opcode == request.opcode;
  const bool is_own = is_flexible || answer->datatype != 0;
  return answers && (is_own || !own) ? Match::kYes : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  std::span<const std::byte> rest = first_bytes.client.bytes;
  if (rest.empty() || (first_bytes.server_first && !first_bytes.mid_life)) return Match::kNo;
  while (!rest.empty()) {
    const auto frame = parse_frame(rest);
    if (!frame) return frame.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
    if (is_own_request(*frame)) return Match::kYes;
    if (is_document_request(*frame)) {
      const bool has_own = frame->magic == Frame::kFlexibleRequest || frame->status != 0 ||
                           frame->datatype != 0 || !operation_of(frame->opcode).is_shared;
      return detect_answer(*frame, first_bytes, !has_own);
    }
    const bool is_sasl = frame->magic == Frame::kRequest && frame->opcode >= kSaslMechanisms &&
                         frame->opcode <= kSaslStep && frame->datatype == 0 && frame->status == 0;
    if (!is_sasl) return Match::kNo;
    if (rest.size() <= frame->size()) break;
    rest = rest.subspan(frame->size());
  }
  return Match::kMaybe;
}

}  // namespace obi::protocol::couchbase
