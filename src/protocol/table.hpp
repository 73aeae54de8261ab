// SPDX-License-Identifier: Apache-2.0
// The list of protocols: one row each, tried in order of priority on the first bytes of a
// connection.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol {

struct ProtocolRow {
  std::string_view name;  ///< as in `instrumentations`
  /// Could a message of this protocol (request or response) begin with these bytes? Truncated input
  /// that may still become one is `true`.
  bool (*looks_like)(Payload first_bytes);
  std::unique_ptr<Conversation> (*converse)(const ConversationOptions&);
};

/// In order of priority, highest first.
std::span<const ProtocolRow> protocols();

}  // namespace obi::protocol
