// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/body.hpp"

#include <algorithm>

namespace obi::protocol::http1 {
namespace {

constexpr std::uint8_t kMaxSizeDigits = 15;  // 60 bits: no overflow, and no sane chunk is longer
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kLineEndAndLastChunk = "\r\n0\r\n\r\n";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Body::begin(Framing framing, std::uint64_t length) {
  *this = Body{};
  may_be_chunked_ = framing == Framing::kChunked || framing == Framing::kUnknown;
  switch (framing) {
    case Framing::kNone: return;
    case Framing::kLength:
      left_ = length;
      state_ = length == 0 ? State::kDone : State::kLength;
      return;
    case Framing::kChunked: state_ = State::kChunkSize; return;
    case Framing::kUntilClose: state_ = State::kUntilClose; return;
    case Framing::kUnknown: state_ = State::kLost; return;
  }
}

std::size_t Body::take(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone) {
    const std::string_view rest = bytes.substr(at);
    switch (state_) {
      case State::kDone: break;
      case State::kLength:
      case State::kChunkData: at += take_data(rest.size()); break;
      case State::kChunkSize: at += take_size_line(rest); break;
      case State::kChunkEnd: at += take_chunk_end(rest.front()); break;
      case State::kTrailer: at += take_trailer(rest); break;
      case State::kUntilClose:
      case State::kLost:
        payload_bytes_ += rest.size();
        at = bytes.size();
        break;
    }
  }
  return at;
}

std::size_t Body::take_data(std::size_t available) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, available));
  payload_bytes_ += count;
  left_ -= count;
  if (left_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kChunkEnd;
  return count;
}

// RFC 9112 section 7.1: chunk-size [ chunk-ext ] CRLF. What follows the digits is not looked at.
std::size_t Body::take_size_line(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      end_size_line();
      return i + 1;
    }
    if (size_ended_) continue;
    const int digit = hex_value(c);
    if (digit < 0 && (c == ';' || c == '\r' || c == ' ' || c == '\t')) {
      size_ended_ = true;
    } else if (digit < 0 || ++size_digits_ > kMaxSizeDigits) {
      state_ = State::kLost;
      return i;
    } else {
      left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    }
  }
  return bytes.size();
}

void Body::end_size_line() {
  state_ = left_ == 0 ? State::kTrailer : State::kChunkData;
  if (size_digits_ == 0) state_ = State::kLost;
  size_digits_ = 0;
  size_ended_ = line_has_text_ = false;
}

std::size_t Body::take_chunk_end(char c) {
  if (c == '\n') {
    state_ = State::kChunkSize;
  } else if (c != '\r') {
    state_ = State::kLost;
    return 0;
  }
  return 1;
}

// RFC 9112 section 7.1.2: field lines, then an empty one.
std::size_t Body::take_trailer(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') {
      if (!line_has_text_) {
        state_ = State::kDone;
        return i + 1;
      }
      line_has_text_ = false;
    } else if (bytes[i] != '\r') {
      line_has_text_ = true;
    }
  }
  return bytes.size();
}

std::uint64_t Body::skip(std::uint64_t count) {
  switch (state_) {
    case State::kDone: return 0;
    case State::kLength: {
      const std::uint64_t taken = std::min(left_, count);
      payload_bytes_ += taken;
      left_ -= taken;
      if (left_ == 0) state_ = State::kDone;
      return taken;
    }
    case State::kChunkSize:
    case State::kChunkData:
    case State::kChunkEnd:
    case State::kTrailer: skip_chunked(count); return count;
    case State::kUntilClose:
    case State::kLost: payload_bytes_ += count; return count;
  }
  return 0;
}

// Only the rest of a chunk can be skipped, with or without its CRLF; framing can't be unseen.
void Body::skip_chunked(std::uint64_t count) {
  if (count == 0) return;
  if (state_ != State::kChunkData || (count > left_ && count != left_ + 2)) {
    payload_bytes_ += count;
    state_ = State::kLost;
    return;
  }
  if (count >= left_) state_ = count == left_ ? State::kChunkEnd : State::kChunkSize;
  const std::uint64_t data = std::min(count, left_);
  payload_bytes_ += data;
  left_ -= data;
}

void Body::lose() {
  if (state_ != State::kUntilClose) state_ = State::kLost;
}

bool Body::is_lost_end(std::string_view last_bytes) const {
  return is_lost() && may_be_chunked_ &&
         (last_bytes.ends_with(kLineEndAndLastChunk) || last_bytes == kLastChunk);
}

}  // namespace obi::protocol::http1
