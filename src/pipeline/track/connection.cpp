// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection.hpp"

#include <algorithm>
#include <utility>

#include "protocol/table.hpp"

namespace obi::pipeline {
namespace {

using model::Reason;
using protocol::ChunkResult;

// Segments that may wait for bytes on their way; beyond it the missing ones count as lost. A thread
// that is late is late by microseconds, so this is a bound on memory, not on patience.
constexpr std::size_t kMaxHeld = 64;
// Chunks with payload in a row, none of which any protocol knew, before the connection is left
// alone. Higher in mid-life, where the first chunks may well be the middle of a body.
constexpr std::uint16_t kUnknownChunks = 12;
constexpr std::uint16_t kUnknownChunksMidLife = 64;
// The kernel side announces a connection of datagrams again after a pause of 2.1 s
// (bpf/lib/datagram.bpf.h); what it sent before that was read within a second.
constexpr std::uint64_t kDatagramsOverNs = 3'000'000'000;

std::optional<model::Direction> first_mover(const model::ConnectionOpened& opened) {
  if (opened.mid_life || opened.role == model::ConnectionRole::kUnknown) return std::nullopt;
  return opened.role == model::ConnectionRole::kClient ? model::Direction::kSend
                                                       : model::Direction::kReceive;
}

protocol::Classifier::Facts facts_of(const model::ConnectionOpened& opened,
                                     const protocol::ConversationOptions& options) {
  return {.role = opened.role,
          .mid_life = opened.mid_life,
          .first = {},
          .local_port = opened.local.port,
          .remote_port = opened.remote.port,
          .heuristic_sql = options.heuristic_sql,
          .datagrams = opened.datagrams};
}

protocol::Chunk chunk_of(const model::Segment& segment, std::uint32_t skip) {
  const std::size_t cut = std::min<std::size_t>(skip, segment.payload.size());
  return {
      .direction = segment.direction,
      .bytes = segment.payload.subspan(cut),
      .missing_bytes = segment.total_bytes - std::max<std::size_t>(skip, segment.payload.size()),
      .tail = segment.tail,
      .start_ns = segment.start_ns,
      .end_ns = segment.end_ns,
      .task = {.pid = segment.pid, .tid = segment.tid, .async_id = segment.async_id},
      .source = segment.source,
      .trace_context = segment.trace_context};
}

}  // namespace

Connection::Connection(const model::ConnectionOpened& opened)
    : last_ns(opened.ns), info_(opened), preamble_(opened) {
  order_.set_first_mover(first_mover(opened));
}

void Connection::on_segment(const model::Segment& segment, const ConnectionContext& context) {
  last_ns = segment.end_ns;
  if (state_ == State::kSilent) {
    context.ledger.add(Reason::SegmentsUnrecognised);
    return;
  }
  const bool is_first = !std::exchange(begun_, true);
  if (held_.empty()) {
    if (!try_take(segment, true, context)) {
      held_.emplace_back(segment);
    } else if (is_first) {
      order_.begin(segment);
    }
    return;
  }
  held_.emplace_back(segment);
  order_.compare(held_.front().segment, segment);
  release_held(true, context);
  if (held_.size() > kMaxHeld) release_held(false, context);
}

// Takes every held segment that can be taken, again and again, since each may free another. When
// impatient, one of the rest goes through with its gap, and so on until none is left.
void Connection::release_held(bool patient, const ConnectionContext& context) {
  bool progress = true;
  while (progress && !held_.empty()) {
    progress = false;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (!try_take(held_[i].segment, true, context)) continue;
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
      progress = true;
      break;
    }
    if (progress || patient) continue;
    force_one(context);
    progress = true;
  }
  if (held_.empty()) held_for_a_tick_ = false;
}

// One that lacks bytes of its own direction only is the better choice: the others may wait for it.
void Connection::force_one(const ConnectionContext& context) {
  auto chosen = std::ranges::find_if(
      held_, [this](const HeldSegment& held) { return order_.lag_of_other(held.segment) == 0; });
  if (chosen == held_.end()) {
    chosen = held_.begin();
    abandon_before(chosen->segment, context);
  }
  try_take(chosen->segment, false, context);
  held_.erase(chosen);
}

// The other direction's bytes that went before the segment are lost, unless they are held too.
void Connection::abandon_before(const model::Segment& segment, const ConnectionContext& context) {
  const bool held_too = std::ranges::any_of(held_, [&](const HeldSegment& held) {
    return held.segment.direction != segment.direction && held.segment.total_bytes > 0 &&
           static_cast<std::int32_t>(held.segment.position - segment.peer_position) < 0;
  });
  if (held_too) return;
  lose(opposite(segment.direction), order_.lag_of_other(segment), context);
  order_.abandon_other(segment);
}

