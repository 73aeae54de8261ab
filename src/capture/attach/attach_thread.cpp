// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/attach_thread.hpp"

#include <pthread.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "capture/attach/process_files.hpp"

namespace obi::capture {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::nanoseconds cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

AttachThread::AttachThread(std::vector<ProbeSet> sets, AttachMethod method, std::string proc)
    : proc_(std::move(proc)),
      attacher_(std::move(sets), method, detacher_),
      thread_([this] { run(); }) {}

AttachThread::~AttachThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void AttachThread::post(std::uint32_t pid, Event event) {
  {
    const std::lock_guard lock(mutex_);
    events_[pid] = event;
  }
  changed_.notify_all();
}

std::vector<AttachmentStatus> AttachThread::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void AttachThread::run() {
  pthread_setname_np(pthread_self(), "attach");
  Events events;
  while (wait(events)) {
    apply(events);
    look();
  }
}

// Until there are events or a look is due; false when it is to stop.
bool AttachThread::wait(Events& events) {
  std::unique_lock lock(mutex_);
  const auto is_woken = [this] { return stopping_ || !events_.empty(); };
  if (const auto wake = watch_.wake_at()) {
    changed_.wait_until(lock, *wake, is_woken);
  } else {
    changed_.wait(lock, is_woken);
  }
  events = std::exchange(events_, {});
  return !stopping_;
}

void AttachThread::apply(const Events& events) {
  bool changed = false;
  for (const auto& [pid, event] : events) {
    if (event == Event::kStart) {
      watch_.add(pid, Clock::now());
    } else {
      watch_.remove(pid);
      changed |= attacher_.end(pid);
    }
  }
  if (changed) publish();
}

// One process, so that events never wait for many.
void AttachThread::look() {
  const auto pid = watch_.next(Clock::now());
  if (pid && look_at(*pid)) publish();
}

bool AttachThread::look_at(std::uint32_t pid) {
  const auto before = cpu_time();
  const auto found = find_process_files(proc_, pid, attacher_.sets());
  const auto cost = cpu_time() - before;
  if (!found && (found.error().error_number == ENOENT || found.error().error_number == ESRCH)) {
    watch_.remove(pid);
    return attacher_.end(pid);
  }
  // What can't be read now may be read next time.
  const bool changed = found && attacher_.update(pid, *found, Clock::now());
  watch_.looked(pid, Clock::now(), cost, changed);
  return changed;
}

void AttachThread::publish() {
  auto status = attacher_.status();
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

}  // namespace obi::capture
