// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/body.hpp"

#include <algorithm>

namespace obi::protocol::http1 {
namespace {
constexpr std::uint8_t kMaxSizeDigits = 15;  // 60 bits: no overflow, and no sane chunk is longer

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

void Body::begin(Framing framing, std::uint64_t length) {
  *this = Body{};
  left_ = length;
  switch (framing) {
    case Framing::kNone: state_ = State::kDone; break;
    case Framing::kLength: state_ = length == 0 ? State::kDone : State::kLength; break;
    case Framing::kChunked: state_ = State::kChunkSize; left_ = 0; break;
    case Framing::kUntilClose: state_ = State::kUntilClose; break;
  }
}

std::size_t Body::take(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    switch (state_) {
      case State::kDone: return at;
      case State::kLength:
      case State::kChunkData: {
        const std::uint64_t count = std::min<std::uint64_t>(left_, rest.size());
        payload_bytes_ += count;
        left_ -= count;
        at += count;
        if (left_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kChunkEnd;
        break;
      }
      case State::kUntilClose:
      case State::kLost: payload_bytes_ += rest.size(); return bytes.size();
      case State::kChunkSize: at += take_size_line(rest); break;
      case State::kChunkEnd:
        if (rest[0] == '\n') {
          state_ = State::kChunkSize;
        } else if (rest[0] != '\r') {
          malformed_ = true;
          state_ = State::kLost;
        }
        ++at;
        break;
      case State::kTrailer: at += take_trailer(rest); break;
    }
  }
  return at;
}

std::size_t Body::take_size_line(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      end_size_line();
      return i + 1;
    }
    const int digit = in_extension_ ? -1 : hex_value(c);
    if (digit >= 0 && size_digits_ < kMaxSizeDigits) {
      left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
      ++size_digits_;
    } else if (c == ';' || in_extension_) {
      in_extension_ = true;
    } else if (c != '\r' && c != ' ' && c != '\t') {
      malformed_ = true;
      state_ = State::kLost;
      return i;
    }
  }
  return bytes.size();
}

void Body::end_size_line() {
  if (size_digits_ == 0) {
    malformed_ = true;
    state_ = State::kLost;
  } else {
    state_ = left_ == 0 ? State::kTrailer : State::kChunkData;
  }
  size_digits_ = 0;
  in_extension_ = false;
  line_bytes_ = 0;
}

std::size_t Body::take_trailer(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      if (line_bytes_ == 0) {
        state_ = State::kDone;
        return i + 1;
      }
      line_bytes_ = 0;
    } else if (c != '\r' && line_bytes_ < 255) {
      ++line_bytes_;
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
    case State::kChunkData:
      if (count < left_) {
        payload_bytes_ += count;
        left_ -= count;
        return count;
      }
      [[fallthrough]];
    case State::kChunkSize:
    case State::kChunkEnd:
    case State::kTrailer: state_ = State::kLost; [[fallthrough]];
    case State::kUntilClose:
    case State::kLost: payload_bytes_ += count; return count;
  }
  return 0;
}

}  // namespace obi::protocol::http1
