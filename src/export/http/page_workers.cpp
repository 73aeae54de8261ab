// SPDX-License-Identifier: Apache-2.0
#include "export/http/page_workers.hpp"

#include <pthread.h>

#include <utility>

namespace obi::exporting {
namespace {

constexpr std::size_t kBytesAtOnce = 64 * 1024;  // of a response, between two waits for its reader

}  // namespace

PageWorkers::PageWorkers(std::size_t threads, std::function<void()> on_made)
    : on_made_(std::move(on_made)) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
    ::pthread_setname_np(threads_.back().native_handle(), "obi-http-page");
  }
}

PageWorkers::~PageWorkers() { stop(); }

void PageWorkers::submit(std::uint64_t connection, MakeStream make) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({.connection = connection, .make = std::move(make)});
  }
  changed_.notify_one();
}

std::vector<PageWorkers::Made> PageWorkers::take_made() {
  const std::lock_guard lock(mutex_);
  return std::exchange(made_, {});
}

void PageWorkers::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void PageWorkers::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !jobs_.empty() || is_stopped_; });
    if (is_stopped_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Made made{.connection = job.connection, .stream = job.make(), .bytes = {}};
    made.failed = !made.stream.fill(made.bytes, kBytesAtOnce);
    lock.lock();
    made_.push_back(std::move(made));
    lock.unlock();
    on_made_();
  }
}

}  // namespace obi::exporting
