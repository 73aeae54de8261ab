// SPDX-License-Identifier: Apache-2.0
// Decides once what a connection speaks, from the first bytes of both directions. While several
// protocols are possible it keeps the calls, so that nothing is missed when the decision falls. Not
// thread-safe.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/segment.hpp"
#include "protocol/protocols.hpp"

namespace obi::protocol {

/// A chunk with its own copy of the bytes, of the first `max_bytes` of them: the rest is missing.
class HeldChunk {
 public:
  HeldChunk(const Chunk& original, std::size_t max_bytes);
  /// Valid as long as this object.
  [[nodiscard]] Chunk chunk() const;
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  Chunk chunk_;  // its views and its context are void
  std::optional<model::SegmentContext> context_;
  std::size_t payload_bytes_;
  std::vector<std::byte> bytes_;  // payload, then tail
};

class Classifier {
 public:
  struct Facts {
    model::ConnectionRole role = model::ConnectionRole::kUnknown;
    /// Bytes have moved that are not shown: before the connection was first seen, or because they
    /// were no protocol's.
    bool mid_life = false;
    /// Of the connection's very first bytes, where those are known, though they may not be shown.
    std::optional<model::Direction> first;
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    bool datagrams = false;
  };
  /// `protocols` outlives the classifier.
  Classifier(const Facts& facts, const Protocols& protocols)
      : facts_(facts), protocols_(protocols) {}

  struct Decision {
    Match match = Match::kNo;          ///< kMaybe: the chunk is kept; kNo: this classifier is done
    const ProtocolRow* row = nullptr;  ///< kYes
    ConversationStart start;           ///< kYes
    /// kNo, and no later bytes can change it: the connection names a protocol that has no row.
    bool is_foreign = false;
  };
  /// Facts::first is known by now.
  void set_first(std::optional<model::Direction> first) { facts_.first = first; }
  /// Shows the next chunk. After kYes the conversation is due first all of held(), then the chunk.
  Decision show(const Chunk& chunk);

  [[nodiscard]] const std::vector<HeldChunk>& held() const { return held_; }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  [[nodiscard]] FirstBytes first_bytes(model::Direction client_direction) const;
  Decision detect() const;
  bool is_foreign() const;
  void take_in(const Chunk& chunk);
  void keep_first_bytes();

  /// What one direction has shown so far.
  struct Side {
    std::span<const std::byte> bytes;  // of the chunk at hand, or of `kept`
    std::vector<std::byte> kept;
    std::size_t original_size = 0;
    bool has_hole = false;  // bytes are missing behind `bytes`
  };
  Facts facts_;
  const Protocols& protocols_;
  std::array<Side, 2> sides_;  // by direction
  bool begun_ = false;
  model::Direction first_ = model::Direction::kReceive;  // direction of the first bytes
  std::vector<HeldChunk> held_;
  std::size_t held_bytes_ = 0;
};

}  // namespace obi::protocol
