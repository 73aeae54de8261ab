// SPDX-License-Identifier: Apache-2.0
#include "protocol/aerospike/message.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"

namespace obi::protocol::aerospike {
namespace {

using base::ByteCursor;

constexpr std::uint8_t kVersion = 2;
constexpr std::uint64_t kMaxFrame = 128ULL << 20U;  // the clients' limit for a proto
constexpr std::uint64_t kMaxText = 1ULL << 20U;     // of an info request or a security message
constexpr std::uint8_t kHeaderBytes = 22;
constexpr int kMaxFields = 64;   // there are about twenty types
constexpr int kMaxOps = 256;     // looked at; a record has at most 32767 bins
constexpr int kMaxParts = 4096;  // of an answer in one frame, with what is kept of it far fewer
constexpr std::size_t kDigestBytes = 20;

// Flags of the header's first three bytes.
constexpr unsigned kInfo1Read = 1U << 0U;
constexpr unsigned kInfo1Batch = 1U << 3U;
constexpr unsigned kInfo1NoBinData = 1U << 5U;
constexpr unsigned kInfo2Write = 1U << 0U;
constexpr unsigned kInfo2Delete = 1U << 1U;
constexpr unsigned kInfo3Last = 1U << 0U;

enum Field : std::uint8_t {
  kNamespace = 0,
  kSet = 1,
  kQueryId = 7,
  kScanOptions = 8,
  kPartitions = 11,
  kDigests = 12,
  kIndexRange = 22,
  kUdfPackage = 30,
  kBatchIndex = 41,
  kBatchIndexWithSet = 42,
};

enum Op : std::uint8_t { kOpRead = 1, kOpWrite = 2, kOpTouch = 11 };

// What an entry of a batch has besides its digest.
constexpr unsigned kEntryRepeats = 1U << 0U;
constexpr unsigned kEntryInfo = 1U << 1U;
constexpr unsigned kEntryGeneration = 1U << 2U;
constexpr unsigned kEntryTtl = 1U << 3U;
constexpr unsigned kEntryInfo4 = 1U << 4U;

struct Header {
  unsigned info1 = 0;
  unsigned info2 = 0;
  unsigned info3 = 0;
  std::uint8_t result = 0;
  std::uint16_t fields = 0;
  std::uint16_t ops = 0;
};

std::expected<Header, ParseError> read_header(ByteCursor& cursor) {
  const std::uint8_t size = cursor.u8();
  Header header;
  header.info1 = cursor.u8();
  header.info2 = cursor.u8();
  header.info3 = cursor.u8();
  cursor.skip(1);
  header.result = cursor.u8();
  cursor.skip(12);  // generation, lifetime, timeout
  header.fields = cursor.big<std::uint16_t>();
  header.ops = cursor.big<std::uint16_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (size != kHeaderBytes) return std::unexpected(ParseError::Malformed);
  return header;
}

struct FieldView {
  std::uint8_t type = 0;
  std::span<const std::byte> data;  // as far as it is there
};

// The next field; the cursor fails with one that is cut.
FieldView read_field(ByteCursor& cursor) {
  const std::size_t size = cursor.big<std::uint32_t>();
  FieldView field{.type = cursor.u8()};
  if (!cursor.ok() || size == 0) {
    cursor.fail();
    return field;
  }
  field.data = cursor.rest().first(std::min(size - 1, cursor.left()));
  cursor.skip(size - 1);
  return field;
}

struct Seen {
  bool query = false;  // an index is asked
  bool scan = false;   // partitions are
  bool udf = false;
  bool batch = false;
};

// The first record of a batch has namespace, set and what is done; the others mostly repeat it.
void read_batch(Command& command, std::span<const std::byte> data) {
  ByteCursor cursor(data);
  command.batch_size = cursor.big<std::uint32_t>();
  cursor.skip(1 + 4 + kDigestBytes);  // flags; the record's number and digest
  const unsigned entry = cursor.u8();
  unsigned info2 = 0;
  if ((entry & kEntryInfo) != 0) {
    cursor.skip(1);
    info2 = cursor.u8();
    cursor.skip(1);
    if ((entry & kEntryInfo4) != 0) cursor.skip(1);
    if ((entry & kEntryGeneration) != 0) cursor.skip(2);
    if ((entry & kEntryTtl) != 0) cursor.skip(4);
  } else if ((entry & kEntryRepeats) == 0) {
    cursor.skip(1);
  }
  if ((info2 & kInfo2Delete) != 0) {
    command.operation = "BATCH_DELETE";
  } else if ((info2 & kInfo2Write) != 0) {
    command.operation = "BATCH_WRITE";
  }
  const int fields = std::min<int>(cursor.big<std::uint16_t>(), kMaxFields);
  cursor.skip(2);
  for (int i = 0; i < fields && cursor.ok(); ++i) {
    const FieldView field = read_field(cursor);
    if (!cursor.ok()) break;
    if (field.type == kNamespace) command.name_space = text_of(field.data);
    if (field.type == kSet) command.set = text_of(field.data);
  }
}

Seen read_fields(Command& command, const Header& header, ByteCursor& cursor) {
  Seen seen;
  for (int i = 0; i < std::min<int>(header.fields, kMaxFields) && cursor.ok(); ++i) {
    const FieldView field = read_field(cursor);
    switch (field.type) {
      case kNamespace:
        if (cursor.ok()) command.name_space = text_of(field.data);
        break;
      case kSet: command.set = text_of(field.data); break;
      case kScanOptions:
      case kQueryId:
      case kPartitions:
      case kDigests: seen.scan = true; break;
      case kIndexRange: seen.query = true; break;
      case kUdfPackage: seen.udf = true; break;
      case kBatchIndex:
      case kBatchIndexWithSet:
        seen.batch = true;
        command.operation = "BATCH_READ";
        read_batch(command, field.data);
        break;
      default: break;
    }
  }
  return seen;
}

// What the operations on bins amount to.
std::string_view operation_of_ops(const Header& header, ByteCursor& cursor) {
  const bool writes = (header.info2 & kInfo2Write) != 0;
  bool only_usual = true;
  bool touches = false;
  for (int i = 0; i < std::min<int>(header.ops, kMaxOps) && cursor.ok(); ++i) {
    const std::size_t size = cursor.big<std::uint32_t>();
    const std::uint8_t op = cursor.u8();
    if (!cursor.ok() || size == 0) break;
    touches |= op == kOpTouch;
    only_usual &= op == (writes ? kOpWrite : kOpRead);
    cursor.skip(size - 1);
  }
  if (touches && header.ops == 1) return "TOUCH";
  if (!only_usual) return "OPERATE";
  return writes ? "PUT" : "GET";
}

std::string_view operation_of(const Header& header, const Seen& seen, ByteCursor& cursor) {
  if (seen.query) return "QUERY";
  if (seen.scan) return "SCAN";
  if (seen.udf) return "UDF";
  if ((header.info2 & kInfo2Delete) != 0) return "DELETE";
  if ((header.info2 & kInfo2Write) == 0 && (header.info1 & kInfo1Read) == 0) return {};
  if ((header.info2 & kInfo2Write) == 0 && (header.info1 & kInfo1NoBinData) != 0) return "EXISTS";
  return operation_of_ops(header, cursor);
}

// What a part of an answer has behind its header; false: it isn't all there.
bool skip_part(const Header& header, ByteCursor& cursor) {
  for (int i = header.fields + header.ops; i > 0 && cursor.ok(); --i)
    cursor.skip(cursor.big<std::uint32_t>());
  return cursor.ok();
}

bool is_text(std::span<const std::byte> bytes) {
  return std::ranges::all_of(
      text_of(bytes), [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; });
}

std::expected<void, ParseError> check_message(std::span<const std::byte> content,
                                              bool from_client) {
  ByteCursor cursor(content);
  const std::uint8_t size = cursor.peek();
  if (!content.empty() && size != kHeaderBytes) return std::unexpected(ParseError::NotThisProtocol);
  const auto header = read_header(cursor);
  if (!header) return std::unexpected(header.error());
  const bool has_fields = header->fields > 0 && header->fields <= kMaxFields;
  if (from_client && (!has_fields || header->result != 0))
    return std::unexpected(ParseError::NotThisProtocol);
  return {};
}

}  // namespace

std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  const std::uint8_t version = cursor.u8();
  const std::uint8_t type = cursor.u8();
  if (!bytes.empty() && version != kVersion) return std::unexpected(ParseError::NotThisProtocol);
  if (bytes.size() > 1 && (type < 1 || type > 4))
    return std::unexpected(ParseError::NotThisProtocol);
  const std::uint64_t content = cursor.big_bytes(6);
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  Frame frame{.type = static_cast<FrameType>(type), .content_bytes = content};
  const std::uint64_t most = type <= 2 ? 16 * kMaxText : kMaxFrame;
  const std::uint64_t least = frame.type == FrameType::kMessage ? kHeaderBytes : 0;
  if (content > most || content < least) return std::unexpected(ParseError::NotThisProtocol);
  return frame;
}

