// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection_tracker.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace obi::pipeline {
namespace {
using model::Reason;
constexpr std::uint64_t kSweepNs = 1'000'000'000;  // sweep interval
}  // namespace

/// Where the conversations put their spans; has the connection whose turn it is.
class ConnectionTracker::Sink final : public protocol::SpanSink {
 public:
  explicit Sink(ConnectionTracker& owner) : owner_(owner) {}

  void set_current(const model::ConnectionOpened* info) { info_ = info; }

  protocol::RequestIdentity begin(const protocol::RequestOrigin& origin,
                                  std::uint64_t count) override {
    if (count > 0) owner_.ledger_.add(Reason::RequestsSeen, count);
    return protocol::identify(origin, owner_.ids_);
  }

  model::Span& add_span(model::EventType type) override {
    owner_.ledger_.add(Reason::SpansMade);
    owner_.flush_if_full();
    model::Span& span = batch().spans.emplace_back();
    span.type = type;
    const bool client = span.is_client();
    span.client = client ? info_->local : info_->remote;
    span.server = client ? info_->remote : info_->local;
    return span;
  }

  base::Arena& arena() override { return batch().arena; }

  void note(Note what, std::uint64_t count) override {
    static constexpr std::array kReasonOf = {
        Reason::RequestsSeen,      Reason::RequestsNoResponse,  Reason::RequestsLostResponse,
        Reason::RequestsUpgraded,  Reason::RequestsOverflow,    Reason::RequestsOpen,
        Reason::HeadsTruncated,    Reason::HeadsMalformed,      Reason::ResponsesUnpaired,
        Reason::MessagesMalformed, Reason::MessagesUnsupported, Reason::StatementsUnknown,
        Reason::RequestsUnreadable};
    static_assert(kReasonOf.size() == static_cast<std::size_t>(Note::RequestUnreadable) + 1);
    owner_.ledger_.add(kReasonOf[static_cast<std::size_t>(what)], count);
  }

  void request_stream() override { owner_.set_mode_(info_->id, model::CaptureMode::kStream); }

 private:
  model::SpanBatch& batch() {
    if (!owner_.batch_) {
      owner_.batch_ = owner_.pool_.take();
      owner_.batch_.writable().wall_offset_ns = owner_.options_.wall_offset_ns;
      owner_.batch_since_ns_ = 0;
    }
    return owner_.batch_.writable();
  }

  ConnectionTracker& owner_;
  const model::ConnectionOpened* info_ = nullptr;
};

ConnectionTracker::ConnectionTracker(const ConnectionTrackerOptions& options, model::Ledger& ledger,
                                     model::BatchPool& pool, Emit emit, SetMode set_mode)
    : options_(options),
      ledger_(ledger),
      pool_(pool),
      emit_(std::move(emit)),
      set_mode_(std::move(set_mode)),
      sink_(std::make_unique<Sink>(*this)),
      kafka_names_(options.conversations.kafka_topics),
      http_methods_(options.conversations.http_known_methods),
      ids_(options.id_seed),
      connections_memory_(options.memory, model::MemoryHolder::Connections),
      held_memory_(options.memory, model::MemoryHolder::HeldBytes),
      names_memory_(options.memory, model::MemoryHolder::NameCaches) {
  options_.conversations.kafka_names = &kafka_names_;
  options_.conversations.http_methods = &http_methods_;
}

ConnectionTracker::~ConnectionTracker() = default;

ConnectionContext ConnectionTracker::context() {
  return {.ledger = ledger_, .sink = *sink_, .options = options_.conversations};
}

void ConnectionTracker::on_opened(const model::ConnectionOpened& opened) {
  if (connections_.contains(opened.id)) return;  // datagrams after a pause
  ledger_.add(Reason::ConnectionsOpened);
  make_room();
  auto entry =
      std::make_unique<Entry>(Entry{.connection = Connection(opened), .age = by_age_.end()});
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
  sink_->set_current(&entry.connection.info());
  entry.connection.forget(entry.connection.last_ns, context());
  by_age_.erase(entry.age);
}

void ConnectionTracker::touch(Entry& entry) { by_age_.splice(by_age_.end(), by_age_, entry.age); }

void ConnectionTracker::silence(std::uint64_t id) {
  ledger_.add(Reason::ConnectionsSilenced);
  set_mode_(id, model::CaptureMode::kSilent);
}

void ConnectionTracker::on_segment(const model::Segment& segment) {
  ledger_.add(Reason::SegmentsSeen);
  const auto found = connections_.find(segment.connection_id);
  if (found == connections_.end()) {
    ledger_.add(Reason::SegmentsOrphaned);
    return;
  }
  Entry& entry = *found->second;
  touch(entry);
  sink_->set_current(&entry.connection.info());
  const bool was_silent = entry.connection.is_silent();
  entry.connection.on_segment(segment, context());
  if (!was_silent && entry.connection.is_silent()) silence(segment.connection_id);
  flush_if_full();
}

void ConnectionTracker::on_closed(const model::ConnectionClosed& closed) {
  ledger_.add(Reason::ConnectionsClosed);
  const auto found = connections_.find(closed.id);
  if (found == connections_.end()) return;
  sink_->set_current(&found->second->connection.info());
  found->second->connection.on_close(closed, context());
  by_age_.erase(found->second->age);
  connections_.erase(found);
  flush_if_full();
}

void ConnectionTracker::on_connect_failed(const model::ConnectFailed& failed) {
  const model::ConnectionOpened attempt{.pid = failed.pid,
                                        .netns = failed.netns,
                                        .role = model::ConnectionRole::kClient,
                                        .local = failed.local,
                                        .remote = failed.remote};
  sink_->set_current(&attempt);
  const auto request =
      sink_->begin({.start_ns = failed.start_ns, .task = {.pid = failed.pid}, .context = {}}, 1);
  model::Span& span =
      sink_->emit_span(model::EventType::kFailedConnect, request, {.end_ns = failed.end_ns});
  sink_->set_current(nullptr);
  span.status = failed.error;
  flush_if_full();
}

void ConnectionTracker::on_tick(std::uint64_t now_ns) {
  const bool sweep = now_ns >= next_sweep_ns_;
  if (sweep) next_sweep_ns_ = now_ns + kSweepNs;
  for (auto& [id, entry] : connections_) {
    if (!sweep && !entry->connection.has_held()) continue;
    sink_->set_current(&entry->connection.info());
    entry->connection.on_tick(now_ns, context());
  }
  if (sweep) forget_datagrams(now_ns);
  if (sweep) give_way();
  flush_if_full();
  if (!batch_ || batch_->spans.empty()) return;
  if (batch_since_ns_ == 0) batch_since_ns_ = now_ns;
  if (now_ns - batch_since_ns_ >= static_cast<std::uint64_t>(options_.batch_timeout.count()))
    flush();
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
  names_memory_.set(kafka_names_.held_bytes());
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
    sink_->set_current(&connection.info());
    connection.forget(connection.last_ns, context());
    freed += held;
  }
  held_memory_.count_given_back(freed);
}

void ConnectionTracker::finish(std::uint64_t now_ns) {
  for (auto& [id, entry] : connections_) {
    sink_->set_current(&entry->connection.info());
    entry->connection.forget(now_ns, context());
  }
  connections_.clear();
  by_age_.clear();
  if (batch_ && !batch_->spans.empty()) flush();
}

void ConnectionTracker::flush_if_full() {
  if (batch_ && batch_->spans.size() >= options_.batch_length) flush();
}

void ConnectionTracker::flush() {
  pool_.account_for(batch_);
  emit_(std::move(batch_));
}

}  // namespace obi::pipeline
