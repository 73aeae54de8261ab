// SPDX-License-Identifier: Apache-2.0
#include "protocol/message_conversation.hpp"

#include <algorithm>
#include <utility>

namespace obi::protocol {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kIdleCapacity = 512;  // that a side keeps between messages

}  // namespace

MessageConversation::MessageConversation(const ConversationStart& start, std::size_t kept_bytes)
    : client_direction_(start.client_direction), kept_bytes_(kept_bytes) {
  // In mid-life the first call may go on with a message.
  for (Side& side : sides_) side.lost = start.mid_life;
}

model::Direction MessageConversation::direction_of(PeerRole peer) const {
  return peer == PeerRole::kClient ? client_direction_ : opposite(client_direction_);
}

bool MessageConversation::is_in_message(PeerRole from) const {
  return side_of(from).moved > 0 || side_of(from).to_skip > 0;
}

ChunkResult MessageConversation::on_chunk(const Chunk& chunk, SpanSink& sink) {
  if (left_) return hand_over(chunk.bytes.size());
  const PeerRole from =
      chunk.direction == client_direction_ ? PeerRole::kClient : PeerRole::kServer;
  Side& side = side_of(from);
  moved_ns_ = std::max(moved_ns_, chunk.end_ns);
  context_ = context_of(chunk);
  side.last_ns = chunk.end_ns;
  bool used = false;
  std::span<const std::byte> bytes = chunk.bytes;
  if (side.lost && !bytes.empty() && resumes(from, bytes)) side.lost = false;
  if (side.lost) {
    unread_ns_ = moved_ns_;
    used = drift(from, chunk, sink);
    return used            ? ChunkResult::Message
           : seen_message_ ? ChunkResult::Resync
                           : ChunkResult::Unrecognised;
  }
  if (side.to_skip > 0 && !bytes.empty()) {
    bytes = bytes.subspan(static_cast<std::size_t>(skip(from, bytes.size(), chunk.end_ns, sink)));
    used = true;
  }
  while (!bytes.empty() && !side.lost && !left_) {
    // At least one is used, or the side is lost.
    bytes = bytes.subspan(side.moved == 0 ? begin(from, chunk, bytes, sink)
                                          : go_on(from, chunk, bytes, sink));
    used |= !side.lost;
  }
  if (chunk.missing_bytes > 0 && !left_) {
    used |= is_in_message(from);
    miss(from, chunk, sink);
  }
  if (left_ && !bytes.empty()) return hand_over(bytes.size());
  if (used || left_) return ChunkResult::Message;
  return seen_message_ ? ChunkResult::Resync : ChunkResult::Unrecognised;
}

ChunkResult MessageConversation::hand_over(std::size_t unread) {
  handover_.unread = unread;
  return ChunkResult::Handover;
}

// False: the size is not known (yet), and the side may be lost. `seen`: bytes that were measured.
bool MessageConversation::take_size(PeerRole from, const Size& size, std::size_t seen,
                                    SpanSink& sink) {
  if (size) {
    side_of(from).size = *size;
    return true;
  }
  if (size.error() == ParseError::Unsupported) {
    sink.note(Note::MessageUnsupported);
    leave(sink);
  } else if (size.error() != ParseError::Truncated || seen >= kMaxHeaderBytes) {
    if (seen_message_) sink.note(Note::MessageMalformed);
    lose(from, sink);
  }
  return false;
}

// Most messages come whole: for those nothing is kept, and little done.
std::size_t MessageConversation::begin(PeerRole from, const Chunk& chunk,
                                       std::span<const std::byte> bytes, SpanSink& sink) {
  const Size size = measure(from, bytes);
  if (!size || *size > bytes.size()) return begin_part(from, chunk, bytes, size, sink);
  const auto whole = bytes.first(static_cast<std::size_t>(*size));
  on_part(from, whole, 0, sink);
  seen_message_ = true;
  on_message({.from = from,
              .bytes = whole,
              .size = *size,
              .start_ns = chunk.start_ns,
              .end_ns = chunk.end_ns,
              .task = chunk.task,
              .just_measured = true,
              .context = &context_},
             sink);
  return whole.size();
}

