// SPDX-License-Identifier: Apache-2.0
// Follows the body of one HTTP/1.x message through its bytes, captured or not, to its end (RFC 9112 sections 6 and 7).
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/http1/head.hpp"

namespace obi::protocol::http1 {

class Body {
 public:
  void begin(Framing framing, std::uint64_t length);
  /// Takes captured bytes; returns how many belong to the body. `is_done()` tells whether it ended with them.
  std::size_t take(std::string_view bytes);
  /// `count` bytes went by that were not captured. Returns how many of them the body can account for; the rest lies
  /// behind its end. Framing that gets lost that way is told by `is_lost()`.
  std::uint64_t skip(std::uint64_t count);
  /// The framing can't be followed any further; the end must be found by other means.
  void lose() { state_ = State::kLost; }
  [[nodiscard]] bool is_done() const { return state_ == State::kDone; }
  [[nodiscard]] bool is_lost() const { return state_ == State::kLost; }
  [[nodiscard]] bool ends_with_stream() const { return state_ == State::kUntilClose; }
  [[nodiscard]] bool is_malformed() const { return malformed_; }
  /// Payload bytes so far, without chunk framing (with it, once the framing is lost).
  [[nodiscard]] std::uint64_t payload_bytes() const { return payload_bytes_; }
  void count_lost_bytes(std::uint64_t count) { payload_bytes_ += count; }

 private:
  enum class State : std::uint8_t { kDone, kLength, kUntilClose, kChunkSize, kChunkData, kChunkEnd, kTrailer, kLost };
  std::size_t take_size_line(std::string_view bytes);
  std::size_t take_trailer(std::string_view bytes);
  void end_size_line();

  State state_ = State::kDone;
  bool malformed_ = false;
  bool in_extension_ = false;   // behind ';' of a size line
  std::uint8_t size_digits_ = 0;
  std::uint8_t line_bytes_ = 0;  // of the current trailer line, saturating
  std::uint64_t left_ = 0;       // of the body, or of the chunk
  std::uint64_t payload_bytes_ = 0;
};

}  // namespace obi::protocol::http1
