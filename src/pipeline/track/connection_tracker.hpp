// SPDX-License-Identifier: Apache-2.0
// From captured segments to spans: the table of connections, the conversations on them, and the
// batches their spans are collected in. First step of the pipeline, on the capture thread; not
// thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "model/batch_ref.hpp"
#include "model/id_source.hpp"
#include "model/ledger.hpp"
#include "model/memory_account.hpp"
#include "model/segment.hpp"
#include "pipeline/track/connection.hpp"
#include "protocol/http1/methods.hpp"
#include "protocol/kafka/topic_names.hpp"

namespace obi::pipeline {

struct ConnectionTrackerOptions {
  std::size_t max_connections =
      20'000;  ///< beyond it the one that was quiet for longest is forgotten, and counted
  std::size_t batch_length = 100;                         ///< spans per batch
  std::chrono::nanoseconds batch_timeout{1'000'000'000};  ///< an incomplete batch leaves after this
  protocol::ConversationOptions conversations;
  model::MemoryAccount* memory = nullptr;
  std::int64_t wall_offset_ns = 0;  ///< for the batches
  std::uint64_t id_seed = 0;        ///< of trace and span ids, see model::IdSource
};

class ConnectionTracker {
 public:
  using Emit = std::function<void(model::BatchRef&&)>;
  using SetMode = std::function<void(std::uint64_t connection_id, model::CaptureMode mode)>;
  ConnectionTracker(const ConnectionTrackerOptions& options, model::Ledger& ledger,
                    model::BatchPool& pool, Emit emit, SetMode set_mode);
  ~ConnectionTracker();

  void on_opened(const model::ConnectionOpened& opened);
  void on_segment(const model::Segment& segment);
  void on_closed(const model::ConnectionClosed& closed);
  /// A span of its own: no byte moved.
  void on_connect_failed(const model::ConnectFailed& failed);
  /// Call at least every 100 ms, with CLOCK_MONOTONIC: batch time-out, late segments, old requests.
  void on_tick(std::uint64_t now_ns);
  /// Accounts for what connections hold, and gives back what is above its share of memory: first
  /// what the quietest keep (heads without end, segments that wait; they stay in the table, and go
  /// on with their next message), then the quietest themselves. on_tick does so once a second.
  void give_way();
  /// Nothing more comes: counts what is still open and hands out the last batch.
  void finish(std::uint64_t now_ns);
  void set_wall_offset_ns(std::int64_t offset) { options_.wall_offset_ns = offset; }
  [[nodiscard]] std::size_t connection_count() const { return connections_.size(); }

 private:
  class Sink;
  struct Entry {
    Connection connection;
    std::list<std::uint64_t>::iterator age;  // its place in by_age_
  };
  // With its places in the table and in the list of ages, and what the allocator adds.
  static constexpr std::size_t kConnectionBytes = sizeof(Entry) + 128;
  ConnectionContext context();
  void touch(Entry& entry);
  void make_room();
  /// Lets go of a connection that goes on; the entry then only waits to be erased.
  void forget(Entry& entry);
  void silence(std::uint64_t id);
  void forget_datagrams(std::uint64_t now_ns);
  void account();
  void shed(std::size_t bytes);
  void forget_quietest();
  void flush_if_full();
  void flush();

  ConnectionTrackerOptions options_;
  model::Ledger& ledger_;
  model::BatchPool& pool_;
  Emit emit_;
  SetMode set_mode_;
  std::unique_ptr<Sink> sink_;
  protocol::kafka::TopicNames kafka_names_;
  protocol::http1::Methods http_methods_;
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Entry>> connections_;
  std::list<std::uint64_t> by_age_;  // ids, the quietest first
  model::IdSource ids_;
  model::BatchRef batch_;
  std::uint64_t batch_since_ns_ = 0;
  std::uint64_t next_sweep_ns_ = 0;
  model::MemoryEntry connections_memory_;
  model::MemoryEntry held_memory_;
  model::MemoryEntry names_memory_;
};

}  // namespace obi::pipeline