void Connection::lose(model::Direction direction, std::uint32_t missing,
                      const ConnectionContext& context) {
  context.ledger.add(Reason::StreamGaps);
  end_preamble(context);
  is_behind_loss_[static_cast<std::size_t>(direction)] = true;
  if (conversation_) conversation_->on_gap(direction, missing, context.sink);
}

bool Connection::try_take(const model::Segment& segment, bool patient,
                          const ConnectionContext& context) {
  std::uint32_t missing = 0;
  switch (order_.look(segment, patient, missing)) {
    case Arrival::kEarly: return false;
    case Arrival::kDuplicate: context.ledger.add(Reason::SegmentsDuplicate); return true;
    case Arrival::kGap: lose(segment.direction, missing, context); break;
    case Arrival::kInOrder: break;
  }
  const std::uint32_t skip = order_.overlap(segment);
  order_.take(segment);
  feed(segment, skip, context);
  return true;
}

void Connection::feed(const model::Segment& segment, std::uint32_t skip,
                      const ConnectionContext& context) {
  if (segment.total_bytes > 0) {
    protocol::Chunk chunk = chunk_of(segment, skip);
    if (chunk.missing_bytes > 0) context.ledger.add(Reason::BytesUncaptured, chunk.missing_bytes);
    if (!conversation_) note_first(segment);
    if (preamble_.is_over() || passes_preamble(chunk, context)) hand_over(chunk, context);
  } else {
    context.ledger.add(conversation_ ? Reason::SegmentsParsed : Reason::SegmentsUnrecognised);
  }
  if (segment.end_of_stream && conversation_) {
    conversation_->on_end_of_stream(segment.direction, segment.end_ns, context.sink);
  }
}

// A preamble is no protocol of its own: what is behind it is as if the connection began there.
bool Connection::passes_preamble(protocol::Chunk& chunk, const ConnectionContext& context) {
  const model::Direction direction = chunk.direction;
  const PreambleFilter::Decision decision = preamble_.show(chunk);
  context.ledger.add(Reason::SegmentsParsed, preamble_.take_part_count());
  if (preamble_.is_over()) {
    const auto client = preamble_.client();
    if (client && direction == model::Direction::kReceive) info_.remote = *client;
    end_preamble(context);
  }
  return decision == PreambleFilter::Decision::kPass;
}

void Connection::end_preamble(const ConnectionContext& context) {
  preamble_.end();
  for (const protocol::HeldChunk& held : preamble_.take_held()) hand_over(held.chunk(), context);
}

void Connection::hand_over(const protocol::Chunk& chunk, const ConnectionContext& context) {
  if (conversation_) {
    converse(chunk, context);
  } else {
    classify(chunk, context);
  }
}

// Bytes of one direction came first for certain if the other's first ones have the position that
// was next when those moved.
void Connection::note_first(const model::Segment& segment) {
  if (info_.mid_life || !segment.has_position || first_) return;
  if (!begins_) {
    begins_ = Beginning{.direction = segment.direction, .peer_position = segment.peer_position};
  } else if (!begins_->is_settled && segment.direction != begins_->direction) {
    begins_->is_settled = true;
    if (segment.position == begins_->peer_position) first_ = begins_->direction;
    if (classifier_) classifier_->set_first(first_);
  }
}

void Connection::converse(const protocol::Chunk& chunk, const ConnectionContext& context) {
  if (!conversation_)
    return count(ChunkResult::Unrecognised, chunk,
                 context);  // silenced while the held bytes were passed on
  count(conversation_->on_chunk(chunk, context.sink), chunk, context);
}

void Connection::classify(const protocol::Chunk& chunk, const ConnectionContext& context) {
  if (chunk.bytes.empty() && !classifier_) {
    context.ledger.add(Reason::SegmentsUnrecognised);
    return;
  }
  if (!classifier_) {
    auto facts = facts_of(info_, context.options);
    facts.mid_life |= has_passed_;
    facts.first = first_;
    classifier_ = std::make_unique<protocol::Classifier>(facts);
  }
  const auto decision = classifier_->show(chunk);
  switch (decision.match) {
    case protocol::Match::kMaybe: return wait_for_more(chunk, context);
    case protocol::Match::kYes:
      begin_conversation(decision, context);
      converse(chunk, context);
      return;
    case protocol::Match::kNo:
      drop_classifier(context.ledger);
      has_unreadable_[static_cast<std::size_t>(chunk.direction)] |= !chunk.bytes.empty();
      has_passed_ = true;
      count(ChunkResult::Unrecognised, chunk, context);
      if (decision.is_foreign) state_ = State::kSilent;
  }
}

// The chunk is kept, and counted when it is decided what it is. A connection whose beginning was no
// protocol's isn't likely to be one's any more.
void Connection::wait_for_more(const protocol::Chunk& chunk, const ConnectionContext& context) {
  if (!has_passed_ || info_.mid_life || chunk.bytes.empty()) return;
  count_unknown(context);
  if (state_ == State::kSilent) drop_classifier(context.ledger);
}

