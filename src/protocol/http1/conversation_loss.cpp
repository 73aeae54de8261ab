// SPDX-License-Identifier: Apache-2.0
// The part of Http1Conversation that goes on when bytes were not seen or are no message: what can
// still be reported, what is abandoned, and where to begin again.
#include <utility>

#include "base/release_memory.hpp"
#include "protocol/http1/conversation.hpp"

namespace obi::protocol::http1 {

namespace {
using Note = SpanSink::Note;
}

void Http1Conversation::on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) {
  if (upgraded_) return;
  Side& side = side_of(direction);
  if (!may_carry_requests(side)) exchanges_.excuse_order();
  if (missing == 0 && side.phase == Phase::kBody) {
    side.body.lose();
    if (side.body.is_lost()) check_lost_body(side, {}, sink);
    return;
  }
  Chunk gap;
  gap.missing_bytes = missing;
  miss(side, gap, sink);
}

// Bytes moved that were not captured, behind those that were.
void Http1Conversation::miss(Side& side, const Chunk& chunk, SpanSink& sink) {
  switch (side.phase) {
    case Phase::kHead:
    case Phase::kLongHead: cut_head(side, text_of(chunk.tail), sink); return;
    case Phase::kStart:
    case Phase::kResync: lose_messages(side, sink); return;
    case Phase::kBody: break;
  }
  const std::uint64_t taken = side.body.skip(chunk.missing_bytes);
  if (side.body.is_done()) {
    end_message(side, false, sink);
    if (taken < chunk.missing_bytes) lose_messages(side, sink);
  } else if (side.body.is_lost()) {
    check_lost_body(side, text_of(chunk.tail), sink);
  }
}

// What is known of the head must do. Where it ended is unknown, and so is where its body ends.
void Http1Conversation::cut_head(Side& side, std::string_view tail, SpanSink& sink,
                                 bool was_answered) {
  sink.note(Note::HeadTruncated);
  const std::string head = std::exchange(side.head, {});
  if (!begin_cut_message(side, head, sink)) {
    was_answered ? skip_garbage(side, sink) : lose_messages(side, sink);
    return;
  }
  if (upgraded_) return;
  if (side.phase == Phase::kBody) {
    side.body.lose();
    if (side.body.is_lost()) check_lost_body(side, tail, sink);
  } else if (may_carry_requests(side)) {
    side.phase = Phase::kBody;
    side.body.begin(Framing::kUnknown);
  } else {
    lose_messages(side, sink);
  }
}

// A body whose framing is lost: did it end with these bytes of a call? If other responses are due,
// the end can't be left to guessing.
void Http1Conversation::check_lost_body(Side& side, std::string_view last_bytes, SpanSink& sink) {
  exchanges_.miss_end(sink);
  if (side.body.is_lost_end(last_bytes)) {
    end_message(side, false, sink);
  } else if (!may_carry_requests(side) &&
             (exchanges_.others_wait() || is_in_head(other_side(side)))) {
    end_message(side, false, sink);
    lose_messages(side, sink);
  }
}

// Bytes of the direction were not seen, or broke the rules: there may have been messages in them.
void Http1Conversation::lose_messages(Side& side, SpanSink& sink) {
  resync(side);
  side.end_was_guessed = false;
  if (request_direction_ && may_carry_requests(side)) {
    end_lost_response(other_side(side), sink);
    exchanges_.miss_requests(sink);
    return;
  }
  // The rest of a head may have been missed too, and then its response is among what was.
  if (is_in_head(other_side(side))) cut_head(other_side(side), {}, sink);
  exchanges_.miss_responses(sink);
}

// Bytes of the direction were seen, and are no message.
void Http1Conversation::skip_garbage(Side& side, SpanSink& sink) {
  const bool where_one_is_due = side.phase != Phase::kResync;
  resync(side);
  if (!request_direction_) {
    side.was_unreadable |= where_one_is_due;
    return;
  }
  if (may_carry_requests(side)) {
    end_lost_response(other_side(side), sink);
    exchanges_.miss_requests(sink);
    if (where_one_is_due) exchanges_.see_unreadable_request();
  } else if (std::exchange(side.end_was_guessed, false)) {
    exchanges_.miss_responses(sink);
    exchanges_.lose_synchronisation(sink);
  } else {
    exchanges_.question_response(sink);
  }
}

// The client goes on: it has seen the end of the response that we have lost sight of.
void Http1Conversation::end_lost_response(Side& answers, SpanSink& sink) {
  if (answers.phase != Phase::kBody || !answers.body.is_lost()) return;
  end_message(answers, false, sink);
  answers.end_was_guessed = true;
}

void Http1Conversation::resync(Side& side) {
  side.phase = Phase::kResync;
  base::release_memory(side.head);
}

}  // namespace obi::protocol::http1
