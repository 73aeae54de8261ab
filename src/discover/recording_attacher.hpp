// SPDX-License-Identifier: Apache-2.0
// For tests: remembers what it was asked and lets a test await it. Thread-safe.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "discover/discovery.hpp"

namespace obi::discover {

class RecordingAttacher : public Attacher {
 public:
  struct Call {
    bool allowed = false;  ///< else blocked
    Process process;
    model::ServiceRef service;
    std::chrono::steady_clock::time_point when;
  };

  base::Result<void> allow(const Process& process, const model::ServiceRef& service) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return base::fail("the table is full");
    calls_.push_back({true, process, service, std::chrono::steady_clock::now()});
    changed_.notify_all();
    return {};
  }
  void block(const Process& process) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back({false, process, nullptr, std::chrono::steady_clock::now()});
    changed_.notify_all();
  }

  void refuse(bool refuses) {
    const std::lock_guard lock(mutex_);
    refuses_ = refuses;
  }
  std::vector<Call> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  /// "+10" for an allowed pid, "-10" for a blocked one, in order.
  std::string text() {
    std::string text;
    for (const Call& call : calls()) {
      text += (call.allowed ? "+" : "-") + std::to_string(call.process.pid) + " ";
    }
    return text;
  }
  /// The first call about `pid`; nullopt if none comes within 10 s.
  std::optional<Call> await(std::uint32_t pid, bool allowed) {
    std::unique_lock lock(mutex_);
    std::optional<Call> found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const Call& call : calls_) {
        if (call.process.pid == pid && call.allowed == allowed) found = call;
        if (found) return true;
      }
      return false;
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool refuses_ = false;
  std::vector<Call> calls_;
};

}  // namespace obi::discover
