// SPDX-License-Identifier: Apache-2.0
// Aerospike's wire protocol, as its open clients write and read it: a frame of eight bytes (version
// 2, type, length) round an info text, a security message, or a message (header of 22 bytes,
// fields, operations). Compressed messages are not read. Pure functions; views point into the
// input, which may be cut.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::aerospike {

enum class FrameType : std::uint8_t { kInfo = 1, kSecurity = 2, kMessage = 3, kCompressed = 4 };

struct Frame {
  static constexpr std::size_t kBytes = 8;
  FrameType type = FrameType::kMessage;
  std::uint64_t content_bytes = 0;
  [[nodiscard]] std::uint64_t size() const { return kBytes + content_bytes; }
};

std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes);

/// What a message asks for.
struct Command {
  std::string_view operation;  ///< "GET", "PUT", "BATCH_READ", …; empty if unknown
  std::string_view name_space;
  std::string_view set;
  std::uint32_t batch_size = 0;  ///< records; 0 = no batch
  bool has_parts = false;        ///< its answer ends with a part marked as the last
};

/// `content`: of a frame of type kMessage. Malformed: no request is like that.
std::expected<Command, ParseError> parse_command(std::span<const std::byte> content);

struct Answer {
  std::uint8_t result = 0;  ///< of the last part that is in the bytes
  bool is_last = false;     ///< that part is marked as the last
};

/// `content`: of a frame of type kMessage.
std::expected<Answer, ParseError> parse_answer(std::span<const std::byte> content);

/// How sure it is that these bytes begin a client's or a server's frame. Truncated: they may.
std::expected<void, ParseError> check_start(std::span<const std::byte> bytes, bool from_client);

}  // namespace obi::protocol::aerospike
