// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/bounded_server.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace obi::exporting {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kWaitingConnections = 16;

}  // namespace

bool BoundedStream::wait_for(short events) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        limits_.deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{.fd = socket_, .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool BoundedStream::is_readable() const { return buffer_begin_ < buffer_end_ || wait_for(POLLIN); }
bool BoundedStream::is_writable() const { return wait_for(POLLOUT); }

ssize_t BoundedStream::fill() {
  const std::size_t allowed = std::min(buffer_.size(), limits_.max_read_bytes - read_bytes_);
  if (allowed == 0 || !wait_for(POLLIN)) return -1;
  const ssize_t received = ::recv(socket_, buffer_.data(), allowed, 0);
  if (received <= 0) return received;
  read_bytes_ += static_cast<std::size_t>(received);
  buffer_begin_ = 0;
  buffer_end_ = static_cast<std::size_t>(received);
  return received;
}

ssize_t BoundedStream::read(char* buffer, std::size_t size) {
  if (buffer_begin_ == buffer_end_) {
    if (const ssize_t received = fill(); received <= 0) return received;
  }
  const std::size_t taken = std::min(size, buffer_end_ - buffer_begin_);
  std::copy_n(buffer_.data() + buffer_begin_, taken, buffer);
  buffer_begin_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t BoundedStream::write(const char* bytes, std::size_t size) {
  if (!wait_for(POLLOUT)) return -1;
  return ::send(socket_, bytes, size, MSG_NOSIGNAL);
}

// Nobody looks at the addresses: pages are the same for everyone, and nothing is logged per
// request.
void BoundedStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}
void BoundedStream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

BoundedTaskQueue::BoundedTaskQueue(std::size_t threads, std::size_t capacity)
    : capacity_(capacity) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
    ::pthread_setname_np(threads_.back().native_handle(), "obi-http");
  }
}

BoundedTaskQueue::Enqueued BoundedTaskQueue::enqueue(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return tasks_.size() < capacity_; });
  tasks_.push_back(std::move(task));
  lock.unlock();
  changed_.notify_all();
  return Enqueued(true);
}

void BoundedTaskQueue::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    is_shut_down_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void BoundedTaskQueue::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !tasks_.empty() || is_shut_down_; });
    if (tasks_.empty()) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    changed_.notify_all();
    task();
  }
}

BoundedServer::BoundedServer(std::chrono::milliseconds request_timeout)
    : request_timeout_(request_timeout) {
  new_task_queue = [] { return new BoundedTaskQueue(kThreads, kWaitingConnections); };
  // httplib would set SO_REUSEPORT, and two agents could share a port without noticing.
  set_socket_options([](int socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
}

// httplib 0.14 and later take the addresses of both ends first; no page asks for them.
template <typename Self>
bool BoundedServer::process_one(Self& self, BoundedStream& stream, bool& connection_closed) {
  if constexpr (requires { self.process_request(stream, true, connection_closed, nullptr); }) {
    return self.process_request(stream, true, connection_closed, nullptr);
  } else {
    return self.process_request(stream, "", 0, "", 0, true, connection_closed, nullptr);
  }
}

bool BoundedServer::process_and_close_socket(int socket) {
  bool is_done = false;
  if (open(socket)) {
    BoundedStream stream(socket, {.deadline = std::chrono::steady_clock::now() + request_timeout_});
    bool connection_closed = false;
    is_done = process_one(*this, stream, connection_closed);
  }
  close(socket);
  return is_done;
}

bool BoundedServer::open(int socket) {
  const std::lock_guard lock(mutex_);
  if (!is_ending_) open_sockets_.insert(socket);
  return !is_ending_;
}

void BoundedServer::close(int socket) {
  const std::lock_guard lock(mutex_);
  open_sockets_.erase(socket);
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
}

void BoundedServer::end_connections() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  for (const int socket : open_sockets_) ::shutdown(socket, SHUT_RDWR);
}

}  // namespace obi::exporting
