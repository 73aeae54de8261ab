// SPDX-License-Identifier: Apache-2.0
#include "export/http/connection_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

namespace obi::exporting {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::uint64_t kListeningId = 0;
constexpr std::uint64_t kWakeId = 1;
constexpr std::uint64_t kFirstConnection = 2;
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::milliseconds kStandstill(1000);         // of a reader
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // no descriptor is free

}  // namespace

ConnectionLoop::ConnectionLoop(base::Fd listening, HttpLimits limits, Answer answer)
    : listening_(std::move(listening)),
      limits_(limits),
      answer_(std::move(answer)),
      last_id_(kFirstConnection),
      workers_(kWorkers, [this] { wake(); }) {}

ConnectionLoop::~ConnectionLoop() { workers_.stop(); }

base::Result<void> ConnectionLoop::open() {
  epoll_ = base::Fd(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = base::Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!epoll_ || !wake_) return base::fail("setting up the HTTP listener", errno);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kListeningId}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listening_.get(), &event) != 0)
    return base::fail("setting up the HTTP listener", errno);
  event.data.u64 = kWakeId;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    return base::fail("setting up the HTTP listener", errno);
  return {};
}

void ConnectionLoop::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void ConnectionLoop::stop() {
  is_stopped_ = true;
  wake();
}

void ConnectionLoop::run() {
  std::array<epoll_event, 64> events{};
  while (!is_stopped_) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms(Clock::now()));
    const auto now = Clock::now();
    for (int i = 0; i < count; ++i) on_event(events[i].data.u64, events[i].events, now);
    expire(now);
    keep_memory_bounded(now);
  }
  rows_.clear();
  workers_.stop();
}

void ConnectionLoop::on_event(std::uint64_t id, std::uint32_t events, Clock::time_point now) {
  if (id == kListeningId) return accept_all(now);
  if (id == kWakeId) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(wake_.get(), &count, sizeof count);
    return on_made(now);
  }
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  Connection& connection = *row->second.connection;
  const bool is_broken = (events & EPOLLERR) != 0 ||
                         ((events & EPOLLHUP) != 0 && (events & (EPOLLIN | EPOLLOUT)) == 0);
  apply(connection, is_broken ? Connection::Step::kClose : connection.advance(now));
}

void ConnectionLoop::accept_all(Clock::time_point now) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    base::Fd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      const bool no_descriptor = errno == EMFILE || errno == ENFILE;
      if (no_descriptor && evict_one(Connection::State::kLingering, now)) continue;
      if (no_descriptor || errno == ENOMEM || errno == ENOBUFS) {
        accept_again_ = now + kAcceptPause;
        pause_accepting(true);
      }
      return;
    }
    if (rows_.size() >= limits_.max_connections) evict_one(Connection::State::kLingering, now);
    const std::uint64_t id = last_id_++;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = id}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) continue;
    rows_.emplace(
        id, Row{.connection = std::make_unique<Connection>(std::move(socket), id, limits_, now),
                .events = EPOLLIN});
  }
}

void ConnectionLoop::pause_accepting(bool paused) {
  is_accepting_ = !paused;
  epoll_event event{.events = paused ? 0U : EPOLLIN, .data = {.u64 = kListeningId}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listening_.get(), &event);
}

void ConnectionLoop::apply(Connection& connection, Connection::Step step) {
  const std::uint64_t id = connection.id();
  switch (step) {
    case Connection::Step::kClose: rows_.erase(id); return;
    case Connection::Step::kRequest:
      workers_.submit(id, [this, head = connection.request()] { return answer_(head); });
      break;
    case Connection::Step::kMore:
      workers_.submit(id,
                      [stream = connection.take_stream()]() mutable { return std::move(stream); });
      break;
    case Connection::Step::kWait: break;
  }
  Row& row = rows_.at(id);
  const std::uint32_t wanted = connection.events();
  if (row.events == wanted) return;
  row.events = wanted;
  epoll_event event{.events = wanted, .data = {.u64 = id}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket(), &event);
}

void ConnectionLoop::on_made(Clock::time_point now) {
  for (auto& made : workers_.take_made()) {
    const auto row = rows_.find(made.connection);
    if (row == rows_.end()) continue;  // gone meanwhile
    Connection& connection = *row->second.connection;
    if (made.failed) {
      apply(connection, Connection::Step::kClose);
      continue;
    }
    connection.respond(std::move(made.stream), std::move(made.bytes));
    apply(connection, connection.advance(now));
  }
}

void ConnectionLoop::expire(Clock::time_point now) {
  if (!is_accepting_ && now >= accept_again_) pause_accepting(false);
  std::vector<Connection*> late;
  for (const auto& [id, row] : rows_) {
    if (row.connection->deadline() <= now) late.push_back(row.connection.get());
  }
  for (Connection* connection : late) apply(*connection, connection->expire(now));
}

int ConnectionLoop::wait_ms(Clock::time_point now) const {
  auto next = is_accepting_ ? Clock::time_point::max() : accept_again_;
  for (const auto& [id, row] : rows_) next = std::min(next, row.connection->deadline());
  if (next == Clock::time_point::max()) return -1;
  const bool is_full = held_bytes() > limits_.max_held_bytes;
  const std::int64_t longest = is_full ? kStandstill.count() : 60'000;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, longest));
}

/// The one whose state is the least worth keeping, and among those the one that is in it longest.
bool ConnectionLoop::evict_one(Connection::State least, Clock::time_point idle_since) {
  const Connection* victim = nullptr;
  const auto rank = [](const Connection& connection) {
    return std::tuple(connection.state(), connection.since(), connection.id());
  };
  for (const auto& [id, row] : rows_) {
    const Connection& candidate = *row.connection;
    if (candidate.state() < least || candidate.since() > idle_since) continue;
    if (victim == nullptr || rank(candidate) < rank(*victim)) victim = &candidate;
  }
  if (victim == nullptr) return false;
  rows_.erase(victim->id());
  return true;
}

std::size_t ConnectionLoop::held_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [id, row] : rows_) bytes += row.connection->held_bytes();
  return bytes;
}

/// Readers that make progress keep their pages for as long as the others' are no more than four
/// times the limit.
void ConnectionLoop::keep_memory_bounded(Clock::time_point now) {
  while (held_bytes() > limits_.max_held_bytes) {
    const bool too_much = held_bytes() > 4 * limits_.max_held_bytes;
    if (!evict_one(Connection::State::kWriting, too_much ? now : now - kStandstill)) return;
  }
}

}  // namespace obi::exporting
