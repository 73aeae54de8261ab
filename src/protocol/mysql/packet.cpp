// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/packet.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/byte_cursor.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::mysql {
namespace {

using base::ByteCursor;

constexpr std::size_t kMaxVersionBytes = 128;  // "5.5.5-10.11.6-MariaDB-0+deb12u1-log" and the like
constexpr std::size_t kMaxAttributes = 64;     // of a query; more are none that a client would set
constexpr std::uint16_t kUndefinedStatus = 0x8004;  // bits that no server sets

std::uint64_t lenenc(ByteCursor& cursor) {
  const std::uint8_t first = cursor.u8();
  switch (first) {
    case 0xfb: return 0;
    case 0xfc: return cursor.little_bytes(2);
    case 0xfd: return cursor.little_bytes(3);
    case 0xfe: return cursor.little_bytes(8);
    case 0xff: cursor.fail(); return 0;
    default: return first;
  }
}

void skip_lenenc(ByteCursor& cursor) {
  const std::uint64_t length = lenenc(cursor);
  cursor.skip(length);
}

// A value of the binary protocol, by its field type (enum_field_types).
void skip_value(ByteCursor& cursor, std::uint8_t type) {
  switch (type) {
    case 1: cursor.skip(1); return;             // TINY
    case 2:                                     // SHORT
    case 13: cursor.skip(2); return;            // YEAR
    case 3:                                     // LONG
    case 4:                                     // FLOAT
    case 9: cursor.skip(4); return;             // INT24
    case 5:                                     // DOUBLE
    case 8: cursor.skip(8); return;             // LONGLONG
    case 6: return;                             // NULL
    case 7:                                     // TIMESTAMP
    case 10:                                    // DATE
    case 11:                                    // TIME
    case 12: cursor.skip(cursor.u8()); return;  // DATETIME
    default: skip_lenenc(cursor);
  }
}

// What stands before the text where a query has attributes.
void skip_attributes(ByteCursor& cursor) {
  const std::uint64_t count = lenenc(cursor);
  lenenc(cursor);  // parameter sets, always 1
  if (count == 0) return;
  if (count > kMaxAttributes) return cursor.fail();
  const Bytes nulls = cursor.take((count + 7) / 8);
  std::uint8_t types[kMaxAttributes] = {};
  if (cursor.u8() == 0) return cursor.fail();
  for (std::size_t i = 0; i < count; ++i) {
    types[i] = static_cast<std::uint8_t>(cursor.little<std::uint16_t>());
    skip_lenenc(cursor);
  }
  for (std::size_t i = 0; i < count && cursor.ok(); ++i) {
    const auto bits = std::to_integer<unsigned>(nulls[i / 8]);
    if ((bits >> (i % 8) & 1U) == 0) skip_value(cursor, types[i]);
  }
}

bool may_begin_attributes(Bytes payload) {
  return payload.size() >= 3 && std::to_integer<std::size_t>(payload[1]) <= kMaxAttributes &&
         (payload[1] == std::byte{0} || std::to_integer<char>(payload[1]) < '\t') &&
         payload[2] == std::byte{1};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void skip_authentication(ByteCursor& cursor, std::uint32_t capabilities) {
  if ((capabilities & kCapLenencAuth) != 0) {
    skip_lenenc(cursor);
  } else if ((capabilities & kCapSecureConnection) != 0) {
    cursor.skip(cursor.u8());
  } else {
    cursor.c_string();
  }
}

// A C string that may lack its end where the packet ends.
std::string_view last_c_string(ByteCursor& cursor) {
  const std::string_view rest = text_of(cursor.rest());
  return rest.substr(0, rest.find('\0'));
}

}  // namespace

std::uint32_t statement_id_of(Bytes payload) {
  ByteCursor cursor(payload);
  cursor.u8();
  return cursor.little<std::uint32_t>();
}

std::expected<Greeting, ParseError> parse_greeting(Bytes payload) {
  ByteCursor cursor(payload);
  if (cursor.u8() != 10) return std::unexpected(ParseError::NotThisProtocol);
  const std::string_view version = cursor.c_string();
  cursor.skip(4 + 8);  // connection id, first part of the challenge
  const bool filled = cursor.u8() == 0;
  Greeting greeting;
  greeting.version = version;
  greeting.capabilities = cursor.little<std::uint16_t>();
  cursor.skip(1);  // character set
  greeting.status = cursor.little<std::uint16_t>();
  greeting.capabilities |= static_cast<std::uint32_t>(cursor.little<std::uint16_t>()) << 16U;
  cursor.u8();  // length of the challenge
  const Bytes reserved = cursor.take(10);
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const bool plausible =
      !version.empty() && version.size() <= kMaxVersionBytes && is_printable_ascii(version) &&
      filled && (greeting.capabilities & kCapProtocol41) != 0 &&
      std::ranges::all_of(reserved.first(6), [](std::byte b) { return b == std::byte{0}; });
  if (!plausible) return std::unexpected(ParseError::NotThisProtocol);
  return greeting;
}

std::expected<HandshakeResponse, ParseError> parse_handshake_response(Bytes payload) {
  ByteCursor cursor(payload);
  HandshakeResponse response;
  response.capabilities = cursor.little<std::uint16_t>();
  if ((response.capabilities & kCapProtocol41) == 0) {  // of MySQL 4.0 and older
    cursor.skip(3);
    if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
    response.starts_tls = cursor.at_end() && (response.capabilities & kCapSsl) != 0;
    cursor.c_string();
    cursor.c_string();
    if ((response.capabilities & kCapConnectWithDb) != 0) response.database = last_c_string(cursor);
    return response;
  }
  response.capabilities |= static_cast<std::uint32_t>(cursor.little<std::uint16_t>()) << 16U;
  cursor.skip(4);  // largest packet
  response.collation = cursor.u8();
  cursor.skip(23);  // reserved
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  response.starts_tls = cursor.at_end() && (response.capabilities & kCapSsl) != 0;
  if (response.starts_tls) return response;
  cursor.c_string();  // user
  skip_authentication(cursor, response.capabilities);
  if ((response.capabilities & kCapConnectWithDb) != 0) response.database = last_c_string(cursor);
  return response;
}

ChangeUser parse_change_user(Bytes payload, std::uint32_t capabilities) {
  ByteCursor cursor(payload);
  cursor.u8();
  cursor.c_string();
  // Here the length is always one byte.
  skip_authentication(cursor, capabilities & kCapSecureConnection);
  ChangeUser change;
  change.database = last_c_string(cursor);
  cursor.skip(std::min(change.database.size() + 1, cursor.left()));
  const auto collation = cursor.little<std::uint16_t>();
  if (cursor.ok()) change.collation = static_cast<std::uint8_t>(collation);
  return change;
}

std::uint32_t version_number(std::string_view version) {
  constexpr std::string_view kReplicationPrefix = "5.5.5-";
  if (version.starts_with(kReplicationPrefix) && version.find("MariaDB") != std::string_view::npos)
    version.remove_prefix(kReplicationPrefix.size());
  std::uint32_t number = 0;
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int i = 0; i < 3; ++i) {
    std::uint32_t part = 0;
    const auto [behind, error] = std::from_chars(at, end, part);
    if (error != std::errc{} || part > 99) return 0;
    number = number * 100 + part;
    at = behind;
    if (i == 2) break;
    if (at == end || *at != '.') return 0;
    ++at;
  }
  return number;
}

