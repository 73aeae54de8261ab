// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/send/sender.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/release_memory.hpp"

namespace obi::exporting::otlp {
namespace {
constexpr auto kReportInterval = std::chrono::seconds(60);
constexpr double kGrowth = 1.5;  // of the pause between tries
constexpr auto kCancelPatience = std::chrono::seconds(2);
const std::size_t kInlineBytes = std::string{}.capacity();
constexpr std::size_t kMaxBufferBytes = 3 << 20;  // a request of spans and what completes it
}  // namespace

Sender::Sender(SenderOptions options, std::unique_ptr<Transport> transport)
    : options_(std::move(options)),
      transport_(std::move(transport)),
      memory_(options_.memory, model::MemoryHolder::RetryBuffers),
      thread_([this](std::stop_token stop) {
        pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
        run(stop);
      }) {}

Sender::~Sender() {
  thread_.request_stop();
  changed_.notify_all();
}

void Sender::submit(std::string request, std::uint64_t items, std::uint64_t ticket) {
  {
    const std::lock_guard lock(mutex_);
    // It grew by doubling. One that is sent now keeps that; one that waits may do so for minutes.
    if (delivering_ || !queue_.empty()) request.shrink_to_fit();
    held_items_ += items;
    held_bytes_ += request.size();
    account();
    queue_.push_back(
        {.bytes = std::move(request), .items = items, .ticket = ticket, .since = Clock::now()});
    drop_oldest_while_full();
  }
  changed_.notify_all();
}

std::string Sender::take_buffer() {
  const std::lock_guard lock(mutex_);
  std::string buffer = std::exchange(buffer_, {});
  account();
  return buffer;
}

void Sender::keep_buffer(std::string buffer) {
  buffer.clear();
  if (buffer.capacity() > kMaxBufferBytes || buffer.capacity() < buffer_.capacity()) return;
  buffer_ = std::move(buffer);
}

void Sender::account() {
  memory_.set(held_bytes_ + buffer_.capacity() - kInlineBytes);
  if (memory_.excess() == 0) return;
  base::release_memory(buffer_);
  memory_.set(held_bytes_);
}

bool Sender::has_room(std::size_t bytes) const {
  const std::lock_guard lock(mutex_);
  if (held_bytes_ == 0) return true;
  std::size_t most = options_.max_bytes;
  if (options_.memory != nullptr &&
      options_.memory->budget() > 0)  // half, for there are two signals
    most = std::min(most, options_.memory->share(model::MemoryHolder::RetryBuffers) / 2);
  return held_items_ < options_.max_items && held_bytes_ + bytes <= most && memory_.excess() == 0;
}

bool Sender::is_retrying() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() && queue_.front().pause.count() > 0;
}

void Sender::drop_oldest_while_full() {
  while (queue_.size() > 1) {
    const bool is_in_excess = memory_.excess() > 0;
    if (held_items_ <= options_.max_items && held_bytes_ <= options_.max_bytes && !is_in_excess)
      return;
    const Request& oldest = queue_.front();
    if (is_in_excess) memory_.count_given_back(oldest.bytes.size());
    held_items_ -= oldest.items;
    held_bytes_ -= oldest.bytes.size();
    account();
    drop(oldest);
    queue_.pop_front();
  }
}

void Sender::drop(const Request& request) {
  dropped_.fetch_add(request.items, std::memory_order_relaxed);
  if (options_.on_end) options_.on_end(request.ticket, false);
}

void Sender::run(std::stop_token stop) {
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      const auto due = queue_.front().not_before;
      if (!closing_ && Clock::now() < due) {
        changed_.wait_until(lock, stop, due, [this] { return closing_; });
        continue;
      }
      request = std::move(queue_.front());
      queue_.pop_front();
      delivering_ = true;
    }
    const bool done = attempt(request);
    {
      const std::lock_guard lock(mutex_);
      delivering_ = false;
      if (done) {
        held_items_ -= request.items;
        held_bytes_ -= request.bytes.size();
        keep_buffer(std::move(request.bytes));
        account();
      } else {
        request.bytes.shrink_to_fit();
        queue_.push_front(std::move(request));
        drop_oldest_while_full();
      }
    }
    changed_.notify_all();
  }
}

