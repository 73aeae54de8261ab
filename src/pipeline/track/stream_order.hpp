// SPDX-License-Identifier: Apache-2.0
// Puts the segments of one connection in stream order. Records leave the kernel when a call
// returns, so when one thread writes and another reads, an answer can be recorded before its
// request; and records can be lost. Positions (TCP sequence numbers) distinguish both: a segment
// waits while bytes before it, in its own or the other direction, are still on their way, and is
// let through with a gap when they don't come. Not thread-safe. Without positions (AF_UNIX)
// segments pass as they come.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/segment.hpp"

namespace obi::pipeline {

/// What to do with one segment now.
enum class Arrival : std::uint8_t {
  kInOrder,    ///< take it
  kGap,        ///< take it; `missing` bytes before it never came
  kDuplicate,  ///< every byte was seen before
  kEarly,      ///< something before it has yet to come: hold it
};

class StreamOrder {
 public:
  /// Looks only; `missing` is set for kGap when `patient` is false (then kEarly is never returned).
  Arrival look(const model::Segment& segment, bool patient, std::uint32_t& missing) const;
  /// The segment was taken.
  void take(const model::Segment& segment) {
    if (!segment.has_position || segment.total_bytes == 0) return;
    sides_[index_of(segment.direction)] = {.known = true,
                                           .next = segment.position + segment.total_bytes};
    if (std::exchange(has_positions_, true)) return;
    Side& other = sides_[index_of(opposite(segment.direction))];
    if (!other.known) other.next = segment.peer_position;
  }
  /// The segment just taken was the first one of its connection. A server that has read its first
  /// bytes has answered none of them yet, so it is known where its answer begins. (A client's
  /// answer may have been read before its own call is reported.)
  void begin(const model::Segment& segment);
  /// Bytes of the other direction that were transferred before this segment and not reported yet.
  [[nodiscard]] std::uint32_t lag_of_other(const model::Segment& segment) const;
  /// Gives those bytes up: the other direction goes on behind them.
  void abandon_other(const model::Segment& segment);
  /// Bytes of `direction` that had been transferred when the connection ended, at `position`, and
  /// were not reported. 0 also if nothing is known of the direction.
  [[nodiscard]] std::uint32_t lag_at_end(model::Direction direction, std::uint32_t position) const;
  /// Leading bytes of the segment that were taken with an earlier one.
  [[nodiscard]] std::uint32_t overlap(const model::Segment& segment) const {
    const Side& own = sides_[index_of(segment.direction)];
    if (!segment.has_position || !own.known) return 0;
    const std::uint32_t behind = own.next - segment.position;
    return ahead(segment.position, own.next) < 0 ? std::min(behind, segment.total_bytes) : 0;
  }
  /// A connection seen from its first byte: a client's first bytes are its own, a server's are its
  /// peer's; until compare() finds otherwise.
  void set_first_mover(std::optional<model::Direction> direction) { first_mover_ = direction; }
  /// Two that nothing was taken before. Where `earlier` moved before anything of the other
  /// direction, and `later` had seen it, the server speaks first (MySQL, NATS, SMTP).
  void compare(const model::Segment& earlier, const model::Segment& later);

 private:
  struct Side {
    bool known = false;
    std::uint32_t next =
        0;  // position that follows the last byte taken; else where it was at first
  };
  static std::size_t index_of(model::Direction direction) {
    return static_cast<std::size_t>(direction);
  }
  // How far `position` is ahead of `next` in the 32-bit sequence space (RFC 9293 section 3.4);
  // negative = behind.
  static std::int32_t ahead(std::uint32_t position, std::uint32_t next) {
    return static_cast<std::int32_t>(position - next);
  }

  std::array<Side, 2> sides_;
  std::optional<model::Direction> first_mover_;
  bool has_positions_ = false;  // a segment with positions was taken
};

/// A segment kept for later, with its own copy of the bytes and of its context.
struct HeldSegment {
  model::Segment segment;  // its views point into `bytes`
  std::vector<std::byte> bytes;
  std::unique_ptr<model::SegmentContext> context;
  explicit HeldSegment(const model::Segment& original);
  HeldSegment(HeldSegment&&) = default;
  HeldSegment& operator=(HeldSegment&&) = default;
  HeldSegment(const HeldSegment&) = delete;
  HeldSegment& operator=(const HeldSegment&) = delete;
};

}  // namespace obi::pipeline
