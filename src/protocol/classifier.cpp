// SPDX-License-Identifier: Apache-2.0
#include "protocol/classifier.hpp"

#include <algorithm>

#include "protocol/foreign_line.hpp"

namespace obi::protocol {
namespace {

using model::Direction;

// Kept while undecided: of a long request in mid-life, which only its answer distinguishes from
// another's, the beginning. Who needs more chunks (a record of the kernel side's each) is none of
// ours.
constexpr std::size_t kMaxHeldChunks = 40;
constexpr std::size_t kMaxHeldBytes = 32 * 1024;

std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

}  // namespace

HeldChunk::HeldChunk(const Chunk& original, std::size_t max_bytes)
    : chunk_(original),
      context_(context_of(original)),
      payload_bytes_(std::min(original.bytes.size(), max_bytes)) {
  const auto payload = original.bytes.first(payload_bytes_);
  const auto cut = original.bytes.subspan(payload_bytes_);
  chunk_.missing_bytes += cut.size();
  const auto tail = cut.empty() ? original.tail : std::span<const std::byte>{};
  bytes_.reserve(payload.size() + tail.size());
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  bytes_.insert(bytes_.end(), tail.begin(), tail.end());
}

Chunk HeldChunk::chunk() const {
  Chunk chunk = chunk_;
  chunk.bytes = std::span(bytes_).first(payload_bytes_);
  chunk.tail = std::span(bytes_).subspan(payload_bytes_);
  chunk.context = context_ ? &*context_ : nullptr;
  return chunk;
}

Classifier::Decision Classifier::show(const Chunk& chunk) {
  take_in(chunk);
  const Decision decision = detect();
  if (decision.match == Match::kYes) return decision;
  if (decision.match == Match::kNo || held_.size() >= kMaxHeldChunks)
    return {.start = {}, .is_foreign = decision.match == Match::kNo && is_foreign()};
  keep_first_bytes();
  held_.emplace_back(chunk, kMaxHeldBytes - std::min(kMaxHeldBytes, held_bytes_));
  held_bytes_ += held_.back().size();
  return decision;
}

// Adds the chunk to what its direction has shown.
void Classifier::take_in(const Chunk& chunk) {
  Side& side = sides_[index_of(chunk.direction)];
  if (!begun_) {
    begun_ = true;
    first_ = chunk.direction;
  }
  side.original_size += chunk.bytes.size() + chunk.missing_bytes;
  if (!side.has_hole && side.bytes.size() < FirstBytes::kMaxBytes) {
    if (side.kept.empty()) {
      side.bytes = chunk.bytes.first(std::min(chunk.bytes.size(), FirstBytes::kMaxBytes));
    } else {
      const std::size_t room = FirstBytes::kMaxBytes - side.kept.size();
      const auto more = chunk.bytes.first(std::min(room, chunk.bytes.size()));
      side.kept.insert(side.kept.end(), more.begin(), more.end());
      side.bytes = side.kept;
    }
  }
  side.has_hole |= chunk.missing_bytes > 0;
}

// The chunk's own bytes are gone when it returns.
void Classifier::keep_first_bytes() {
  for (Side& side : sides_) {
    if (side.kept.empty()) side.kept.assign(side.bytes.begin(), side.bytes.end());
    side.bytes = side.kept;
  }
}

FirstBytes Classifier::first_bytes(Direction client_direction) const {
  const Side& client = sides_[index_of(client_direction)];
  const Side& server = sides_[index_of(opposite(client_direction))];
  return {
      .client = {.bytes = client.bytes, .original_size = client.original_size},
      .server = {.bytes = server.bytes, .original_size = server.original_size},
      .server_port = client_direction == Direction::kSend ? facts_.remote_port : facts_.local_port,
      .mid_life = facts_.mid_life,
      .server_first = first_ != client_direction,
      .datagrams = facts_.datagrams};
}

Classifier::Decision Classifier::detect() const {
  const bool may_be_client = facts_.role != model::ConnectionRole::kServer;
  const bool may_be_server = facts_.role != model::ConnectionRole::kClient;
  Decision decision;
  for (const ProtocolRow& row : protocols()) {
    if (facts_.datagrams && !row.speaks_in_datagrams) continue;
    if (!protocols_.is_on(row)) continue;
    for (const Direction client : {Direction::kSend, Direction::kReceive}) {
      if (client == Direction::kSend ? !may_be_client : !may_be_server) continue;
      if (facts_.first == opposite(client) && !row.server_may_begin) continue;
      const FirstBytes seen = first_bytes(client);
      const Match match = row.detect(seen);
      decision.match = std::max(decision.match, match);
      if (match != Match::kYes) continue;
      decision.row = &row;
      decision.start = {.client_direction = client,
                        .mid_life = seen.mid_life,
                        .server_port = seen.server_port,
                        .datagrams = facts_.datagrams};
      return decision;
    }
  }
  return decision;
}

bool Classifier::is_foreign() const {
  if (facts_.mid_life || facts_.datagrams) return false;
  return std::ranges::any_of(
      sides_, [](const Side& side) { return names_foreign_protocol(text_of(side.bytes)); });
}

std::size_t Classifier::held_bytes() const {
  return held_bytes_ + sides_[0].kept.capacity() + sides_[1].kept.capacity() +
         held_.capacity() * sizeof(HeldChunk);
}

}  // namespace obi::protocol
