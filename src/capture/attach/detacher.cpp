// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/detacher.hpp"

#include <pthread.h>

#include <utility>

namespace obi::capture {

Detacher::Detacher() : thread_([this] { run(); }) {}

Detacher::~Detacher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Detacher::Ticket Detacher::detach(Links links) {
  if (links.empty()) return {};
  auto ticket = std::make_shared<const char>();
  const Ticket given = ticket;
  {
    const std::lock_guard lock(mutex_);
    pending_ += links.size();
    queue_.push_back({std::move(links), std::move(ticket)});
  }
  changed_.notify_all();
  return given;
}

std::size_t Detacher::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

void Detacher::wait_until_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return pending_ == 0; });
}

void Detacher::run() {
  pthread_setname_np(pthread_self(), "detacher");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Batch batch = std::move(queue_.front());
    queue_.pop_front();
    const std::size_t count = batch.links.size();
    lock.unlock();
    batch.links.clear();
    batch.ticket.reset();
    lock.lock();
    pending_ -= count;
    changed_.notify_all();
  }
}

}  // namespace obi::capture