void Connection::begin_conversation(const protocol::Classifier::Decision& decision,
                                    const ConnectionContext& context) {
  protocol::ConversationStart start = decision.start;
  start.client_was_unreadable =
      !info_.mid_life && has_unreadable_[static_cast<std::size_t>(start.client_direction)];
  conversation_ = decision.row->converse(context.options, start);
  state_ = State::kTalking;
  const auto undecided = std::exchange(classifier_, nullptr);
  for (const protocol::HeldChunk& held : undecided->held()) {
    if (!conversation_) break;
    converse(held.chunk(), context);
  }
}

// The buffered bytes belong to no protocol.
void Connection::drop_classifier(model::Ledger& ledger) {
  const auto undecided = std::exchange(classifier_, nullptr);
  if (!undecided) return;
  ledger.add(Reason::SegmentsUnrecognised, undecided->held().size());
  for (const protocol::HeldChunk& held : undecided->held())
    has_unreadable_[static_cast<std::size_t>(held.chunk().direction)] |= held.size() > 0;
}

void Connection::count(ChunkResult result, const protocol::Chunk& chunk,
                       const ConnectionContext& context) {
  const auto own = static_cast<std::size_t>(chunk.direction);
  switch (result) {
    case ChunkResult::Message:
      context.ledger.add(Reason::SegmentsParsed);
      unknown_chunks_ = 0;
      is_behind_loss_[own] = chunk.missing_bytes > 0;
      return;
    case ChunkResult::Upgraded:
      context.ledger.add(Reason::SegmentsUpgraded);
      state_ = State::kSilent;
      return;
    case ChunkResult::Resync:
      context.ledger.add(Reason::SegmentsResync);
      // The rest of that, or of its answer; or of a message that began among what was lost, of any
      // length.
      if (is_behind_loss_[own] || (conversation_ && conversation_->has_open_request())) return;
      break;
    case ChunkResult::Unrecognised: context.ledger.add(Reason::SegmentsUnrecognised); break;
  }
  if (!chunk.bytes.empty()) count_unknown(context);
}

// After many chunks that say nothing to the protocol that was found, another one gets its chance,
// once.
void Connection::count_unknown(const ConnectionContext& context) {
  if (++unknown_chunks_ < (info_.mid_life ? kUnknownChunksMidLife : kUnknownChunks)) return;
  if (!conversation_ || std::exchange(reclassified_, true)) {
    state_ = State::kSilent;
    return;
  }
  context.ledger.add(Reason::ConnectionsReclassified);
  unknown_chunks_ = 0;
  has_passed_ = true;
  state_ = State::kUnknown;
  conversation_->on_close({.ns = last_ns, .end = model::ConnectionEnd::kStillOpen}, context.sink);
  conversation_.reset();
}

void Connection::on_close(const model::ConnectionClosed& closed, const ConnectionContext& context) {
  release_held(false, context);
  end_preamble(context);
  if (conversation_ && state_ == State::kTalking && closed.has_position)
    lose_unseen_end(closed, context);
  end({.ns = closed.ns, .end_ns = closed.end_ns, .end = closed.end}, context);
}

void Connection::forget(std::uint64_t ns, const ConnectionContext& context) {
  release_held(false, context);
  end_preamble(context);
  end({.ns = ns, .end = model::ConnectionEnd::kStillOpen}, context);
}

void Connection::end(const protocol::Closing& closing, const ConnectionContext& context) {
  drop_classifier(context.ledger);
  if (conversation_) conversation_->on_close(closing, context.sink);
  conversation_.reset();
}

// What moved last and was never reported may have been the answers to all that is open.
void Connection::lose_unseen_end(const model::ConnectionClosed& closed,
                                 const ConnectionContext& context) {
  for (const auto& [direction, position] :
       {std::pair(model::Direction::kSend, closed.send_position),
        std::pair(model::Direction::kReceive, closed.receive_position)}) {
    const std::uint32_t missing = order_.lag_at_end(direction, position);
    if (missing > 0) lose(direction, missing, context);
  }
}

void Connection::on_tick(std::uint64_t now_ns, const ConnectionContext& context) {
  if (!held_.empty() && std::exchange(held_for_a_tick_, true)) release_held(false, context);
  if (conversation_) conversation_->on_tick(now_ns, context.sink);
}

bool Connection::is_over(std::uint64_t now_ns) const {
  return info_.datagrams && now_ns > last_ns + kDatagramsOverNs &&
         !(conversation_ && conversation_->has_open_request());
}

std::size_t Connection::held_bytes() const {
  std::size_t bytes = conversation_ ? conversation_->held_bytes() : 0;
  if (classifier_) bytes += classifier_->held_bytes();
  bytes += preamble_.held_bytes();
  for (const HeldSegment& held : held_) bytes += sizeof(HeldSegment) + held.bytes.size();
  return bytes;
}

}  // namespace obi::pipeline