// `size`: of the message, which is longer than `bytes`, or why it isn't known.
std::size_t MessageConversation::begin_part(PeerRole from, const Chunk& chunk,
                                            std::span<const std::byte> bytes, const Size& size,
                                            SpanSink& sink) {
  Side& side = side_of(from);
  side.start_ns = chunk.start_ns;
  side.task = chunk.task;
  side.context = std::exchange(context_, std::nullopt);
  if (take_size(from, size, bytes.size(), sink)) on_part(from, bytes, 0, sink);
  if (side.lost || left_) return bytes.size();
  const std::size_t wanted = side.size == 0 ? bytes.size() : std::min(bytes.size(), kept_bytes_);
  side.kept.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(wanted));
  side.moved = bytes.size();
  return bytes.size();
}

std::size_t MessageConversation::go_on(PeerRole from, const Chunk& chunk,
                                       std::span<const std::byte> bytes, SpanSink& sink) {
  Side& side = side_of(from);
  std::size_t shown = 0;  // of `bytes`
  if (side.size == 0) {
    // All of it was kept so far. What is added is taken back once the size is known.
    const std::size_t before = side.kept.size();
    const std::size_t room = std::min(bytes.size(), kMaxHeaderBytes - before);
    side.kept.insert(side.kept.end(), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(room));
    if (!take_size(from, measure(from, side.kept), side.kept.size(), sink)) {
      if (!side.lost) side.moved += room;
      return room;
    }
    shown = static_cast<std::size_t>(std::min<std::uint64_t>(room, side.size - before));
    on_part(from, std::span(side.kept).first(before + shown), 0, sink);
    side.kept.resize(before);
  }
  const std::size_t taken = std::min<std::uint64_t>(bytes.size(), side.size - side.moved);
  if (taken > shown) on_part(from, bytes.subspan(shown, taken - shown), 0, sink);
  if (side.kept.size() == side.moved && side.kept.size() < kept_bytes_) {
    const std::size_t more = std::min(taken, kept_bytes_ - side.kept.size());
    side.kept.insert(side.kept.end(), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(more));
  }
  side.moved += taken;
  if (side.moved == side.size) end_message(from, side.kept, chunk.end_ns, sink);
  return taken;
}

void MessageConversation::end_message(PeerRole from, std::span<const std::byte> bytes,
                                      std::uint64_t end_ns, SpanSink& sink) {
  Side& side = side_of(from);
  seen_message_ = true;
  const Message message{.from = from,
                        .bytes = bytes,
                        .size = side.size,
                        .start_ns = side.start_ns,
                        .end_ns = end_ns,
                        .task = side.task,
                        .context = &side.context};
  side.moved = side.size = 0;
  on_message(message, sink);
  side.kept.clear();
  if (side.kept.capacity() > kIdleCapacity) side.kept.shrink_to_fit();
}

// Returns how many of the `count` bytes belong to the run.
std::uint64_t MessageConversation::skip(PeerRole from, std::uint64_t count, std::uint64_t end_ns,
                                        SpanSink& sink) {
  Side& side = side_of(from);
  const std::uint64_t skipped = std::min(side.to_skip, count);
  side.to_skip -= skipped;
  if (skipped > 0 && side.to_skip == 0) on_run_end(from, end_ns, sink);
  return skipped;
}

// `missing` bytes moved that were not captured. Returns how many of them are behind all that is
// known.
std::uint64_t MessageConversation::pass_over(PeerRole from, std::uint64_t missing,
                                             std::uint64_t end_ns, SpanSink& sink) {
  Side& side = side_of(from);
  missing -= skip(from, missing, end_ns, sink);
  if (side.size > 0) {
    const std::uint64_t rest = std::min(side.size - side.moved, missing);
    on_part(from, {}, rest, sink);
    side.moved += rest;
    missing -= rest;
    if (side.moved == side.size) end_message(from, side.kept, end_ns, sink);
  }
  if (missing == 0 || left_) return 0;
  // The start of a header goes with what is missing behind it.
  const auto rest = run_behind_missing(from, missing + side.moved, end_ns, sink);
  if (!rest) return missing;
  side.kept.clear();
  side.moved = 0;
  side.to_skip = *rest;
  return 0;
}

