// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/detect.hpp"

#include <algorithm>
#include <array>

#include "base/byte_cursor.hpp"
#include "protocol/mysql/conversation.hpp"

namespace obi::protocol::mysql {
namespace {

constexpr std::size_t kMinGreeting = 34;   // without the second part of the challenge
constexpr std::size_t kMaxGreeting = 512;  // real ones have about 100 bytes
constexpr std::size_t kMaxKeyword = 8;

// That statements begin with; the longest first where one begins another.
constexpr std::array<std::string_view, 26> kKeywords = {
    "SELECT",   "INSERT",   "UPDATE",   "DELETE", "REPLACE", "CREATE", "DROP",   "ALTER", "SHOW",
    "COMMIT",   "ROLLBACK", "TRUNCATE", "CALL",   "EXPLAIN", "WITH",   "BEGIN",  "START", "SET",
    "DESCRIBE", "ANALYZE",  "OPTIMIZE", "LOAD",   "GRANT",   "LOCK",   "UNLOCK", "USE"};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Comments and brackets before the first keyword.
std::string_view without_lead(std::string_view sql) {
  while (!sql.empty()) {
    if (is_space(sql.front()) || sql.front() == '(') {
      sql.remove_prefix(1);
    } else if (sql.starts_with("/*")) {
      const std::size_t end = sql.find("*/", 2);
      if (end == std::string_view::npos) return {};
      sql.remove_prefix(end + 2);
    } else {
      break;
    }
  }
  return sql;
}

bool begins_sql(std::string_view text) {
  const std::string_view sql = without_lead(text);
  return std::ranges::any_of(kKeywords, [&](std::string_view keyword) {
    if (sql.size() < keyword.size()) return false;
    if (sql.size() > keyword.size()) {
      const char next = upper(sql[keyword.size()]);
      if ((next >= 'A' && next <= 'Z') || next == '_' || next == '\0') return false;
    }
    return std::ranges::equal(keyword, sql.substr(0, keyword.size()), {}, {}, upper);
  });
}

// Id, flags, iteration count 1: little else has that at that place.
bool is_execute(Bytes payload) {
  base::ByteCursor cursor(payload);
  cursor.skip(1 + 4);
  return cursor.u8() <= 0x0f && cursor.little<std::uint32_t>() == 1 && cursor.ok();
}

bool has_evidence(Bytes payload) {
  switch (static_cast<Command>(payload[0])) {
    case Command::kQuery: return begins_sql(query_text(payload, std::nullopt));
    case Command::kPrepare: return begins_sql(text_of(payload.subspan(1)));
    case Command::kExecute: return is_execute(payload);
    default: return false;
  }
}

bool may_have_evidence(std::byte first) {
  const auto command = static_cast<Command>(first);
  return command == Command::kQuery || command == Command::kPrepare || command == Command::kExecute;
}

// What follows a whole command: nothing, or another.
bool is_header_of_command(Bytes rest) {
  return rest.size() < kHeaderBytes || rest[3] == std::byte{0};
}

Match detect_greeting(const Payload& server) {
  const auto header = parse_header(server.bytes);
  if (!header) {
    const bool may_be = server.bytes.size() < 2 || server.bytes[1] <= std::byte{1};
    return may_be ? Match::kMaybe : Match::kNo;
  }
  if (header->sequence != 0 || header->length < kMinGreeting || header->length > kMaxGreeting)
    return Match::kNo;
  const std::size_t whole = kHeaderBytes + header->length;
  if (server.original_size > whole) return Match::kNo;  // it waits for the client
  const auto greeting = parse_greeting(server.bytes.subspan(kHeaderBytes));
  if (!greeting && greeting.error() != ParseError::Truncated) return Match::kNo;
  if (server.bytes.size() < whole)
    return server.bytes.size() == server.original_size ? Match::kMaybe : Match::kNo;
  return greeting ? Match::kYes : Match::kNo;
}

}  // namespace

Match begins_command(Bytes bytes, std::size_t original_size) {
  const auto header = parse_header(bytes);
  if (!header) return bytes.size() == original_size ? Match::kMaybe : Match::kNo;
  if (header->sequence != 0 || header->length < 5) return Match::kNo;
  const Bytes payload = bytes.subspan(kHeaderBytes);
  if (payload.empty()) return Match::kMaybe;
  if (!may_have_evidence(payload[0])) return Match::kNo;
  const std::size_t whole = kHeaderBytes + header->length;
  const bool is_proof =
      has_evidence(payload.first(std::min<std::size_t>(payload.size(), header->length)));
  if (original_size >= whole) {
    const bool fits = bytes.size() <= whole || is_header_of_command(bytes.subspan(whole));
    return is_proof && fits ? Match::kYes : Match::kNo;
  }
  return is_proof || payload.size() < kMaxKeyword ? Match::kMaybe : Match::kNo;
}

bool begins_answer(Bytes bytes, std::uint8_t sequence) {
  const auto header = parse_header(bytes);
  if (!header || header->sequence != sequence || header->length == 0) return false;
  const Bytes payload = bytes.subspan(kHeaderBytes);
  if (payload.empty()) return true;
  const auto first = std::to_integer<std::uint8_t>(payload[0]);
  switch (first) {
    case kOk: return header->length >= 7;
    case kLocalInfile:
    case kEof: return true;
    case kError: return header->length >= 3 && (payload.size() < 4 || payload[3] == std::byte{'#'});
    default: break;
  }
  if (header->length > 9 || payload.size() < header->length) return false;
  base::ByteCursor definition(payload.subspan(header->length));
  if (definition.at_end()) return true;
  definition.skip(3);
  return definition.u8() == static_cast<std::uint8_t>(sequence + 1) && definition.u8() == 3 &&
         definition.text(3) == "def";
}

Match detect(const FirstBytes& first_bytes) {
  if (!first_bytes.mid_life)
    return first_bytes.server_first ? detect_greeting(first_bytes.server) : Match::kNo;
  if (first_bytes.client.bytes.empty()) return Match::kNo;
  const Match command = begins_command(first_bytes.client.bytes, first_bytes.client.original_size);
  if (command != Match::kYes) {
    return command == Match::kMaybe && first_bytes.server.bytes.empty() ? Match::kMaybe
                                                                        : Match::kNo;
  }
  // Where the server was heard first, its bytes began with the end of an older answer.
  if (first_bytes.server_first) return Match::kYes;
  if (first_bytes.server.bytes.empty()) return Match::kMaybe;
  return begins_answer(first_bytes.server.bytes, 1) ? Match::kYes : Match::kNo;
}

}  // namespace obi::protocol::mysql