std::optional<std::string_view> changed_charset(Bytes payload) {
  constexpr std::uint8_t kSystemVariables = 0;
  ByteCursor cursor(payload);
  cursor.u8();
  lenenc(cursor);       // affected rows
  lenenc(cursor);       // last id
  cursor.skip(2 + 2);   // status, warnings
  skip_lenenc(cursor);  // information
  const std::uint64_t size = lenenc(cursor);
  if (!cursor.ok() || size > cursor.left()) return std::nullopt;
  ByteCursor changes(cursor.take(size));
  while (!changes.at_end()) {
    const std::uint8_t type = changes.u8();
    const std::uint64_t length = lenenc(changes);
    if (!changes.ok() || length > changes.left()) return std::nullopt;
    ByteCursor change(changes.take(length));
    if (type != kSystemVariables) continue;
    while (!change.at_end()) {
      const auto text = [&change] {
        const std::uint64_t bytes = lenenc(change);
        return change.ok() && bytes <= change.left() ? change.text(bytes) : std::string_view{};
      };
      const std::string_view name = text();
      const std::string_view value = text();
      if (!change.ok() || name.empty()) return std::nullopt;
      if (name == "character_set_client") {
        if (value.empty()) return std::nullopt;
        return value;
      }
    }
  }
  return std::string_view{};
}

