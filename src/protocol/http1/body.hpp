// SPDX-License-Identifier: Apache-2.0
// Follows the body of one HTTP/1.x message through its bytes, captured or not, to its end (RFC 9112
// sections 6 and 7). Keeps no bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace obi::protocol::http1 {

/// How the end of a body is found (RFC 9112 section 6.3).
enum class Framing : std::uint8_t {
  kNone,        ///< there is no body
  kLength,      ///< Content-Length
  kChunked,     ///< chunk by chunk
  kUntilClose,  ///< with the stream
  kUnknown,     ///< the field that has it was not captured
};

class Body {
 public:
  /// `length` matters to kLength only.
  void begin(Framing framing, std::uint64_t length = 0);
  /// Takes captured bytes and returns how many of them belong to the body.
  std::size_t take(std::string_view bytes);
  /// `count` bytes went by that were not captured. Returns how many of them the body accounts for;
  /// the rest lies behind its end.
  std::uint64_t skip(std::uint64_t count);
  /// From here on it is unknown where the body ends, unless it ends with its stream anyway.
  void lose();

  [[nodiscard]] bool is_done() const { return state_ == State::kDone; }
  /// Its end is that of the stream.
  [[nodiscard]] bool is_until_close() const { return state_ == State::kUntilClose; }
  /// The end must be found by other means.
  [[nodiscard]] bool is_lost() const { return state_ == State::kLost; }
  /// Are these, at the end of a call, the last bytes of a body whose framing is lost?
  [[nodiscard]] bool is_lost_end(std::string_view last_bytes) const;
  /// Bytes of the body so far: without chunk framing as long as that can be distinguished.
  [[nodiscard]] std::uint64_t payload_bytes() const { return payload_bytes_; }

 private:
  enum class State : std::uint8_t {
    kDone,
    kLength,
    kUntilClose,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailer,
    kLost,
  };
  std::size_t take_data(std::size_t available);
  std::size_t take_size_line(std::string_view bytes);
  std::size_t take_chunk_end(char c);
  std::size_t take_trailer(std::string_view bytes);
  void end_size_line();
  void skip_chunked(std::uint64_t count);

  State state_ = State::kDone;
  bool may_be_chunked_ = false;
  bool size_ended_ = false;     // size line: behind the digits
  bool line_has_text_ = false;  // trailer: the current line is not empty
  std::uint8_t size_digits_ = 0;
  std::uint64_t left_ = 0;  // of the body, or of the chunk
  std::uint64_t payload_bytes_ = 0;
};

}  // namespace obi::protocol::http1