// The bytes behind the captured ones.
void MessageConversation::miss(PeerRole from, const Chunk& chunk, SpanSink& sink) {
  Side& side = side_of(from);
  if (side.lost) return;
  const std::uint64_t missing = pass_over(from, chunk.missing_bytes, chunk.end_ns, sink);
  if (missing == 0) return;
  if (on_missing(from, missing + side.moved, chunk.tail, chunk.end_ns, sink)) {
    side.kept.clear();
    side.moved = 0;
    return;
  }
  lose(from, sink);
  side.set_tail(chunk.tail);
}

// True: the side can be followed again behind the chunk.
bool MessageConversation::drift(PeerRole from, const Chunk& chunk, SpanSink& sink) {
  Side& side = side_of(from);
  const std::uint64_t count = chunk.bytes.size() + chunk.missing_bytes;
  chunk.missing_bytes > 0 ? side.set_tail(chunk.tail) : side.add_tail(chunk.bytes);
  if (!ends_loss(from, count, side.known_tail(), chunk.end_ns, sink)) return false;
  side.lost = false;
  return true;
}

void MessageConversation::Side::set_tail(std::span<const std::byte> last) {
  last = last.last(std::min(last.size(), tail.size()));
  std::ranges::copy(last, tail.begin());
  tail_bytes = static_cast<std::uint8_t>(last.size());
}

void MessageConversation::Side::add_tail(std::span<const std::byte> more) {
  if (more.size() >= tail.size()) return set_tail(more);
  const std::size_t older = std::min<std::size_t>(tail_bytes, tail.size() - more.size());
  std::ranges::copy(known_tail().last(older), tail.begin());
  std::ranges::copy(more, tail.begin() + static_cast<std::ptrdiff_t>(older));
  tail_bytes = static_cast<std::uint8_t>(older + more.size());
}

void MessageConversation::on_gap(model::Direction direction, std::uint64_t missing,
                                 SpanSink& sink) {
  if (left_) return;
  const PeerRole from = direction == client_direction_ ? PeerRole::kClient : PeerRole::kServer;
  Side& side = side_of(from);
  side.tail_bytes = 0;
  if (side.lost) unread_ns_ = moved_ns_;
  if (side.lost) return;
  if (missing == 0 || pass_over(from, missing, side.last_ns, sink) > 0) lose(from, sink);
}

void MessageConversation::lose(PeerRole from, SpanSink& sink) {
  Side& side = side_of(from);
  side.kept.clear();
  side.moved = side.size = side.to_skip = 0;
  side.tail_bytes = 0;
  side.lost = true;
  unread_ns_ = moved_ns_;
  on_lost(from, sink);
}

bool MessageConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const Size size = measure(from, bytes);
  return size && *size <= bytes.size();
}

void MessageConversation::leave(SpanSink& sink, const ProtocolRow& next) {
  handover_.row = &next;
  leave(sink, Handover::To::kProtocol);
}

void MessageConversation::leave(SpanSink& sink, Handover::To to) {
  left_ = true;
  handover_.to = to;
  abandon(Note::RequestUpgraded, moved_ns_, sink);
}

void MessageConversation::on_close(const Closing& closing, SpanSink& sink) {
  if (left_) return;
  if (closing.is_forgotten()) return abandon(Note::RequestOpen, closing.ns, sink);
  Unanswered open(closing, is_client(), unread_ns_, sink);
  on_unanswered(open, sink);
  abandon(Note::RequestNoResponse, closing.ns, sink);
}

void MessageConversation::on_tick(std::uint64_t now_ns, SpanSink& sink) {
  if (!left_) on_time(now_ns, now_ns > moved_ns_ + kQuietNs, sink);
}

std::size_t MessageConversation::held_bytes() const {
  return sizeof(*this) + sides_[0].kept.capacity() + sides_[1].kept.capacity() + state_bytes();
}

}  // namespace obi::protocol
