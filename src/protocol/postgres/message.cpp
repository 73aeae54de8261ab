// SPDX-License-Identifier: Apache-2.0
#include "protocol/postgres/message.hpp"

#include <algorithm>
#include <array>

#include "base/byte_cursor.hpp"

namespace obi::protocol::postgres {
namespace {

constexpr std::uint32_t kCancelCode = 80'877'102;
constexpr std::uint32_t kSslCode = 80'877'103;
constexpr std::uint32_t kGssCode = 80'877'104;
constexpr std::uint32_t kMajorVersion = 3;
constexpr std::uint32_t kMaxMinorVersion = 9999;  // 3.9999 is what servers are tested with
constexpr std::uint32_t kMinCancel = 16;
constexpr std::uint32_t kMaxCancel = 12 + 256;  // 3.2: the key has up to 256 bytes

// Shortest and longest a length may be; the longest 0: no type of that peer.
struct Bounds {
  std::uint32_t least = 0;
  std::uint32_t most = 0;
};
using BoundsTable = std::array<Bounds, 128>;

constexpr BoundsTable kClientTypes = [] {
  BoundsTable all{};
  all['B'] = {12, kMaxMessage};
  all['C'] = all['D'] = {6, 6 + 1024};  // names are shorter by far
  all['E'] = {9, 9 + 1024};
  all['F'] = {14, kMaxMessage};
  all['H'] = all['S'] = all['X'] = all['c'] = {4, 4};
  all['P'] = {8, kMaxMessage};
  all['Q'] = {5, kMaxMessage};
  all['d'] = {4, kMaxMessage};
  all['f'] = {5, kMaxMessage};
  all['p'] = {4, 64 * 1024};
  return all;
}();

constexpr BoundsTable kServerTypes = [] {
  BoundsTable all{};
  all['1'] = all['2'] = all['3'] = all['I'] = all['c'] = all['n'] = all['s'] = {4, 4};
  all['A'] = {10, 16 * 1024};
  all['C'] = {5, 4 + 256};
  all['D'] = all['T'] = {6, kMaxMessage};
  all['d'] = {4, kMaxMessage};
  all['E'] = all['N'] = {5, 1U << 20U};
  all['G'] = all['H'] = all['W'] = {7, 7 + 2 * 65535};
  all['K'] = {8, 8 + 256};
  all['R'] = {8, 64 * 1024};
  all['S'] = {6, 64 * 1024};
  all['V'] = {8, kMaxMessage};
  all['Z'] = {5, 5};
  all['t'] = {6, 6 + 4 * 65535};
  all['v'] = {12, 64 * 1024};
  return all;
}();

// The rest of the bytes up to a NUL, or to the cut.
std::string_view text_or_rest(base::ByteCursor& cursor) {
  const std::string_view rest = text_of(cursor.rest());
  const std::size_t end = rest.find('\0');
  cursor.skip(end == std::string_view::npos ? rest.size() : end + 1);
  return rest.substr(0, end);
}

base::ByteCursor body_of(std::span<const std::byte> message) {
  return base::ByteCursor(message.subspan(std::min(kHeaderBytes, message.size())));
}

}  // namespace

std::expected<OpenerHead, ParseError> parse_opener(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const auto size = cursor.big<std::uint32_t>();
  if (cursor.ok() && (size < kOpenerBytes || size > kMaxOpener))
    return std::unexpected(ParseError::NotThisProtocol);
  const auto code = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (code == kSslCode && size == kOpenerBytes) return OpenerHead{Opener::kSslRequest, size};
  if (code == kGssCode && size == kOpenerBytes) return OpenerHead{Opener::kGssRequest, size};
  if (code == kCancelCode && size >= kMinCancel && size <= kMaxCancel)
    return OpenerHead{Opener::kCancelRequest, size};
  if (code >> 16U == kMajorVersion && (code & 0xffffU) <= kMaxMinorVersion)
    return OpenerHead{Opener::kStartup, size};
  return std::unexpected(ParseError::NotThisProtocol);
}

std::string_view database_of(std::span<const std::byte> startup) {
  base::ByteCursor cursor(startup.subspan(std::min(kOpenerBytes, startup.size())));
  std::string_view user;
  while (true) {
    const std::string_view name = cursor.c_string();
    if (!cursor.ok()) return {};
    if (name.empty()) return user;
    const std::string_view value = cursor.c_string();
    if (!cursor.ok()) return {};
    if (name == "database") return value;
    if (name == "user") user = value;
  }
}

std::expected<std::uint64_t, ParseError> message_size(PeerRole from,
                                                      std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const std::uint8_t type = cursor.u8();
  const BoundsTable& table = from == PeerRole::kClient ? kClientTypes : kServerTypes;
  const Bounds bounds = type < table.size() ? table[type] : Bounds{};
  if (bounds.most == 0) return std::unexpected(ParseError::NotThisProtocol);
  const auto length = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (length < bounds.least || length > bounds.most)
    return std::unexpected(ParseError::NotThisProtocol);
  return std::uint64_t{length} + 1;
}

std::size_t count_messages(PeerRole from, std::span<const std::byte> bytes, std::size_t limit) {
  std::size_t count = 0;
  while (!bytes.empty() && count < limit) {
    const auto size = message_size(from, bytes);
    if (!size) return size.error() == ParseError::Truncated ? count : 0;
    if (*size > bytes.size()) return count;
    bytes = bytes.subspan(*size);
    ++count;
  }
  return count;
}

Named parse_names(std::span<const std::byte> message) {
  base::ByteCursor cursor = body_of(message);
  const std::string_view name = text_or_rest(cursor);
  return {.name = name, .other = text_or_rest(cursor)};
}

Target parse_target(std::span<const std::byte> message) {
  base::ByteCursor cursor = body_of(message);
  const char kind = static_cast<char>(cursor.u8());
  return {.kind = kind, .name = text_or_rest(cursor)};
}

std::string_view query_of(std::span<const std::byte> message) {
  base::ByteCursor cursor = body_of(message);
  return text_or_rest(cursor);
}

Parameter parse_parameter(std::span<const std::byte> message) {
  base::ByteCursor cursor = body_of(message);
  const std::string_view name = cursor.c_string();
  const std::string_view value = cursor.c_string();
  if (!cursor.ok()) return {};
  return {.name = name, .value = value};
}

ErrorFields parse_error(std::span<const std::byte> message) {
  base::ByteCursor cursor = body_of(message);
  ErrorFields fields;
  while (const std::uint8_t code = cursor.u8()) {
    const std::string_view value = text_or_rest(cursor);
    if (code == 'V') fields.severity = value;
    if (code == 'C') fields.sql_state = value;
    if (code == 'M') fields.message = value;
  }
  return fields;
}

}  // namespace obi::protocol::postgres
