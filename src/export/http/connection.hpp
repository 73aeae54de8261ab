// SPDX-License-Identifier: Apache-2.0
// One client of the listener: a socket that never blocks, the request that is coming in and the
// part of a response that waits for room. A silent connection holds no buffer. Belongs to the
// listener's loop.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "export/http/http_limits.hpp"
#include "export/http/request_head.hpp"
#include "export/http/response_stream.hpp"

namespace obi::exporting {

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  /// In the order in which connections are closed when there are too many.
  enum class State : std::uint8_t {
    kLingering,  ///< everything is sent; what the client still sends is thrown away
    kReading,    ///< waits for a whole head
    kWriting,    ///< waits for room in the socket
    kMaking,     ///< a worker makes the next bytes of the response
  };
  enum class Step : std::uint8_t {
    kWait,     ///< for the socket: `events()`
    kRequest,  ///< `request()` is whole: answer it
    kMore,     ///< `take_stream()` and fill it further
    kClose,
  };

  Connection(base::Fd socket, std::uint64_t id, const HttpLimits& limits, Clock::time_point now);

  /// After the socket became readable or writable, or after `begin` or `resume`.
  Step advance(Clock::time_point now);
  [[nodiscard]] const RequestHead& request() const { return request_; }
  [[nodiscard]] ResponseStream take_stream();
  /// The response to `request()`, and its first bytes.
  void respond(ResponseStream stream, std::string bytes);

  /// When `expire` is due; time_point::max() while a worker has the response.
  [[nodiscard]] Clock::time_point deadline() const;
  /// Answers a head that is late with 408; anything else that is late: kClose.
  Step expire(Clock::time_point now);

  [[nodiscard]] int socket() const { return socket_.get(); }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] State state() const { return state_; }
  /// When the state began, or its last progress in writing.
  [[nodiscard]] Clock::time_point since() const { return since_; }
  /// EPOLLIN, EPOLLOUT or 0.
  [[nodiscard]] std::uint32_t events() const;
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  Step read(Clock::time_point now);
  Step write(Clock::time_point now);
  Step discard();
  Step refuse(int status, Clock::time_point now);
  [[nodiscard]] std::optional<Step> look_for_head(Clock::time_point now);
  Step finish_response(Clock::time_point now);

  base::Fd socket_;
  std::uint64_t id_;
  const HttpLimits& limits_;
  State state_ = State::kReading;
  Clock::time_point since_;
  Clock::time_point response_begin_;
  std::string input_;
  HeadEnd head_end_;
  RequestHead request_;
  std::optional<ResponseStream> stream_;
  std::string output_;
  std::size_t sent_ = 0;
  std::size_t discarded_ = 0;
};

}  // namespace obi::exporting
