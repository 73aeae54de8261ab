// SPDX-License-Identifier: Apache-2.0
// The segments of a stream, as they are reported, into the order in which their bytes moved.
#include <algorithm>
#include <utility>

#include "pipeline/track/stream.hpp"

namespace obi::pipeline {
namespace {

using model::Reason;

// Segments that may wait for bytes on their way; beyond it the missing ones count as lost. A thread
// that is late is late by microseconds, so this is a bound on memory, not on patience.
constexpr std::size_t kMaxHeld = 64;

std::optional<model::Direction> first_mover(const model::ConnectionOpened& opened) {
  if (opened.mid_life || opened.role == model::ConnectionRole::kUnknown) return std::nullopt;
  return opened.role == model::ConnectionRole::kClient ? model::Direction::kSend
                                                       : model::Direction::kReceive;
}

}  // namespace

Stream::Stream(const TrackContext& context, model::ConnectionOpened& info, model::Source source)
    : context_(context), info_(info), last_ns_(info.ns), source_(source), preamble_(info) {
  order_.set_first_mover(first_mover(info));
  if (source != model::Source::kPlain) preamble_.end();  // a proxy writes it below TLS
}

void Stream::on_segment(const model::Segment& segment) {
  if (state_ == State::kSilent) return ledger().add(silent_as_);
  last_ns_ = segment.end_ns;
  take_in(segment);
  if (state_ == State::kSilent) announce_silence();
}

void Stream::take_in(const model::Segment& segment) {
  const bool is_first = !std::exchange(begun_, true);
  if (held_.empty()) {
    if (!try_take(segment, true)) {
      held_.emplace_back(segment);
    } else if (is_first) {
      order_.begin(segment);
    }
    return;
  }
  held_.emplace_back(segment);
  order_.compare(held_.front().segment, segment);
  release_held(true);
  if (held_.size() > kMaxHeld) release_held(false);
}

// Takes every held segment that can be taken, again and again, since each may free another. When
// impatient, one of the rest goes through with its gap, and so on until none is left.
void Stream::release_held(bool patient) {
  bool progress = true;
  while (progress && !held_.empty()) {
    progress = false;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (!try_take(held_[i].segment, true)) continue;
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
      progress = true;
      break;
    }
    if (progress || patient) continue;
    force_one();
    progress = true;
  }
  if (held_.empty()) held_for_a_tick_ = false;
}

// One that lacks bytes of its own direction only is the better choice: the others may wait for it.
void Stream::force_one() {
  auto chosen = std::ranges::find_if(
      held_, [this](const HeldSegment& held) { return order_.lag_of_other(held.segment) == 0; });
  if (chosen == held_.end()) {
    chosen = held_.begin();
    abandon_before(chosen->segment);
  }
  try_take(chosen->segment, false);
  held_.erase(chosen);
}

// The other direction's bytes that went before the segment are lost, unless they are held too.
void Stream::abandon_before(const model::Segment& segment) {
  const bool held_too = std::ranges::any_of(held_, [&](const HeldSegment& held) {
    return held.segment.direction != segment.direction && held.segment.total_bytes > 0 &&
           static_cast<std::int32_t>(held.segment.position - segment.peer_position) < 0;
  });
  if (held_too) return;
  lose(opposite(segment.direction), order_.lag_of_other(segment));
  order_.abandon_other(segment);
}

void Stream::lose(model::Direction direction, std::uint32_t missing) {
  ledger().add(Reason::StreamGaps);
  end_preamble();
  is_behind_loss_[static_cast<std::size_t>(direction)] = true;
  if (conversation_) conversation_->on_gap(direction, missing, sink_);
}

bool Stream::try_take(const model::Segment& segment, bool patient) {
  std::uint32_t missing = 0;
  switch (order_.look(segment, patient, missing)) {
    case Arrival::kEarly: return false;
    case Arrival::kDuplicate: ledger().add(Reason::SegmentsDuplicate); return true;
    case Arrival::kGap: lose(segment.direction, missing); break;
    case Arrival::kInOrder: break;
  }
  const std::uint32_t skip = order_.overlap(segment);
  order_.take(segment);
  feed(segment, skip);
  return true;
}

void Stream::on_close(const model::ConnectionClosed& closed) {
  release_held(false);
  end_preamble();
  if (conversation_ && state_ == State::kTalking && closed.has_position) lose_unseen_end(closed);
  end({.ns = closed.ns, .end_ns = closed.end_ns, .end = closed.end});
}

void Stream::forget(std::uint64_t ns) {
  release_held(false);
  end_preamble();
  end({.ns = ns, .end = model::ConnectionEnd::kStillOpen});
}

// What moved last and was never reported may have been the answers to all that is open.
void Stream::lose_unseen_end(const model::ConnectionClosed& closed) {
  for (const auto& [direction, position] :
       {std::pair(model::Direction::kSend, closed.send_position),
        std::pair(model::Direction::kReceive, closed.receive_position)}) {
    const std::uint32_t missing = order_.lag_at_end(direction, position);
    if (missing > 0) lose(direction, missing);
  }
}

void Stream::on_tick(std::uint64_t now_ns) {
  const bool was_silent = is_silent();
  if (!held_.empty() && std::exchange(held_for_a_tick_, true)) release_held(false);
  if (!was_silent && is_silent()) announce_silence();
  if (conversation_) conversation_->on_tick(now_ns, sink_);
}

void Stream::yield_to_plaintext() {
  if (conversation_ || is_silent()) return;
  encrypt(last_ns_);
  drop_classifier();
  end_preamble();
  ledger().add(silent_as_, held_.size());
  held_.clear();
  announce_silence();
}

// The kernel captures no more of this source; what is on its way comes all the same.
void Stream::announce_silence() const {
  ledger().add(Reason::ConnectionsSilenced);
  set_mode(model::CaptureMode::kSilent);
}

}  // namespace obi::pipeline
