// SPDX-License-Identifier: Apache-2.0
// Pairing by id: each answer names its request (Kafka's correlation id, MongoDB's responseTo, ONC
// RPC's xid, DNS's id). Lost bytes cost only the messages that were in them: a request whose answer
// was among those is abandoned when it has waited for long.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocol/conversation.hpp"
#include "protocol/unanswered.hpp"

namespace obi::protocol {

/// `Request` is a struct of the protocol's, with a member `RequestIdentity identity`.
template <typename Key, typename Request>
class ById {
 public:
  using Note = SpanSink::Note;

  explicit ById(std::size_t max_waiting = 4096) : max_waiting_(max_waiting) {}

  /// `spans`: how many operations the request holds; if any, it is begun. A request with an id that
  /// waits already takes its place, and the older one is abandoned. Its `identity` is set. Null:
  /// too many wait; it is accounted for.
  Request* push(const Key& key, const RequestOrigin& origin, std::uint32_t spans, SpanSink& sink) {
    const RequestIdentity identity =
        spans > 0 ? sink.begin(origin, spans) : RequestIdentity{origin, {}};
    if (waiting_.size() >= max_waiting_ && !waiting_.contains(key)) {
      note_spans(Note::RequestOverflow, spans, sink);
      return nullptr;
    }
    const auto [at, is_new] = waiting_.try_emplace(key);
    if (!is_new) {
      note_spans(Note::RequestLostResponse, at->second.spans, sink);
      at->second = {};
    }
    at->second.spans = spans;
    at->second.request.identity = identity;
    return &at->second.request;
  }
  /// The request that waits under the key, if any; null else. Valid until the next push or take.
  Request* find(const Key& key) {
    const auto found = waiting_.find(key);
    return found == waiting_.end() ? nullptr : &found->second.request;
  }
  /// … which is then no longer waited for: emit its spans, or note its loss. Nullopt: none waits
  /// under that key.
  std::optional<Request> take(const Key& key) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end()) return std::nullopt;
    std::optional<Request> taken(std::move(found->second.request));
    waiting_.erase(found);
    return taken;
  }
  /// … of which all spans were emitted from where it is.
  void remove(const Key& key) { waiting_.erase(key); }
  /// What waits under `from` waits under `to` from now on, for an answer in several parts of which
  /// each names the one before; what waited there is abandoned. False: none waits under `from`.
  bool rename(const Key& from, const Key& to, SpanSink& sink) {
    auto node = waiting_.extract(from);
    if (node.empty()) return false;
    const auto known = waiting_.find(to);
    if (known != waiting_.end()) {
      note_spans(Note::RequestLostResponse, known->second.spans, sink);
      waiting_.erase(known);
    }
    node.key() = to;
    waiting_.insert(std::move(node));
    return true;
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  /// The connection has ended: `emit_spans(request, end_ns, sink)` for each that waits and holds
  /// operations, which makes a span of each of them.
  template <typename F>
  void end_all(Unanswered& open, F&& emit_spans) {
    for (auto& [key, entry] : waiting_) {
      if (entry.spans == 0) continue;
      open.end(
          entry.request.identity.start_ns, entry.spans,
          [&](std::uint64_t end_ns, SpanSink& sink) { emit_spans(entry.request, end_ns, sink); });
    }
    waiting_.clear();
  }
  void abandon(Note why, SpanSink& sink) {
    for (const auto& [key, entry] : waiting_) note_spans(why, entry.spans, sink);
    waiting_.clear();
  }
  /// Those that began before `ns`; `on_each` is called with each first.
  template <typename F>
  void abandon_before(std::uint64_t ns, Note why, SpanSink& sink, F&& on_each) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto entry = at++;
      if (entry->second.request.identity.start_ns >= ns) continue;
      on_each(entry->second.request);
      note_spans(why, entry->second.spans, sink);
      waiting_.erase(entry);
    }
  }
  void abandon_before(std::uint64_t ns, Note why, SpanSink& sink) {
    abandon_before(ns, why, sink, [](const Request&) {});
  }
  /// Takes those that began before `ns`: `on_each` makes their spans.
  template <typename F>
  void take_before(std::uint64_t ns, F&& on_each) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto entry = at++;
      if (entry->second.request.identity.start_ns >= ns) continue;
      on_each(entry->second.request);
      waiting_.erase(entry);
    }
  }
  [[nodiscard]] std::size_t held_bytes() const {
    return waiting_.capacity() * (sizeof(std::pair<Key, Entry>) + 1);
  }

 private:
  struct Entry {
    Request request;
    std::uint32_t spans = 0;
  };
  static void note_spans(Note why, std::uint32_t spans, SpanSink& sink) {
    if (spans > 0) sink.note(why, spans);
  }

  std::size_t max_waiting_;
  absl::flat_hash_map<Key, Entry> waiting_;
};

}  // namespace obi::protocol
