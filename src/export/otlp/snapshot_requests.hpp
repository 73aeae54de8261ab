// SPDX-License-Identifier: Apache-2.0
// The requests that a snapshot of metrics is sent in: it is delivered when all of them are, and
// lost when one is. Tells the account of it. Thread-safe: `on_end` is called by the sender.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>

#include "export/delivery_account.hpp"

namespace obi::exporting {

class SnapshotRequests {
 public:
  /// The ticket of a request that no snapshot of spans has.
  static constexpr std::uint64_t kOfNoSpans = 0;

  /// The account must outlive this.
  explicit SnapshotRequests(DeliveryAccount& account) : account_(account) {}

  /// A snapshot begins: what `DeliveryAccount::begin_snapshot` returned.
  void begin(std::uint64_t snapshot) {
    const std::lock_guard lock(mutex_);
    snapshots_[++last_] = {.spans = snapshot};
  }
  /// Another request of it; returns its ticket, for `on_end`.
  std::uint64_t add() {
    const std::lock_guard lock(mutex_);
    ++snapshots_[last_].pending;
    ++snapshots_[last_].requests;
    return last_;
  }
  /// It has no further requests. Without any, its spans were read with the snapshot before, or
  /// no receiver has them: as that one went.
  void finish() {
    const std::lock_guard lock(mutex_);
    Snapshot& snapshot = snapshots_[last_];
    snapshot.is_whole = true;
    if (snapshot.requests == 0) snapshot.is_lost = !last_arrived_;
    settle(last_);
  }
  void on_end(std::uint64_t ticket, bool delivered) {
    if (ticket == kOfNoSpans) return;
    const std::lock_guard lock(mutex_);
    Snapshot& snapshot = snapshots_[ticket];
    --snapshot.pending;
    snapshot.is_lost |= !delivered;
    settle(ticket);
  }

 private:
  struct Snapshot {
    std::uint64_t spans = 0;
    std::uint64_t requests = 0;
    std::uint64_t pending = 0;
    bool is_whole = false;
    bool is_lost = false;
  };
  void settle(std::uint64_t ticket) {
    const auto found = snapshots_.find(ticket);
    if (!found->second.is_whole || found->second.pending > 0) return;
    const std::uint64_t spans = found->second.spans;
    last_arrived_ = !found->second.is_lost;
    found->second.is_lost ? account_.on_lost(spans) : account_.on_delivered(spans);
    snapshots_.erase(found);
  }

  DeliveryAccount& account_;
  std::mutex mutex_;
  std::map<std::uint64_t, Snapshot> snapshots_;  // of which requests are out
  std::uint64_t last_ = 0;
  bool last_arrived_ = false;
};

}  // namespace obi::exporting
