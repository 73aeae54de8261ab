// SPDX-License-Identifier: Apache-2.0
// The listener's loop: one thread that accepts, reads heads and writes responses, for all clients,
// and waits for none of them. What it costs grows with what is sent, not with who is connected.
// `run` belongs to that thread, `wake` to any.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "export/http/connection.hpp"
#include "export/http/http_limits.hpp"
#include "export/http/page_workers.hpp"

namespace obi::exporting {

class ConnectionLoop {
 public:
  /// Makes the response to a request; called by a worker.
  using Answer = std::function<ResponseStream(const RequestHead&)>;

  ConnectionLoop(base::Fd listening, HttpLimits limits, Answer answer);
  ~ConnectionLoop();
  ConnectionLoop(const ConnectionLoop&) = delete;
  ConnectionLoop& operator=(const ConnectionLoop&) = delete;

  base::Result<void> open();
  /// Until `stop`.
  void run();
  /// Ends `run`. Thread-safe.
  void stop();

 private:
  using Clock = Connection::Clock;
  struct Row {
    std::unique_ptr<Connection> connection;
    std::uint32_t events = 0;  // that epoll was asked for
  };
  void wake() const;
  void accept_all(Clock::time_point now);
  void pause_accepting(bool paused);
  void on_event(std::uint64_t id, std::uint32_t events, Clock::time_point now);
  void on_made(Clock::time_point now);
  /// Does what the connection asks for; it may be gone afterwards.
  void apply(Connection& connection, Connection::Step step);
  void expire(Clock::time_point now);
  [[nodiscard]] int wait_ms(Clock::time_point now) const;
  /// Of those whose state is `least` or above and that have stood still since `idle_since`; false
  /// if there is none.
  bool evict_one(Connection::State least, Clock::time_point idle_since);
  void keep_memory_bounded(Clock::time_point now);
  [[nodiscard]] std::size_t held_bytes() const;

  base::Fd listening_;
  base::Fd epoll_;
  base::Fd wake_;
  HttpLimits limits_;
  Answer answer_;
  std::unordered_map<std::uint64_t, Row> rows_;
  std::uint64_t last_id_ = 0;
  bool is_accepting_ = true;
  Clock::time_point accept_again_{};
  std::atomic<bool> is_stopped_ = false;
  PageWorkers workers_;  // last: its threads call wake()
};

}  // namespace obi::exporting