bool Sender::attempt(Request& request) {
  const Delivery delivery = transport_->deliver(request.bytes);
  if (delivery.outcome == Outcome::kDelivered) {
    const std::uint64_t rejected = std::min(delivery.rejected, request.items);
    delivered_.fetch_add(request.items - rejected, std::memory_order_relaxed);
    dropped_.fetch_add(rejected, std::memory_order_relaxed);
    if (options_.on_end) options_.on_end(request.ticket, delivery.rejected == 0);
    if (std::exchange(is_away_, false)) {
      spdlog::info("{}: {} takes requests again", options_.name, options_.address);
      last_report_ = {};
      unreported_ = 0;
    }
    if (rejected > 0 || !delivery.error.empty()) report(delivery, {}, false);
    return true;
  }
  errors_.fetch_add(1, std::memory_order_relaxed);
  is_away_ = true;
  const auto now = Clock::now();
  bool closing = false;
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    closing = closing_;
    cancelled = cancelled_;
  }
  const bool abandon = delivery.outcome == Outcome::kRefused ||
                       now - request.since >= options_.backoff.max_elapsed_time ||
                       (closing && request.pause.count() > 0) || cancelled;
  request.pause = next_pause(request, delivery);
  request.not_before = now + request.pause;
  report(delivery, request.pause, !abandon);
  if (abandon) drop(request);
  return abandon;
}

std::chrono::nanoseconds Sender::next_pause(const Request& request, const Delivery& delivery) {
  if (delivery.retry_after) return *delivery.retry_after;
  const auto grown = std::chrono::duration_cast<std::chrono::nanoseconds>(request.pause * kGrowth);
  const auto base =
      request.pause.count() == 0 ? options_.backoff.initial : std::min(grown, options_.backoff.max);
  std::uniform_real_distribution<double> spread(
      0.5, 1.5);  // so that many agents don't come back at once
  return std::chrono::duration_cast<std::chrono::nanoseconds>(base * spread(jitter_));
}

// The first failure at once, then one line a minute with the number of those in between.
void Sender::report(const Delivery& delivery, std::chrono::nanoseconds pause, bool retrying) {
  const auto now = Clock::now();
  if (last_report_ != Clock::time_point{} && now - last_report_ < kReportInterval) {
    ++unreported_;
    return;
  }
  const std::string more =
      unreported_ > 0 ? fmt::format(" ({} more failures since the last line)", unreported_) : "";
  if (delivery.outcome == Outcome::kDelivered) {
    spdlog::warn("{}: {} took a request, rejected {} items of it and says: {}{}", options_.name,
                 options_.address, delivery.rejected, delivery.error, more);
  } else if (retrying) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(pause).count();
    spdlog::warn("{}: {} can't be reached: {}; next try in {} ms{}", options_.name,
                 options_.address, delivery.error, milliseconds, more);
  } else {
    spdlog::error("{}: {} did not take a request, which is given up: {}{}", options_.name,
                  options_.address, delivery.error, more);
  }
  last_report_ = now;
  unreported_ = 0;
}

void Sender::shutdown(std::chrono::steady_clock::time_point deadline) {
  {
    std::unique_lock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
    const bool done =
        changed_.wait_until(lock, deadline, [this] { return queue_.empty() && !delivering_; });
    if (!done) {
      cancelled_ = true;
      transport_->cancel();
      changed_.wait_for(lock, kCancelPatience, [this] { return !delivering_; });
    }
    for (const Request& request : queue_) {
      drop(request);
      held_items_ -= request.items;
      held_bytes_ -= request.bytes.size();
    }
    queue_.clear();
    account();
  }
  thread_.request_stop();
  changed_.notify_all();
}

Sender::Counts Sender::counts() const {
  const std::lock_guard lock(mutex_);
  return {.delivered = delivered_.load(std::memory_order_relaxed),
          .dropped = dropped_.load(std::memory_order_relaxed),
          .held = held_items_,
          .errors = errors_.load(std::memory_order_relaxed)};
}

}  // namespace obi::exporting::otlp
