// SPDX-License-Identifier: Apache-2.0
// Pairing by order: each answer belongs to the oldest request that waits (PostgreSQL, MySQL, Redis,
// memcached text).
//
// That is right only while no message is missed. When bytes were lost that may have held requests
// or answers, what waits is abandoned, and on a connection that pipelines nothing is paired until
// everything has been quiet for a while: never a wrong pair. Where pipelining was never seen, the
// client is taken to wait for each answer before it asks again.
//
// Slots are used again, so that a Request's strings keep their memory: a connection in steady state
// allocates nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/release_memory.hpp"
#include "protocol/conversation.hpp"
#include "protocol/unanswered.hpp"

namespace obi::protocol {

/// `Request` is a struct of the protocol's, with a member `RequestIdentity identity`; one that
/// makes no span has `expects_span` false.
template <typename Request>
class InOrder {
 public:
  using Note = SpanSink::Note;
  static constexpr std::size_t kMaxWaiting = 4096;

  /// A slot for a request just seen, which is begun if it `expects_span`. In the slot is whatever
  /// its last user left in it: set every member but `identity`. Null while requests can't be
  /// paired, or when too many wait: then the request is accounted for already (if `expects_span`),
  /// and its answer must be ignored. `goes_with_last`: part of the same operation as the one before
  /// it, so that the two don't make a pipeline.
  Request* push(const RequestOrigin& origin, bool expects_span, SpanSink& sink,
                bool goes_with_last = false) {
    return place(expects_span ? sink.begin(origin) : RequestIdentity{origin, {}}, expects_span,
                 sink, goes_with_last);
  }
  /// The same, of a request that has ids already, and is counted now if it `expects_span`.
  Request* push_begun(const RequestIdentity& begun, bool expects_span, SpanSink& sink,
                      bool goes_with_last = false) {
    if (expects_span) sink.note(Note::RequestSeen);
    return place(begun, expects_span, sink, goes_with_last);
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// It is unknown which request an answer belongs to: answers are ignored.
  [[nodiscard]] bool unsynchronised() const { return unsynchronised_; }
  /// Several requests were seen waiting at once.
  [[nodiscard]] bool pipelines() const { return pipelines_; }
  /// The oldest that waits; not empty().
  [[nodiscard]] Request& front() { return ring_[first_].request; }
  /// The one seen last; not empty().
  [[nodiscard]] Request& back() { return at(count_ - 1).request; }
  /// `i` counts from the oldest.
  [[nodiscard]] Request& operator[](std::size_t i) { return at(i).request; }
  /// The oldest is answered (or needs no answer): its span was emitted, or its loss noted.
  void pop() {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --count_;
    if (count_ == 0 && !pipelines_) unsynchronised_ = false;
  }

  /// Requests or answers may have been missed.
  void lose(SpanSink& sink) {
    abandon(Note::RequestLostResponse, sink);
    unsynchronised_ = pipelines_;
  }
  /// Requests may have been missed, all of them behind those that wait: these are still answered in
  /// order, and what comes later isn't paired; where pipelining was never seen, until all that wait
  /// are answered.
  void lose_newer() { unsynchronised_ = pipelines_ || count_ > 0; }
  /// The client is known to have sent a request before the one before it was answered.
  void note_pipelining() { pipelines_ = true; }
  /// Nothing is under way either way: from here on pairs are right again.
  void settle() { unsynchronised_ = false; }
  /// The connection has ended: `emit_span(request, end_ns, sink)` for each that waits and expects a
  /// span.
  template <typename F>
  void end_all(Unanswered& open, F&& emit_span) {
    for (; count_ > 0; pop()) {
      Slot& slot = ring_[first_];
      if (!slot.expects_span) continue;
      open.end(slot.request.identity.start_ns, 1, [&](std::uint64_t end_ns, SpanSink& sink) {
        emit_span(slot.request, end_ns, sink);
      });
    }
  }
  /// All that wait are abandoned for the reason `why`.
  void abandon(Note why, SpanSink& sink) {
    std::uint64_t expected = 0;
    for (; count_ > 0; pop()) expected += ring_[first_].expects_span ? 1 : 0;
    if (expected > 0) sink.note(why, expected);
  }
  /// What a burst has left.
  void release_idle_memory() {
    if (count_ > 0 || ring_.size() <= kIdleSlots) return;
    base::release_memory(ring_);
    first_ = 0;
  }
  [[nodiscard]] std::size_t held_bytes() const { return ring_.capacity() * sizeof(Slot); }

 private:
  static constexpr std::size_t kIdleSlots = 4;
  struct Slot {
    Request request{};
    bool expects_span = false;
  };
  Request* place(const RequestIdentity& identity, bool expects_span, SpanSink& sink,
                 bool goes_with_last) {
    if (count_ >= kMaxWaiting) {
      if (expects_span) sink.note(Note::RequestOverflow);
      abandon(Note::RequestOverflow, sink);
      unsynchronised_ = true;
      return nullptr;
    }
    if (unsynchronised_) {
      if (expects_span) sink.note(Note::RequestLostResponse);
      return nullptr;
    }
    if (count_ == ring_.size()) grow();
    if (count_ > 0 && !goes_with_last) {
      if (!pipelines_) sink.request_stream();
      pipelines_ = true;
    }
    Slot& slot = at(count_++);
    slot.expects_span = expects_span;
    slot.request.identity = identity;
    return &slot.request;
  }
  Slot& at(std::size_t i) { return ring_[(first_ + i) & (ring_.size() - 1)]; }
  void grow() {
    std::vector<Slot> larger(ring_.empty() ? 1 : 2 * ring_.size());
    for (std::size_t i = 0; i < count_; ++i) larger[i] = std::move(at(i));
    ring_.swap(larger);
    first_ = 0;
  }

  std::vector<Slot> ring_;  // its size is a power of two
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  bool pipelines_ = false;
  bool unsynchronised_ = false;
};

}  // namespace obi::protocol
