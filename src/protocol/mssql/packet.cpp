// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/packet.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"

namespace obi::protocol::mssql {
namespace {

using base::ByteCursor;

constexpr std::uint8_t kLast = 0x01;
constexpr std::uint8_t kIgnore = 0x02;
constexpr std::uint8_t kStatusBits = 0x1f;  // what is defined, and event notification's
constexpr std::uint8_t kEncryptionOption = 1;
constexpr std::uint8_t kLastOption = 7;
constexpr std::uint8_t kEndOfOptions = 0xff;
constexpr std::size_t kLoginDatabase = 68;  // where LOGIN7 says where the database's name is
constexpr std::size_t kMinLogin = 86;       // its fixed part, as TDS 7.0 has it
constexpr std::size_t kMaxName = 128;       // characters of an identifier
constexpr std::size_t kAsciiAtOnce = 128;
constexpr std::uint32_t kMaxHeaders = 512;  // there are three kinds, of up to 30 bytes or so

bool is_packet_type(std::uint8_t type) {
  switch (static_cast<PacketType>(type)) {
    case PacketType::kSqlBatch:
    case PacketType::kRpc:
    case PacketType::kResponse:
    case PacketType::kAttention:
    case PacketType::kBulkLoad:
    case PacketType::kFederatedToken:
    case PacketType::kTransaction:
    case PacketType::kLogin7:
    case PacketType::kSspi:
    case PacketType::kPrelogin: return true;
  }
  return false;
}

void append_code_point(std::uint32_t code, std::string& text) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6U);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12U);
    add(0x80 | (code >> 6U & 0x3fU));
  } else {
    add(0xf0 | code >> 18U);
    add(0x80 | (code >> 12U & 0x3fU));
    add(0x80 | (code >> 6U & 0x3fU));
  }
  add(0x80 | (code & 0x3fU));
}

// The next characters up to one that isn't ASCII, which most texts don't have; `text` may grow to
// `most` bytes by them.
void append_ascii(ByteCursor& cursor, std::string& text, std::size_t most) {
  const Bytes utf16 = cursor.rest();
  const std::size_t old_size = text.size();
  const std::size_t room = std::min({utf16.size() / 2, most - old_size, kAsciiAtOnce});
  text.resize(old_size + room);
  std::size_t count = 0;
  for (; count < room; ++count) {
    const auto low = std::to_integer<std::uint8_t>(utf16[2 * count]);
    if (low >= 0x80 || utf16[2 * count + 1] != std::byte{0}) break;
    text[old_size + count] = static_cast<char>(low);
  }
  text.resize(old_size + count);
  cursor.skip(2 * count);
}

}  // namespace

std::expected<Header, ParseError> parse_header(Bytes bytes) {
  ByteCursor cursor(bytes);
  const std::uint8_t type = cursor.u8();
  const std::uint8_t status = cursor.u8();
  Header header;
  header.length = cursor.big<std::uint16_t>();
  cursor.skip(2 + 1);  // process, number of the packet
  const std::uint8_t window = cursor.u8();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const bool plausible = is_packet_type(type) && (status & ~kStatusBits) == 0 &&
                         header.length >= kHeaderBytes && header.length <= kMaxPacketBytes &&
                         window == 0;
  if (!plausible) return std::unexpected(ParseError::NotThisProtocol);
  header.type = static_cast<PacketType>(type);
  header.is_last = (status & kLast) != 0;
  header.is_ignored = (status & kIgnore) != 0;
  return header;
}

std::expected<Encryption, ParseError> parse_prelogin(Bytes payload) {
  ByteCursor cursor(payload);
  while (cursor.ok()) {
    const std::uint8_t option = cursor.u8();
    const auto offset = cursor.big<std::uint16_t>();
    const auto length = cursor.big<std::uint16_t>();
    if (option == kEndOfOptions || option > kLastOption) break;
    if (option != kEncryptionOption) continue;
    if (length != 1 || offset >= payload.size()) return std::unexpected(ParseError::Malformed);
    // The other bits are about certificates.
    return static_cast<Encryption>(std::to_integer<std::uint8_t>(payload[offset]) & 3U);
  }
  return std::unexpected(ParseError::NotThisProtocol);
}

bool is_prelogin(Bytes payload) {
  ByteCursor cursor(payload);
  for (bool is_first = true; cursor.ok(); is_first = false) {
    const std::uint8_t option = cursor.u8();
    if (option == kEndOfOptions) return !is_first && cursor.ok();
    const auto offset = cursor.big<std::uint16_t>();
    const auto length = cursor.big<std::uint16_t>();
    const bool is_version = option == 0 && length == 6;
    if (option > kLastOption || (is_first && !is_version) ||
        std::size_t{offset} + length > payload.size()) {
      return false;
    }
  }
  return false;
}

Bytes database_of_login(Bytes payload) {
  if (payload.size() < kMinLogin) return {};
  ByteCursor cursor(payload.subspan(kLoginDatabase));
  const auto offset = cursor.little<std::uint16_t>();
  const auto characters = cursor.little<std::uint16_t>();
  const std::size_t bytes = std::size_t{characters} * 2;
  if (characters > kMaxName || offset + bytes > payload.size()) return {};
  return payload.subspan(offset, bytes);
}

bool is_login(Bytes payload, std::size_t size) {
  ByteCursor cursor(payload);
  const auto length = cursor.little<std::uint32_t>();
  const auto version = cursor.little<std::uint32_t>();  // 7.0 to 7.4: 0x70000000 to 0x74000004
  return cursor.ok() && length == size && size >= kMinLogin && version >> 28U == 7;
}

std::size_t headers_bytes(Bytes payload) {
  ByteCursor all(payload);
  const auto total = all.little<std::uint32_t>();
  if (!all.ok() || total <= 4 || total > kMaxHeaders || total > payload.size()) return 0;
  ByteCursor cursor(payload.subspan(4, total - 4));
  while (!cursor.at_end()) {
    const auto length = cursor.little<std::uint32_t>();
    const auto type = cursor.little<std::uint16_t>();
    if (!cursor.ok() || length < 6 || type == 0 || type > 8 || !cursor.skip(length - 6)) return 0;
  }
  return total;
}

void append_utf8(Bytes utf16, std::string& text, std::size_t max_bytes) {
  ByteCursor cursor(utf16);
  while (cursor.left() >= 2 && text.size() + 4 <= max_bytes) {
    append_ascii(cursor, text, max_bytes - 3);
    if (cursor.left() < 2 || text.size() + 4 > max_bytes) return;
    std::uint32_t code = cursor.little<std::uint16_t>();
    if (code >> 10U == 0x36) {  // the first half of a pair
      const std::uint32_t low = cursor.little<std::uint16_t>();
      if (low >> 10U != 0x37) continue;
      code = 0x10000 + ((code & 0x3ffU) << 10U | (low & 0x3ffU));
    } else if (code >> 10U == 0x37) {
      continue;
    }
    append_code_point(code, text);
  }
}

}  // namespace obi::protocol::mssql