std::expected<ErrorPacket, ParseError> parse_error(Bytes payload) {
  ByteCursor cursor(payload);
  if (cursor.u8() != kError) return std::unexpected(ParseError::NotThisProtocol);
  ErrorPacket error;
  error.code = cursor.little<std::uint16_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  if (cursor.left() >= 6 && cursor.peek() == '#') {
    cursor.skip(1);
    error.sql_state = cursor.text(5);
  }
  error.message = text_of(cursor.rest());
  return error;
}

std::optional<std::uint16_t> status_of(Bytes payload, std::uint64_t size) {
  ByteCursor cursor(payload);
  if (cursor.u8() == kEof && size == 5) {
    cursor.skip(2);  // warnings
  } else {
    lenenc(cursor);  // affected rows
    lenenc(cursor);  // last id
  }
  const auto status = cursor.little<std::uint16_t>();
  if (!cursor.ok()) return std::nullopt;
  return status;
}

std::uint64_t length_encoded(Bytes payload) {
  ByteCursor cursor(payload);
  const std::uint64_t value = lenenc(cursor);
  return cursor.ok() ? value : 0;
}

std::string_view query_text(Bytes payload, std::optional<bool> has_attributes) {
  ByteCursor cursor(payload);
  cursor.u8();
  if (has_attributes.value_or(may_begin_attributes(payload))) skip_attributes(cursor);
  return text_of(cursor.rest());
}

std::string_view database_of_use(std::string_view sql) {
  while (!sql.empty() && is_space(sql.front())) sql.remove_prefix(1);
  if (sql.size() < 5 || lower(sql[0]) != 'u' || lower(sql[1]) != 's' || lower(sql[2]) != 'e' ||
      !(is_space(sql[3]) || sql[3] == '`')) {
    return {};
  }
  sql.remove_prefix(3);
  while (!sql.empty() && is_space(sql.front())) sql.remove_prefix(1);
  if (sql.starts_with('`')) {
    sql.remove_prefix(1);
    return sql.substr(0, sql.find('`'));
  }
  return sql.substr(0, sql.find_first_of(" \t\r\n;"));
}

std::optional<std::uint16_t> ends_result(Bytes tail) {
  if (tail.size() < 8) return std::nullopt;
  ByteCursor cursor(tail.last(8));
  const auto first = cursor.little<std::uint16_t>();
  const auto second = cursor.little<std::uint16_t>();
  const auto third = cursor.little<std::uint16_t>();
  const auto fourth = cursor.little<std::uint16_t>();
  // "05 00 00 number fe warnings status": the length's first byte is out of sight.
  const bool is_eof =
      first == 0 && second >> 8U == kEof && (fourth & (kUndefinedStatus | kMoreResultsExist)) == 0;
  // "07 00 00 number fe 00 00 status warnings".
  const bool is_ok =
      first >> 8U == kEof && second == 0 && (third & (kUndefinedStatus | kMoreResultsExist)) == 0;
  if (!is_eof && !is_ok) return std::nullopt;
  return is_eof ? fourth : third;
}

}  // namespace obi::protocol::mysql
