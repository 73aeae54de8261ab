// SPDX-License-Identifier: Apache-2.0
// Which service each instrumented process is. Written by discovery, read by the pipeline for every
// span.
// Thread-safe, except that the listener is set before anything else happens. Bounded: by what the
// kernel's table of traced processes takes, and by kMaxEnded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/service.hpp"

namespace obi::discover {

class ProcessDirectory {
 public:
  /// How long a process that ended is still found, since its last spans come later than its end.
  static constexpr std::uint64_t kGraceNs = 60'000'000'000;
  static constexpr std::size_t kMaxEnded = 8192;

  /// Called with the service and whether it is new or has no process any more; outside the lock, on
  /// the thread that made the change.
  using Listener = std::function<void(const model::ServiceRef& service, bool added)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }

  void put(std::uint32_t pid, model::ServiceRef service);
  /// A child that runs its parent's program belongs to the parent's service, as an instance of its
  /// own. Nothing happens if the parent is unknown.
  void inherit(std::uint32_t child, std::uint32_t parent);
  /// `now_ns`: CLOCK_MONOTONIC.
  void end(std::uint32_t pid, std::uint64_t now_ns);
  /// Forgets processes whose grace is over.
  void expire(std::uint64_t now_ns);

  /// Null if the process is not instrumented.
  [[nodiscard]] model::ServiceRef find(std::uint32_t pid) const;
  [[nodiscard]] bool is_alive(std::uint32_t pid) const;
  [[nodiscard]] std::size_t alive_count() const;
  /// Services of the living processes.
  [[nodiscard]] std::vector<model::ServiceRef> alive() const;

 private:
  struct Entry {
    model::ServiceRef service;
    std::uint64_t ended_ns = 0;  // 0 = alive
  };
  void forget_oldest_ended();

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint32_t, Entry> entries_;
  /// When each process ended, the longest ended first. An entry that doesn't fit `entries_` any
  /// more is stale: the number is in use again.
  std::deque<std::pair<std::uint64_t, std::uint32_t>> ended_;
  Listener listener_;
};

}  // namespace obi::discover
