// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/stream.hpp"

#include <algorithm>
#include <utility>

#include "protocol/table.hpp"

namespace obi::pipeline {
namespace {

using model::Reason;
using protocol::ChunkResult;

// Chunks with payload in a row, none of which any protocol knew, before the connection is left
// alone. Higher in mid-life, where the first chunks may well be the middle of a body.
constexpr std::uint16_t kUnknownChunks = 12;
constexpr std::uint16_t kUnknownChunksMidLife = 64;
protocol::Classifier::Facts facts_of(const model::ConnectionOpened& opened) {
  return {.role = opened.role,
          .mid_life = opened.mid_life,
          .first = {},
          .local_port = opened.local.port,
          .remote_port = opened.remote.port,
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
      .task = {.pid = segment.pid,
               .tid = segment.tid,
               .async_id = segment.context == nullptr ? 0 : segment.context->async_id},
      .source = segment.source,
      .context = segment.context};
}

}  // namespace

void Stream::feed(const model::Segment& segment, std::uint32_t skip) {
  if (segment.total_bytes > 0) {
    protocol::Chunk chunk = chunk_of(segment, skip);
    if (chunk.missing_bytes > 0) ledger().add(Reason::BytesUncaptured, chunk.missing_bytes);
    if (!conversation_) note_first(segment);
    if (preamble_.is_over() || passes_preamble(chunk)) pass_on(chunk);
  } else {
    ledger().add(conversation_ ? Reason::SegmentsParsed : silent_as_);
  }
  if (segment.end_of_stream && conversation_) {
    conversation_->on_end_of_stream(segment.direction, segment.end_ns, sink_);
  }
}

// A preamble is no protocol of its own: what is behind it is as if the connection began there.
bool Stream::passes_preamble(protocol::Chunk& chunk) {
  const model::Direction direction = chunk.direction;
  const PreambleFilter::Decision decision = preamble_.show(chunk);
  ledger().add(Reason::SegmentsParsed, preamble_.take_part_count());
  if (preamble_.is_over()) {
    const auto client = preamble_.client();
    if (client && direction == model::Direction::kReceive) info_.remote = *client;
    end_preamble();
  }
  return decision == PreambleFilter::Decision::kPass;
}

void Stream::end_preamble() {
  preamble_.end();
  for (const protocol::HeldChunk& held : preamble_.take_held()) pass_on(held.chunk());
}

void Stream::pass_on(const protocol::Chunk& chunk) {
  if (conversation_) {
    converse(chunk);
  } else if (is_silent()) {
    ledger().add(silent_as_);  // silenced while held bytes were passed on
  } else if (recognises_tls(chunk)) {
    drop_classifier();
    encrypt(chunk.end_ns);
    ledger().add(silent_as_);
  } else {
    classify(chunk);
  }
}

// Bytes of one direction came first for certain if the other's first ones have the position that
// was next when those moved.
void Stream::note_first(const model::Segment& segment) {
  if (info_.mid_life || !segment.has_position || first_) return;
  if (!begins_) {
    begins_ = Beginning{.direction = segment.direction, .peer_position = segment.peer_position};
  } else if (!begins_->is_settled && segment.direction != begins_->direction) {
    begins_->is_settled = true;
    if (segment.position == begins_->peer_position) first_ = begins_->direction;
    if (classifier_) classifier_->set_first(first_);
  }
}

void Stream::converse(const protocol::Chunk& chunk) {
  count(conversation_->on_chunk(chunk, sink_), chunk);
}

void Stream::classify(const protocol::Chunk& chunk) {
  if (chunk.bytes.empty() && !classifier_) {
    ledger().add(Reason::SegmentsUnrecognised);
    return;
  }
  if (!classifier_) {
    auto facts = facts_of(info_);
    facts.mid_life |= has_passed_;
    facts.first = first_;
    classifier_ = std::make_unique<protocol::Classifier>(facts, context_.protocols);
  }
  const auto decision = classifier_->show(chunk);
  switch (decision.match) {
    case protocol::Match::kMaybe: return wait_for_more(chunk);
    case protocol::Match::kYes:
      begin_conversation(decision);
      pass_on(chunk);
      return;
    case protocol::Match::kNo:
      drop_classifier();
      has_unreadable_[static_cast<std::size_t>(chunk.direction)] |= !chunk.bytes.empty();
      has_passed_ = true;
      count(ChunkResult::Unrecognised, chunk);
      if (decision.is_foreign) state_ = State::kSilent;
  }
}

// The chunk is kept, and counted when it is decided what it is. A connection whose beginning was no
// protocol's isn't likely to be one's any more.
void Stream::wait_for_more(const protocol::Chunk& chunk) {
  if (!has_passed_ || info_.mid_life || chunk.bytes.empty()) return;
  count_unknown();
  if (state_ == State::kSilent) drop_classifier();
}

void Stream::begin_conversation(const protocol::Classifier::Decision& decision) {
  protocol::ConversationStart start = decision.start;
  start.client_was_unreadable =
      !info_.mid_life && has_unreadable_[static_cast<std::size_t>(start.client_direction)];
  begin(*decision.row, start);
  const auto undecided = std::exchange(classifier_, nullptr);
  for (const protocol::HeldChunk& held : undecided->held()) pass_on(held.chunk());
}

void Stream::begin(const protocol::ProtocolRow& row, const protocol::ConversationStart& start) {
  begin(context_.protocols.converse(row, start), start);
  if (row.captures_whole) set_mode(model::CaptureMode::kStream);
}

void Stream::begin(std::unique_ptr<protocol::Conversation> conversation,
                   const protocol::ConversationStart& start) {
  start_ = start;
  conversation_ = std::move(conversation);
  state_ = State::kTalking;
}

// The conversation has ended within the chunk, or before it.
void Stream::take_over(const protocol::Chunk& chunk) {
  const protocol::Handover next = conversation_->handover();
  const std::size_t read = chunk.bytes.size() - next.unread;
  conversation_.reset();
  protocol::Chunk rest = chunk;
  rest.bytes = chunk.bytes.subspan(read);
  if (read > 0) rest.context = nullptr;  // it was for the first request of the call
  if (next.to == protocol::Handover::To::kProtocol && context_.protocols.is_on(*next.row)) {
    start_.mid_life = start_.client_was_unreadable = false;
    begin(*next.row, start_);
    if (read == 0) return converse(rest);
    // The segment is counted once, for what it began with.
    const auto result = conversation_->on_chunk(rest, sink_);
    ledger().add(Reason::SegmentsParsed);
    if (result == ChunkResult::Handover) leave_alone(Reason::SegmentsUpgraded);
    return;
  }
  if (next.to == protocol::Handover::To::kEncrypted || recognises_tls(rest)) {
    encrypt(chunk.end_ns);
  } else {
    leave_alone(Reason::SegmentsUpgraded);
  }
  ledger().add(read == 0 ? silent_as_ : Reason::SegmentsParsed);
}

bool Stream::recognises_tls(const protocol::Chunk& chunk) {
  return source_ == model::Source::kPlain && !info_.datagrams &&
         tls_.show(chunk.direction, chunk.bytes);
}

void Stream::encrypt(std::uint64_t ns) {
  if (source_ == model::Source::kPlain) encrypted_ns_ = std::max<std::uint64_t>(ns, 1);
  leave_alone(Reason::SegmentsEncrypted);
}

void Stream::leave_alone(Reason rest) {
  state_ = State::kSilent;
  silent_as_ = rest;
}

// The buffered bytes belong to no protocol.
void Stream::drop_classifier() {
  const auto undecided = std::exchange(classifier_, nullptr);
  if (!undecided) return;
  ledger().add(Reason::SegmentsUnrecognised, undecided->held().size());
  for (const protocol::HeldChunk& held : undecided->held())
    has_unreadable_[static_cast<std::size_t>(held.chunk().direction)] |= held.size() > 0;
}

void Stream::count(ChunkResult result, const protocol::Chunk& chunk) {
  const auto own = static_cast<std::size_t>(chunk.direction);
  switch (result) {
    case ChunkResult::Message:
      ledger().add(Reason::SegmentsParsed);
      unknown_chunks_ = 0;
      is_behind_loss_[own] = chunk.missing_bytes > 0;
      return;
    case ChunkResult::Handover: return take_over(chunk);
    case ChunkResult::Resync:
      ledger().add(Reason::SegmentsResync);
      // The rest of that, or of its answer; or of a message that began among what was lost, of any
      // length.
      if (is_behind_loss_[own] || (conversation_ && conversation_->has_open_request())) return;
      break;
    case ChunkResult::Unrecognised: ledger().add(Reason::SegmentsUnrecognised); break;
  }
  if (!chunk.bytes.empty()) count_unknown();
}

// After many chunks that say nothing to the protocol that was found, another one gets its chance,
// once.
void Stream::count_unknown() {
  if (++unknown_chunks_ < (info_.mid_life ? kUnknownChunksMidLife : kUnknownChunks)) return;
  if (!conversation_ || std::exchange(reclassified_, true)) {
    state_ = State::kSilent;
    return;
  }
  ledger().add(Reason::ConnectionsReclassified);
  unknown_chunks_ = 0;
  has_passed_ = true;
  state_ = State::kUnknown;
  conversation_->on_close({.ns = last_ns_, .end = model::ConnectionEnd::kStillOpen}, sink_);
  conversation_.reset();
}

void Stream::end(const protocol::Closing& closing) {
  drop_classifier();
  if (conversation_) conversation_->on_close(closing, sink_);
  conversation_.reset();
}

std::size_t Stream::held_bytes() const {
  std::size_t bytes = conversation_ ? conversation_->held_bytes() : 0;
  if (classifier_) bytes += classifier_->held_bytes();
  bytes += preamble_.held_bytes();
  for (const HeldSegment& held : held_) bytes += sizeof(HeldSegment) + held.bytes.size();
  return bytes;
}

}  // namespace obi::pipeline
