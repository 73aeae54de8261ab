// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "protocol/kafka/options.hpp"
#include "protocol/kafka/topic_names.hpp"
#include "protocol/state.hpp"

namespace obi::protocol::kafka {

/// What all connections share: a client asks for names on another connection than it fetches from.
class State final : public ProtocolState {
 public:
  explicit State(const ProtocolOptions& all) : names(all.get<Options>().topics) {}
  [[nodiscard]] std::size_t held_bytes() const override { return names.held_bytes(); }
  TopicNames names;
};

}  // namespace obi::protocol::kafka
