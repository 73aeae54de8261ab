// SPDX-License-Identifier: Apache-2.0
#include "protocol/protocols.hpp"

namespace obi::protocol {

Protocols::Protocols(const ProtocolOptions& options) {
  states_.reserve(protocols().size());
  for (const ProtocolRow& row : protocols()) states_.push_back(row.open(options));
}

std::unique_ptr<Conversation> Protocols::converse(const ProtocolRow& row,
                                                  const ConversationStart& start) const {
  return row.converse(*state_of(row), start);
}

std::size_t Protocols::held_bytes() const {
  std::size_t bytes = 0;
  for (const auto& state : states_) bytes += state ? state->held_bytes() : 0;
  return bytes;
}

}  // namespace obi::protocol
