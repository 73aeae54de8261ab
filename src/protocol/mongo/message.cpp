// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/message.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"
#include "protocol/mongo/bson.hpp"
#include "protocol/mongo/command.hpp"

namespace obi::protocol::mongo {
namespace {

using base::ByteCursor;

// The servers' maxMessageSizeBytes is 48000000; a compressed message may be a little longer.
constexpr std::uint32_t kMaxMessage = 48U << 20U;
constexpr std::uint32_t kMsgFlags = 1U << 0U | 1U << 1U | 1U << 16U;  // checksum, more, exhaust
constexpr std::uint32_t kRequiredFlags = 0xffff;  // who doesn't know one of these must refuse
constexpr std::uint32_t kQueryFlags = 0xff;       // OP_QUERY and older writes
constexpr std::uint32_t kReplyFlags = 0x0f;
constexpr std::uint8_t kLastCompressor = 3;  // noop, snappy, zlib, zstd
constexpr int kMaxSections = 16;             // a message has a body and few sequences
constexpr std::size_t kMinMsg = 5;           // flags and a kind

bool is_known_op_code(OpCode code) {
  switch (code) {
    case OpCode::kReply:
    case OpCode::kUpdate:
    case OpCode::kInsert:
    case OpCode::kQuery:
    case OpCode::kGetMore:
    case OpCode::kDelete:
    case OpCode::kKillCursors:
    case OpCode::kCompressed:
    case OpCode::kMsg: return true;
  }
  return false;
}

struct Compressed {
  OpCode op_code = OpCode::kMsg;
  bool is_plain = false;             // compressor 0
  std::span<const std::byte> bytes;  // what is compressed
};

std::expected<Compressed, ParseError> parse_compressed(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  Compressed compressed;
  compressed.op_code = static_cast<OpCode>(cursor.little<std::int32_t>());
  const auto size = cursor.little<std::uint32_t>();
  const std::uint8_t compressor = cursor.u8();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (!is_known_op_code(compressed.op_code) || compressed.op_code == OpCode::kCompressed ||
      size > kMaxMessage || compressor > kLastCompressor)
    return std::unexpected(ParseError::NotThisProtocol);
  compressed.is_plain = compressor == 0;
  compressed.bytes = cursor.rest();
  return compressed;
}

// A document whose first element has a name.
std::expected<void, ParseError> check_document(std::span<const std::byte> bytes, std::size_t room) {
  if (bytes.size() < sizeof(std::uint32_t)) return std::unexpected(ParseError::Truncated);
  BsonWalk walk(bytes);
  if (walk.size() == 0 || walk.size() > room) return std::unexpected(ParseError::NotThisProtocol);
  if (walk.next() || walk.is_complete()) return {};
  return std::unexpected(bytes.size() < walk.size() ? ParseError::Truncated
                                                    : ParseError::NotThisProtocol);
}

std::expected<void, ParseError> check_msg(std::span<const std::byte> bytes, std::size_t room) {
  ByteCursor cursor(bytes);
  const auto flags = cursor.little<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if ((flags & ~kMsgFlags) != 0) return std::unexpected(ParseError::NotThisProtocol);
  const std::uint8_t kind = cursor.u8();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  room -= kMinMsg;
  if (kind == 0) return check_document(cursor.rest(), room);
  if (kind != 1) return std::unexpected(ParseError::NotThisProtocol);
  const auto size = cursor.little<std::uint32_t>();
  const std::string_view name = cursor.c_string();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (size > room || !is_command_name(name)) return std::unexpected(ParseError::NotThisProtocol);
  return {};
}

std::expected<void, ParseError> check_old(OpCode op_code, std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  const auto flags = cursor.little<std::uint32_t>();
  if (op_code == OpCode::kReply) {
    if (cursor.ok() && (flags & ~kReplyFlags) != 0)
      return std::unexpected(ParseError::NotThisProtocol);
    cursor.skip(16);
    return cursor.ok() ? std::expected<void, ParseError>() : std::unexpected(ParseError::Truncated);
  }
  if (op_code == OpCode::kKillCursors) return {};
  if (cursor.ok() && (flags & ~kQueryFlags) != 0)
    return std::unexpected(ParseError::NotThisProtocol);
  const std::string_view name_space = cursor.c_string();
  if (!cursor.ok()) {
    return std::unexpected(bytes.size() > sizeof(flags) + kMaxNamespace
                               ? ParseError::NotThisProtocol
                               : ParseError::Truncated);
  }
  if (name_space.find('.') == std::string_view::npos || name_space.size() > kMaxNamespace)
    return std::unexpected(ParseError::NotThisProtocol);
  return {};
}

}  // namespace

std::expected<Header, ParseError> parse_header(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  Header header;
  header.size = cursor.little<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (header.size <= Header::kBytes || header.size > kMaxMessage)
    return std::unexpected(ParseError::NotThisProtocol);
  header.request_id = cursor.little<std::int32_t>();
  header.response_to = cursor.little<std::int32_t>();
  header.op_code = static_cast<OpCode>(cursor.little<std::int32_t>());
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (!is_known_op_code(header.op_code)) return std::unexpected(ParseError::NotThisProtocol);
  return header;
}

std::expected<Content, ParseError> parse_content(std::span<const std::byte> bytes) {
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  const auto rest = bytes.subspan(Header::kBytes);
  if (header->op_code != OpCode::kCompressed)
    return Content{.op_code = header->op_code, .bytes = rest};
  const auto compressed = parse_compressed(rest);
  if (!compressed) return std::unexpected(compressed.error());
  return Content{.op_code = compressed->op_code,
                 .is_readable = compressed->is_plain,
                 .bytes = compressed->bytes};
}

// OP_MSG behind the header. The checksum at its end, if any, is no section.
std::expected<Sections, ParseError> parse_sections(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  Sections sections;
  sections.flags = cursor.little<std::uint32_t>();
  if (!cursor.ok()) return sections;
  // The lower half of the bits must be understood.
  if ((sections.flags & kRequiredFlags & ~kMsgFlags) != 0)
    return std::unexpected(ParseError::Malformed);
  for (int i = 0; i < kMaxSections && !cursor.at_end(); ++i) {
    const std::uint8_t kind = cursor.u8();
    const auto rest = cursor.rest();
    const std::size_t size = cursor.little<std::uint32_t>();
    if (!cursor.ok()) break;
    if (kind == 0) {
      if (sections.body.empty()) sections.body = rest.first(std::min(size, rest.size()));
    } else if (kind == 1) {
      const std::string_view name = cursor.c_string();
      if (sections.sequence.empty() && cursor.ok()) sections.sequence = name;
    } else {
      break;  // the checksum, or nonsense
    }
    if (size > rest.size() || size < sizeof(std::uint32_t)) break;
    cursor = ByteCursor(rest.subspan(size));
  }
  return sections;
}

std::expected<void, ParseError> check_start(std::span<const std::byte> bytes, bool from_client) {
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  const bool is_reply_only = header->op_code == OpCode::kReply;
  const bool is_both = header->op_code == OpCode::kMsg || header->op_code == OpCode::kCompressed;
  if (is_reply_only ? from_client : !is_both && !from_client)
    return std::unexpected(ParseError::NotThisProtocol);
  if ((header->response_to == 0) != from_client)
    return std::unexpected(ParseError::NotThisProtocol);
  const std::size_t room = header->size - Header::kBytes;
  bytes = bytes.subspan(Header::kBytes);
  if (header->op_code == OpCode::kMsg)
    return room > kMinMsg ? check_msg(bytes, room) : std::unexpected(ParseError::NotThisProtocol);
  if (header->op_code != OpCode::kCompressed) return check_old(header->op_code, bytes);
  const auto compressed = parse_compressed(bytes);
  if (!compressed) return std::unexpected(compressed.error());
  return {};
}

}  // namespace obi::protocol::mongo
