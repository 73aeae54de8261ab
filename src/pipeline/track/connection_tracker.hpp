// SPDX-License-Identifier: Apache-2.0
// From captured segments to spans: the table of connections, whose conversations feed the span
// batcher. First step of the pipeline, on the capture thread; not thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <list>
#include <memory>

#include "model/ledger.hpp"
#include "model/memory_account.hpp"
#include "model/segment.hpp"
#include "pipeline/batch/span_batcher.hpp"
#include "pipeline/track/connection.hpp"
#include "protocol/protocols.hpp"

namespace obi::pipeline {

struct ConnectionTrackerOptions {
  std::size_t max_connections =
      20'000;  ///< beyond it the one that was quiet for longest is forgotten, and counted
  protocol::ProtocolOptions protocols;
  model::MemoryAccount* memory = nullptr;
};

class ConnectionTracker {
 public:
  /// `batcher` outlives the tracker.
  ConnectionTracker(const ConnectionTrackerOptions& options, SpanBatcher& batcher, SetMode set_mode,
                    TlsUnseen tls_unseen = {});

  void on_opened(const model::ConnectionOpened& opened);
  void on_segment(const model::Segment& segment);
  void on_closed(const model::ConnectionClosed& closed);
  /// Call at least every 100 ms, with CLOCK_MONOTONIC: late segments, old requests.
  void on_tick(std::uint64_t now_ns);
  /// Accounts for what connections hold, and gives back what is above its share of memory: first
  /// what the quietest keep (heads without end, segments that wait; they stay in the table, and go
  /// on with their next message), then the quietest themselves. on_tick does so once a second.
  void give_way();
  /// Nothing more comes: counts what is still open.
  void finish(std::uint64_t now_ns);
  [[nodiscard]] std::size_t connection_count() const { return connections_.size(); }

 private:
  struct Entry {
    Entry(const TrackContext& context, const model::ConnectionOpened& opened)
        : connection(context, opened) {}
    Connection connection;
    std::list<std::uint64_t>::iterator age;  // its place in by_age_
  };
  // With its places in the table and in the list of ages, and what the allocator adds.
  static constexpr std::size_t kConnectionBytes = sizeof(Entry) + 128;
  void touch(Entry& entry);
  void make_room();
  /// Lets go of a connection that goes on; the entry then only waits to be erased.
  void forget(Entry& entry);
  void forget_datagrams(std::uint64_t now_ns);
  void account();
  void shed(std::size_t bytes);
  void forget_quietest();

  ConnectionTrackerOptions options_;
  model::Ledger& ledger_;
  SpanBatcher& batcher_;
  protocol::Protocols protocols_;
  TrackContext context_;
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Entry>> connections_;
  std::list<std::uint64_t> by_age_;  // ids, the quietest first
  std::uint64_t next_sweep_ns_ = 0;
  model::MemoryEntry connections_memory_;
  model::MemoryEntry held_memory_;
  model::MemoryEntry names_memory_;
};

}  // namespace obi::pipeline
