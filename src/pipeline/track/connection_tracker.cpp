// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection_tracker.hpp"

#include <utility>

namespace obi::pipeline {
namespace {
using model::Reason;
constexpr std::uint64_t kSweepNs = 1'000'000'000;  // sweep interval
}  // namespace

ConnectionTracker::ConnectionTracker(const ConnectionTrackerOptions& options, SpanBatcher& batcher,
                                     SetMode set_mode, TlsUnseen tls_unseen)
    : options_(options),
      ledger_(batcher.ledger()),
      batcher_(batcher),
      protocols_(options.protocols),
      context_{.batcher = batcher,
               .protocols = protocols_,
               .set_mode = std::move(set_mode),
               .tls_unseen = std::move(tls_unseen)},
      connections_memory_(options.memory, model::MemoryHolder::Connections),
      held_memory_(options.memory, model::MemoryHolder::HeldBytes),
      names_memory_(options.memory, model::MemoryHolder::NameCaches) {}

void ConnectionTracker::on_opened(const model::ConnectionOpened& opened) {
  if (connections_.contains(opened.id)) return;  // datagrams after a pause
  ledger_.add(Reason::ConnectionsOpened);
  make_room();
  auto entry = std::make_unique<Entry>(context_, opened);
  entry->age = by_age_.insert(by_age_.end(), opened.id);
  connections_.emplace(opened.id, std::move(entry));
}

void ConnectionTracker::make_room() {
  if (connections_.size() >= options_.max_connections && !by_age_.empty()) forget_quietest();
}

void ConnectionTracker::forget_quietest() {
  ledger_.add(Reason::ConnectionsEvicted);
  const auto oldest = connections_.find(by_age_.front());
  forget(*oldest->second);
  connections_.erase(oldest);
}

void ConnectionTracker::forget(Entry& entry) {
  entry.connection.forget(entry.connection.last_ns());
  entry.connection.count_unseen_tls();
  by_age_.erase(entry.age);
}

void ConnectionTracker::touch(Entry& entry) { by_age_.splice(by_age_.end(), by_age_, entry.age); }

void ConnectionTracker::on_segment(const model::Segment& segment) {
  ledger_.add(Reason::SegmentsSeen);
  const auto found = connections_.find(segment.connection_id);
  if (found == connections_.end()) {
    ledger_.add(Reason::SegmentsOrphaned);
    return;
  }
  Entry& entry = *found->second;
  touch(entry);
  entry.connection.on_segment(segment);
  batcher_.flush_if_full();
}

void ConnectionTracker::on_closed(const model::ConnectionClosed& closed) {
  ledger_.add(Reason::ConnectionsClosed);
  const auto found = connections_.find(closed.id);
  if (found == connections_.end()) return;
  found->second->connection.on_close(closed);
  by_age_.erase(found->second->age);
  connections_.erase(found);
  batcher_.flush_if_full();
}

void ConnectionTracker::on_tick(std::uint64_t now_ns) {
  const bool sweep = now_ns >= next_sweep_ns_;
  if (sweep) next_sweep_ns_ = now_ns + kSweepNs;
  for (auto& [id, entry] : connections_) {
    if (!sweep && !entry->connection.has_held()) continue;
    entry->connection.on_tick(now_ns);
  }
  if (sweep) forget_datagrams(now_ns);
  if (sweep) give_way();
}

void ConnectionTracker::forget_datagrams(std::uint64_t now_ns) {
  absl::erase_if(connections_, [&](const auto& item) {
    Entry& entry = *item.second;
    if (!entry.connection.is_over(now_ns)) return false;
    ledger_.add(Reason::ConnectionsClosed);
    forget(entry);
    return true;
  });
}

void ConnectionTracker::account() {
  std::size_t held = 0;
  for (const auto& [id, entry] : connections_) held += entry->connection.held_bytes();
  held_memory_.set(held);
  connections_memory_.set(connections_.size() * kConnectionBytes);
  names_memory_.set(protocols_.held_bytes());
}

void ConnectionTracker::give_way() {
  account();
  if (const std::size_t bytes = held_memory_.excess(); bytes > 0) {
    shed(bytes);
    account();
  }
  while (!by_age_.empty() && connections_memory_.excess() > 0) {
    forget_quietest();
    connections_memory_.remove(kConnectionBytes);
    connections_memory_.count_given_back(kConnectionBytes);
  }
}

void ConnectionTracker::shed(std::size_t bytes) {
  std::size_t freed = 0;
  for (const std::uint64_t id : by_age_) {
    if (freed >= bytes) break;
    Connection& connection = connections_.find(id)->second->connection;
    const std::size_t held = connection.held_bytes();
    if (held == 0) continue;
    ledger_.add(Reason::ConnectionsShed);
    connection.forget(connection.last_ns());
    freed += held;
  }
  held_memory_.count_given_back(freed);
}

void ConnectionTracker::finish(std::uint64_t now_ns) {
  for (auto& [id, entry] : connections_) {
    entry->connection.forget(now_ns);
    entry->connection.count_unseen_tls();
  }
  connections_.clear();
  by_age_.clear();
}

}  // namespace obi::pipeline