std::expected<Command, ParseError> parse_command(std::span<const std::byte> content) {
  ByteCursor cursor(content);
  const auto header = read_header(cursor);
  if (!header) return std::unexpected(header.error());
  Command command;
  const Seen seen = read_fields(command, *header, cursor);
  if (!seen.batch) command.operation = operation_of(*header, seen, cursor);
  command.has_parts = seen.batch || seen.query || seen.scan || (header->info1 & kInfo1Batch) != 0;
  return command;
}

std::expected<Answer, ParseError> parse_answer(std::span<const std::byte> content) {
  ByteCursor cursor(content);
  Answer answer;
  for (int i = 0; i < kMaxParts; ++i) {
    const auto header = read_header(cursor);
    if (!header)
      return i == 0 ? std::expected<Answer, ParseError>(std::unexpected(header.error())) : answer;
    answer.result = header->result;
    answer.is_last = (header->info3 & kInfo3Last) != 0;
    if (answer.is_last || !skip_part(*header, cursor) || cursor.at_end()) return answer;
  }
  return answer;
}

std::expected<void, ParseError> check_start(std::span<const std::byte> bytes, bool from_client) {
  const auto frame = parse_frame(bytes);
  if (!frame) return std::unexpected(frame.error());
  const auto behind = bytes.subspan(Frame::kBytes);
  const auto content = behind.first(std::min<std::uint64_t>(behind.size(), frame->content_bytes));
  switch (frame->type) {
    case FrameType::kMessage: return check_message(content, from_client);
    case FrameType::kInfo:
      if (frame->content_bytes > kMaxText || !is_text(content))
        return std::unexpected(ParseError::NotThisProtocol);
      break;
    case FrameType::kSecurity:  // scheme 0, result (0 in a request), command, fields
      if (frame->content_bytes < 16 || frame->content_bytes > kMaxText ||
          (!content.empty() && std::to_integer<int>(content[0]) != 0))
        return std::unexpected(ParseError::NotThisProtocol);
      break;
    case FrameType::kCompressed:
      if (frame->content_bytes <= sizeof(std::uint64_t))
        return std::unexpected(ParseError::NotThisProtocol);
      break;
  }
  // Weaker formats must be there as a whole: what a client asks so is short.
  if (content.size() < std::min<std::uint64_t>(frame->content_bytes, 1024))
    return std::unexpected(ParseError::Truncated);
  return {};
}

}  // namespace obi::protocol::aerospike
