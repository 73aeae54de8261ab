// SPDX-License-Identifier: Apache-2.0
// A bounded queue between two threads of the pipeline: typed, named, with a send time-out. What
// happens when it stays full is the queue's policy: report and go on waiting (as the seed does),
// drop and count, or abort. Thread-safe: any number of senders and receivers. Steady state
// allocates nothing.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace obi::swarm {

enum class WhenFull : std::uint8_t {
  kWait,   ///< call `on_timeout` each time the time-out passes, and go on waiting
  kDrop,   ///< give the item up after the time-out; `send` returns false
  kAbort,  ///< call `on_timeout`, then end the process: a bug hunt's setting
           ///< (channel_send_timeout_panic)
};

struct QueueOptions {
  std::string name;
  std::size_t capacity = 50;
  std::chrono::milliseconds send_timeout{60'000};
  WhenFull when_full = WhenFull::kWait;
  std::function<void(const std::string& queue_name)> on_timeout;
  /// Whether the queue is full with `kTightCapacity` items already. Must not wait; empty = never.
  std::function<bool()> is_tight;
};

template <typename T>
class Queue {
 public:
  explicit Queue(QueueOptions options) : options_(std::move(options)), ring_(options_.capacity) {}

  /// False: the item was not taken (dropped, or the queue is closed). It is left as it was.
  bool send(T&& item) {
    std::unique_lock lock(mutex_);
    while (!closed_ && is_full()) {
      if (not_full_.wait_for(lock, options_.send_timeout) == std::cv_status::timeout && is_full() &&
          !closed_) {
        if (options_.when_full == WhenFull::kDrop) return false;
        if (options_.on_timeout) options_.on_timeout(options_.name);
        if (options_.when_full == WhenFull::kAbort) std::abort();
      }
    }
    if (closed_) return false;
    ring_[(first_ + count_++) % ring_.size()] = std::move(item);
    lock.unlock();
    not_empty_.notify_one();
    return true;
  }

  /// The next item; nullopt once the queue is closed and drained.
  std::optional<T> receive() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return count_ > 0 || closed_; });
    return take(lock);
  }

  /// As receive(), and nullopt too when nothing came before `deadline` (then `is_drained()` is
  /// false).
  std::optional<T> receive_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    not_empty_.wait_until(lock, deadline, [this] { return count_ > 0 || closed_; });
    return take(lock);
  }

  /// No further sends are taken; what is queued can still be received.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  [[nodiscard]] bool is_drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && count_ == 0;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  [[nodiscard]] std::size_t capacity() const { return ring_.size(); }
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  static constexpr std::size_t kTightCapacity = 4;
  [[nodiscard]] bool is_full() const {
    return count_ == ring_.size() ||
           (count_ >= kTightCapacity && options_.is_tight && options_.is_tight());
  }
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (count_ == 0) return std::nullopt;
    std::optional<T> item(std::move(ring_[first_]));
    ring_[first_] = T{};
    first_ = (first_ + 1) % ring_.size();
    --count_;
    lock.unlock();
    not_full_.notify_one();
    return item;
  }

  QueueOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::vector<T> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  bool closed_ = false;
};

}  // namespace obi::swarm
