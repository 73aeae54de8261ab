// SPDX-License-Identifier: Apache-2.0
// What all conversations of one protocol share: its options, and what one of them learns for the
// others. A thread that has connections has one of each protocol (protocols.hpp); it outlives their
// conversations. Not thread-safe.
#pragma once
#include <cstddef>

#include "protocol/options.hpp"

namespace obi::protocol {

class ProtocolState {
 public:
  ProtocolState() = default;
  ProtocolState(const ProtocolState&) = delete;
  ProtocolState& operator=(const ProtocolState&) = delete;
  virtual ~ProtocolState() = default;
  /// Bytes of heap that were learned, for the memory bound.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
};

/// Of a protocol that has options and shares nothing else.
template <typename Options>
class OptionsState final : public ProtocolState {
 public:
  explicit OptionsState(const ProtocolOptions& all) : options(all.get<Options>()) {}
  const Options options;
};

}  // namespace obi::protocol
