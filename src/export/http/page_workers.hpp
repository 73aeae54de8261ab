// SPDX-License-Identifier: Apache-2.0
// The threads that make pages for the listener's loop: they never see a socket, so no client can
// hold one up. Thread-safe.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "export/http/response_stream.hpp"

namespace obi::exporting {

class PageWorkers {
 public:
  /// What a worker has made for a connection.
  struct Made {
    std::uint64_t connection = 0;
    ResponseStream stream;
    std::string bytes;
    bool failed = false;  ///< the page broke off
  };
  using MakeStream = std::move_only_function<ResponseStream()>;

  /// `on_made` is called by a worker after something was added to `take_made`.
  PageWorkers(std::size_t threads, std::function<void()> on_made);
  ~PageWorkers();
  PageWorkers(const PageWorkers&) = delete;
  PageWorkers& operator=(const PageWorkers&) = delete;

  /// Makes the stream on a worker, then its first bytes.
  void submit(std::uint64_t connection, MakeStream make);
  std::vector<Made> take_made();
  /// Waits for the pages in work, forgets the others.
  void stop();

 private:
  struct Job {
    std::uint64_t connection = 0;
    MakeStream make;
  };
  void work();

  std::function<void()> on_made_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::vector<Made> made_;
  bool is_stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace obi::exporting
