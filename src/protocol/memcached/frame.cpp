// SPDX-License-Identifier: Apache-2.0
#include "protocol/memcached/frame.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"

namespace obi::protocol::memcached {
namespace {

bool is_magic(std::uint8_t magic) {
  return (magic >= Frame::kRequest && magic <= Frame::kServerResponse) ||
         magic == Frame::kFlexibleRequest || magic == Frame::kFlexibleResponse;
}

std::string_view part(std::span<const std::byte> bytes, std::size_t from, std::size_t size) {
  const std::string_view all = text_of(bytes);
  return all.substr(std::min(from, all.size()), size);
}

}  // namespace

std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  Frame frame;
  frame.magic = cursor.u8();
  if (cursor.ok() && !is_magic(frame.magic)) return std::unexpected(ParseError::NotThisProtocol);
  frame.opcode = cursor.u8();
  const bool is_flexible =
      frame.magic == Frame::kFlexibleRequest || frame.magic == Frame::kFlexibleResponse;
  if (is_flexible) {
    frame.frame_bytes = cursor.u8();
    frame.key_bytes = cursor.u8();
  } else {
    frame.key_bytes = cursor.big<std::uint16_t>();
  }
  frame.extras_bytes = cursor.u8();
  frame.datatype = cursor.u8();
  frame.status = cursor.big<std::uint16_t>();
  frame.body_bytes = cursor.big<std::uint32_t>();
  frame.opaque = cursor.big<std::uint32_t>();
  cursor.skip(8);  // CAS
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const std::uint32_t parts = frame.frame_bytes + frame.key_bytes + frame.extras_bytes;
  if (parts > frame.body_bytes || frame.body_bytes > kMaxBody)
    return std::unexpected(ParseError::Malformed);
  return frame;
}

std::string_view key_of(const Frame& frame, std::span<const std::byte> bytes) {
  return part(bytes, kFrameHeaderBytes + frame.frame_bytes + frame.extras_bytes, frame.key_bytes);
}

std::string_view value_of(const Frame& frame, std::span<const std::byte> bytes) {
  return part(bytes, kFrameHeaderBytes + frame.frame_bytes + frame.extras_bytes + frame.key_bytes,
              frame.value_bytes());
}

}  // namespace obi::protocol::memcached
