// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks HTTP/1.x.
#include <algorithm>
#include <string_view>

#include "protocol/http1/conversation.hpp"
#include "protocol/http1/head.hpp"

namespace obi::protocol::http1 {
namespace {

// Of one direction's first bytes. A method that isn't common needs its whole line, for which only
// the beginning of a connection is waited.
Match detect_side(const FirstBytes& first_bytes, bool is_client) {
  const Payload& side = is_client ? first_bytes.client : first_bytes.server;
  const std::string_view text = without_empty_lines(text_of(side.bytes));
  const bool from_beginning = !first_bytes.mid_life && !first_bytes.server_first;
  const bool may_wait = is_client && from_beginning && first_bytes.server.bytes.empty();
  if (text.empty()) return may_wait && !side.bytes.empty() ? Match::kMaybe : Match::kNo;
  if (may_begin_response(text))
    return text.find('/') != std::string_view::npos ? Match::kYes : Match::kMaybe;
  if (begins_request(text)) return Match::kYes;
  const bool unanswered = !is_client || first_bytes.server.bytes.empty();
  const bool may_become_one =
      (unanswered && may_begin_request(text)) || (may_wait && may_continue_with_request(text));
  return may_become_one ? Match::kMaybe : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  return std::max(detect_side(first_bytes, true), detect_side(first_bytes, false));
}

}  // namespace obi::protocol::http1
