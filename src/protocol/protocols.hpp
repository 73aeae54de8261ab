// SPDX-License-Identifier: Apache-2.0
// The protocols of one thread: the rows of the table that are switched on, each with its state.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "protocol/table.hpp"

namespace obi::protocol {

/// Outlives the conversations. Not thread-safe.
class Protocols {
 public:
  explicit Protocols(const ProtocolOptions& options = {});
  /// `row` is one of the table's.
  [[nodiscard]] bool is_on(const ProtocolRow& row) const { return state_of(row) != nullptr; }
  /// A new conversation of a protocol that is switched on.
  [[nodiscard]] std::unique_ptr<Conversation> converse(const ProtocolRow& row,
                                                       const ConversationStart& start) const;
  /// Bytes of heap that the states hold.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  [[nodiscard]] ProtocolState* state_of(const ProtocolRow& row) const {
    return states_[static_cast<std::size_t>(&row - protocols().data())].get();
  }
  std::vector<std::unique_ptr<ProtocolState>> states_;  // by row; null: switched off
};

}  // namespace obi::protocol
