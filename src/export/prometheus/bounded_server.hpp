// SPDX-License-Identifier: Apache-2.0
// cpp-httplib's server with the bounds it lacks: bytes and time of a whole request, threads,
// waiting connections.
#pragma once
#include <httplib.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace obi::exporting {

/// One connection. Reads fail after `max_read_bytes`; everything fails after the deadline.
class BoundedStream : public httplib::Stream {
 public:
  struct Limits {
    std::size_t max_read_bytes = 64 * 1024;
    std::chrono::steady_clock::time_point deadline;
  };
  /// Does not own `socket`.
  BoundedStream(int socket, Limits limits) : socket_(socket), limits_(limits) {}

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* buffer, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] int socket() const override { return socket_; }

 private:
  [[nodiscard]] bool wait_for(short events) const;
  ssize_t fill();

  int socket_;
  Limits limits_;
  std::size_t read_bytes_ = 0;
  std::array<char, 4096> buffer_{};
  std::size_t buffer_begin_ = 0;
  std::size_t buffer_end_ = 0;
};

/// A few threads and a short queue; when it is full the accepting thread waits, and the kernel's
/// backlog fills.
class BoundedTaskQueue : public httplib::TaskQueue {
 public:
  /// void in httplib 0.11, bool (taken) since 0.14.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

  BoundedTaskQueue(std::size_t threads, std::size_t capacity);
  Enqueued enqueue(std::function<void()> task) override;
  void shutdown() override;

 private:
  void work();

  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool is_shut_down_ = false;
  std::vector<std::thread> threads_;
};

class BoundedServer : public httplib::Server {
 public:
  explicit BoundedServer(std::chrono::milliseconds request_timeout);
  /// Ends the connections that are open, and at once each that comes later.
  void end_connections();

 private:
  bool process_and_close_socket(int socket) override;
  template <typename Self>
  static bool process_one(Self& self, BoundedStream& stream, bool& connection_closed);
  bool open(int socket);
  void close(int socket);

  std::chrono::milliseconds request_timeout_;
  std::mutex mutex_;
  std::set<int> open_sockets_;
  bool is_ending_ = false;
};

}  // namespace obi::exporting
