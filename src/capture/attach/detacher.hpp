// SPDX-License-Identifier: Apache-2.0
// Ends links on a thread of its own, since that blocks: uprobe.multi once for each link, perf
// events about 0.1 s for each place (they wait for RCU one after the other). Thread-safe.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "capture/attach/links.hpp"

namespace obi::capture {

class Detacher {
 public:
  Detacher();
  /// Returns when all links have ended; the kernel would make the process wait for that anyway.
  ~Detacher();
  Detacher(const Detacher&) = delete;
  Detacher& operator=(const Detacher&) = delete;

  /// Expires when the links have ended. Until then programs may still run on their places.
  using Ticket = std::weak_ptr<const void>;
  /// Never blocks for longer than another such call.
  Ticket detach(Links links);
  /// Links that haven't ended yet.
  [[nodiscard]] std::size_t pending() const;
  void wait_until_idle();

 private:
  struct Batch {
    Links links;
    std::shared_ptr<const void> ticket;
  };
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> queue_;
  std::size_t pending_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace obi::capture
