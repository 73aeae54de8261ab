// SPDX-License-Identifier: Apache-2.0
// Takes a PROXY preamble off the beginning of one connection, before a protocol is looked for on
// it. Chunks that may be part of one wait here, a few bytes each, until that is decided. It works
// on chunks in stream order, so positions and gaps are none of its business. Not thread-safe.
//
// The kernel side doesn't know preambles: such a connection begins like one of an unknown protocol,
// whose first bytes travel whole, until a call begins as HTTP does (bpf/lib/interest.bpf.h).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/segment.hpp"
#include "protocol/classifier.hpp"
#include "protocol/conversation.hpp"
#include "protocol/proxy_preamble/preamble.hpp"

namespace obi::pipeline {

class PreambleFilter {
 public:
  enum class Decision : std::uint8_t {
    kPass,  ///< due to the protocol: first all of take_held(), then the chunk
    kHeld,  ///< undecided: the chunk is kept
    kPart,  ///< all of the chunk is of the preamble
  };

  /// Of a connection that is seen from its first byte; of others there is nothing to take off.
  explicit PreambleFilter(const model::ConnectionOpened& opened);

  /// Nothing more is taken off: each chunk passes.
  [[nodiscard]] bool is_over() const { return is_over_; }
  /// Shows the next chunk. Of one in which a preamble ends the rest passes.
  Decision show(protocol::Chunk& chunk);
  /// Bytes were lost: what is held is of no preamble.
  void end() { is_over_ = true; }
  /// The chunks that were held and are of no preamble.
  std::vector<protocol::HeldChunk> take_held();
  /// How many chunks proved to be of the preamble as a whole since the last call.
  std::size_t take_part_count() { return std::exchange(part_count_, 0); }

  /// Whom the preamble names as the connection's client, once it is over.
  [[nodiscard]] std::optional<model::Endpoint> client() const;
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Begun {
    protocol::ProxyPreamble preamble;
    std::vector<protocol::HeldChunk> held;
  };
  bool is_over_;
  std::size_t part_count_ = 0;
  std::optional<model::Direction> client_direction_;  // none: that of the first chunk
  std::unique_ptr<Begun> begun_;                      // few connections begin like a preamble
};

}  // namespace obi::pipeline
