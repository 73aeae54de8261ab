// SPDX-License-Identifier: Apache-2.0
// Holds encoded requests and delivers them one after another on a thread of its own, again and
// again with growing pauses while the receiver is away. Bounded: beyond the limit the oldest
// request is dropped and counted. Thread-safe; `shutdown` once.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "export/otlp/transport/transport.hpp"
#include "model/memory_account.hpp"

namespace obi::exporting::otlp {

struct SenderOptions {
  std::string name;     ///< for the log: "otlp traces"
  std::string address;  ///< for the log
  Backoff backoff;
  std::size_t max_items = 16'384;
  std::size_t max_bytes = 16 << 20;
  /// The end of each request, called once: whether the receiver took all of it. On the sender's
  /// thread or that of `submit` or `shutdown`; must not call the sender.
  std::function<void(std::uint64_t ticket, bool delivered)> on_end = nullptr;
  model::MemoryAccount* memory = nullptr;  ///< must outlive the sender
};

class Sender {
 public:
  Sender(SenderOptions options, std::unique_ptr<Transport> transport);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// `items`: spans or metrics in the request, for counting; `ticket`: for `on_end`.
  void submit(std::string request, std::uint64_t items, std::uint64_t ticket = 0);
  /// An empty string for the next request, with the memory of one that was delivered if there is
  /// such a one: pages that were touched before cost no fault.
  [[nodiscard]] std::string take_buffer();
  /// Whether a request of so many bytes and one item fits in without another being dropped.
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  /// The last delivery failed and is tried again.
  [[nodiscard]] bool is_retrying() const;
  /// Delivers what is held, each request at least tried once, until the deadline; the rest is
  /// dropped, also a request whose answer hasn't come. Nothing is held afterwards, unless the
  /// transport doesn't return within two seconds of being cancelled.
  void shutdown(std::chrono::steady_clock::time_point deadline);

  struct Counts {
    std::uint64_t delivered = 0;  ///< items
    std::uint64_t dropped = 0;
    std::uint64_t held = 0;
    std::uint64_t errors = 0;  ///< failed deliveries
  };
  [[nodiscard]] Counts counts() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    std::string bytes;
    std::uint64_t items = 0;
    std::uint64_t ticket = 0;
    Clock::time_point since;
    std::chrono::nanoseconds pause{0};  // before the next try
    Clock::time_point not_before{};
  };
  void run(std::stop_token stop);
  void keep_buffer(std::string buffer);
  void account();
  void drop_oldest_while_full();
  void drop(const Request& request);
  /// True: done with the request, one way or the other.
  bool attempt(Request& request);
  void report(const Delivery& delivery, std::chrono::nanoseconds pause, bool retrying);
  std::chrono::nanoseconds next_pause(const Request& request, const Delivery& delivery);

  SenderOptions options_;
  std::unique_ptr<Transport> transport_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Request> queue_;
  std::uint64_t held_items_ = 0;  // in queue_ and in delivery
  std::size_t held_bytes_ = 0;
  std::string buffer_;  // of the last request that was delivered
  model::MemoryEntry memory_;
  bool delivering_ = false;
  bool closing_ = false;
  bool cancelled_ = false;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> errors_{0};
  // the sender thread's own:
  Clock::time_point last_report_{};
  std::uint64_t unreported_ = 0;
  bool is_away_ = false;  // the last delivery failed
  std::minstd_rand jitter_{std::random_device{}()};
  std::jthread thread_;
};

}  // namespace obi::exporting::otlp
