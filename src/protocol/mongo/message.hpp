// SPDX-License-Identifier: Apache-2.0
// The frame of MongoDB's messages (MongoDB manual, "MongoDB Wire Protocol", and the drivers' OP_MSG
// and OP_COMPRESSED specifications): the header, the sections of an OP_MSG, what is known of a
// compressed message. command.hpp and answer.hpp read what is in them. Pure functions; views point
// into the input, which may be cut.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::mongo {

enum class OpCode : std::int32_t {
  kReply = 1,
  kUpdate = 2001,
  kInsert = 2002,
  kQuery = 2004,
  kGetMore = 2005,
  kDelete = 2006,
  kKillCursors = 2007,
  kCompressed = 2012,
  kMsg = 2013,
};

struct Header {
  static constexpr std::size_t kBytes = 16;
  std::uint32_t size = 0;  ///< of the message, with the header
  std::int32_t request_id = 0;
  std::int32_t response_to = 0;  ///< 0 in what a client sends
  OpCode op_code = OpCode::kMsg;
};

/// A header with an op code and a length that exist.
std::expected<Header, ParseError> parse_header(std::span<const std::byte> bytes);

/// What a message carries, behind header and compression.
struct Content {
  OpCode op_code = OpCode::kMsg;
  bool is_readable = true;  ///< false: compressed, which is not undone here
  std::span<const std::byte> bytes;
};

/// `bytes`: the message from its header on. Compressor 0 (noop) is taken off.
std::expected<Content, ParseError> parse_content(std::span<const std::byte> bytes);

/// OP_MSG.
struct Sections {
  std::uint32_t flags = 0;
  std::span<const std::byte> body;  ///< a document; empty if it isn't there
  std::string_view sequence;        ///< name of the first document sequence
  [[nodiscard]] bool more_to_come() const { return (flags & 2U) != 0; }
};

/// `bytes`: of an OP_MSG, behind its header. Malformed: flags that no peer may set.
std::expected<Sections, ParseError> parse_sections(std::span<const std::byte> bytes);

/// Whether these bytes begin a message as a client or a server sends them. Truncated: they may.
std::expected<void, ParseError> check_start(std::span<const std::byte> bytes, bool from_client);

}  // namespace obi::protocol::mongo
