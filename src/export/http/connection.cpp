// SPDX-License-Identifier: Apache-2.0
#include "export/http/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/release_memory.hpp"

namespace obi::exporting {
namespace {

constexpr auto kLinger = std::chrono::seconds(1);
constexpr std::size_t kMaxDiscarded = 1 << 20;
constexpr std::size_t kReadSize = 4096;

}  // namespace

Connection::Connection(base::Fd socket, std::uint64_t id, const HttpLimits& limits,
                       Clock::time_point now)
    : socket_(std::move(socket)), id_(id), limits_(limits), since_(now) {}

Connection::Step Connection::advance(Clock::time_point now) {
  switch (state_) {
    case State::kReading: return read(now);
    case State::kWriting: return write(now);
    case State::kLingering: return discard();
    case State::kMaking: break;  // only an error or a reset is reported meanwhile
  }
  return Step::kClose;
}

Connection::Step Connection::read(Clock::time_point now) {
  while (true) {
    if (const auto step = look_for_head(now)) return *step;
    std::array<char, kReadSize> buffer{};
    const ssize_t received = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Step::kWait;
    if (received <= 0) return Step::kClose;
    if (input_.empty()) since_ = now;  // the head's time begins
    input_.append(buffer.data(), static_cast<std::size_t>(received));
  }
}

std::optional<Connection::Step> Connection::look_for_head(Clock::time_point now) {
  if (input_.empty()) return std::nullopt;
  const auto size = head_end_.find(input_);
  if (!size && input_.size() <= kMaxRequestHead) {
    if (const int status = refusal_of_partial_head(input_); status != 0) return refuse(status, now);
    return std::nullopt;
  }
  if (!size || *size > kMaxRequestHead) return refuse(431, now);
  request_ = parse_request_head(std::string_view(input_).substr(0, *size));
  input_.erase(0, *size);
  if (input_.empty()) base::release_memory(input_);
  if (request_.status != 200) return refuse(request_.status, now);
  state_ = State::kMaking;
  since_ = response_begin_ = now;
  return Step::kRequest;
}

Connection::Step Connection::refuse(int status, Clock::time_point now) {
  auto stream = ResponseStream::error({}, status);
  std::string bytes;
  stream.fill(bytes, kReadSize);
  since_ = response_begin_ = now;
  respond(std::move(stream), std::move(bytes));
  return write(now);
}

ResponseStream Connection::take_stream() {
  state_ = State::kMaking;
  ResponseStream stream = std::move(*stream_);
  stream_.reset();
  return stream;
}

void Connection::respond(ResponseStream stream, std::string bytes) {
  stream_ = std::move(stream);
  output_ = std::move(bytes);
  sent_ = 0;
  state_ = State::kWriting;
}

Connection::Step Connection::write(Clock::time_point now) {
  while (sent_ < output_.size()) {
    const ssize_t count = ::send(socket_.get(), output_.data() + sent_, output_.size() - sent_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Step::kWait;
    if (count <= 0) return Step::kClose;
    sent_ += static_cast<std::size_t>(count);
    since_ = now;
  }
  output_.clear();
  sent_ = 0;
  return stream_->is_whole() ? finish_response(now) : Step::kMore;
}

Connection::Step Connection::finish_response(Clock::time_point now) {
  stream_->report_sent();
  const bool keeps = stream_->keeps_connection();
  stream_.reset();
  base::release_memory(output_);
  since_ = now;
  if (keeps) {
    state_ = State::kReading;
    return read(now);
  }
  // Bytes that were never read would make close() a reset, which may destroy the response.
  state_ = State::kLingering;
  base::release_memory(input_);
  ::shutdown(socket_.get(), SHUT_WR);
  return discard();
}

Connection::Step Connection::discard() {
  std::array<char, kReadSize> buffer{};
  while (discarded_ < kMaxDiscarded) {
    const ssize_t received = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Step::kWait;
    if (received <= 0) return Step::kClose;
    discarded_ += static_cast<std::size_t>(received);
  }
  return Step::kClose;
}

Connection::Clock::time_point Connection::deadline() const {
  switch (state_) {
    case State::kReading:
      return since_ + (input_.empty() ? limits_.idle_timeout : limits_.head_timeout);
    case State::kWriting: return response_begin_ + limits_.response_timeout;
    case State::kLingering: return since_ + kLinger;
    case State::kMaking: break;
  }
  return Clock::time_point::max();
}

Connection::Step Connection::expire(Clock::time_point now) {
  if (state_ == State::kReading && !input_.empty()) return refuse(408, now);
  return Step::kClose;
}

std::uint32_t Connection::events() const {
  switch (state_) {
    case State::kReading:
    case State::kLingering: return EPOLLIN;
    case State::kWriting: return EPOLLOUT;
    case State::kMaking: break;
  }
  return 0;
}

std::size_t Connection::held_bytes() const {
  return output_.capacity() + (stream_ ? stream_->held_bytes() : 0);
}

}  // namespace obi::exporting
