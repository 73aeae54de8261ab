// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/stream_order.hpp"

namespace obi::pipeline {

Arrival StreamOrder::look(const model::Segment& segment, bool patient,
                          std::uint32_t& missing) const {
  missing = 0;
  if (!segment.has_position) return Arrival::kInOrder;
  const Side& own = sides_[index_of(segment.direction)];
  const Side& other = sides_[index_of(opposite(segment.direction))];
  const bool ends_only = segment.total_bytes == 0;
  if (own.known && !ends_only) {
    const std::int32_t distance = ahead(segment.position, own.next);
    if (distance < 0 && ahead(segment.position + segment.total_bytes, own.next) <= 0)
      return Arrival::kDuplicate;
    // One ahead is the FIN: a read that reaches the end of the stream counts it in with its last
    // bytes.
    if (distance > 1) {
      if (patient) return Arrival::kEarly;
      missing = static_cast<std::uint32_t>(distance);
      return Arrival::kGap;
    }
  }
  if (!patient) return Arrival::kInOrder;
  if (other.known) return lag_of_other(segment) > 0 ? Arrival::kEarly : Arrival::kInOrder;
  const bool waits_for_other = first_mover_ && *first_mover_ != segment.direction;
  return waits_for_other ? Arrival::kEarly : Arrival::kInOrder;
}

void StreamOrder::begin(const model::Segment& segment) {
  if (!segment.has_position || segment.total_bytes == 0) return;
  if (first_mover_ != model::Direction::kReceive || segment.direction != *first_mover_) return;
  sides_[index_of(model::Direction::kSend)] = {.known = true, .next = segment.peer_position};
}

void StreamOrder::compare(const model::Segment& earlier, const model::Segment& later) {
  if (sides_[0].known || sides_[1].known || !earlier.has_position || !later.has_position) return;
  if (earlier.direction == later.direction) return;
  const bool came_first = ahead(earlier.peer_position, later.position) <= 0 &&
                          ahead(earlier.position, later.peer_position) < 0;
  if (came_first) first_mover_ = earlier.direction;
}

std::uint32_t StreamOrder::lag_of_other(const model::Segment& segment) const {
  const Side& other = sides_[index_of(opposite(segment.direction))];
  if (!segment.has_position || !other.known) return 0;
  const std::int32_t lag = ahead(segment.peer_position, other.next);
  // One ahead is the FIN, which takes a sequence number (RFC 9293 section 3.4) and is no byte.
  return lag > 1 ? static_cast<std::uint32_t>(lag) : 0;
}

// One ahead is the FIN.
std::uint32_t StreamOrder::lag_at_end(model::Direction direction, std::uint32_t position) const {
  if (!has_positions_) return 0;
  const std::int32_t lag = ahead(position, sides_[index_of(direction)].next);
  return lag > 1 ? static_cast<std::uint32_t>(lag) : 0;
}

void StreamOrder::abandon_other(const model::Segment& segment) {
  if (lag_of_other(segment) > 0)
    sides_[index_of(opposite(segment.direction))].next = segment.peer_position;
}

HeldSegment::HeldSegment(const model::Segment& original) : segment(original) {
  bytes.reserve(original.payload.size() + original.tail.size());
  bytes.insert(bytes.end(), original.payload.begin(), original.payload.end());
  bytes.insert(bytes.end(), original.tail.begin(), original.tail.end());
  const auto all = std::span<const std::byte>(bytes);
  segment.payload = all.first(original.payload.size());
  segment.tail = all.subspan(original.payload.size());
  if (original.context == nullptr) return;
  context = std::make_unique<model::SegmentContext>(*original.context);
  segment.context = context.get();
}

}  // namespace obi::pipeline
