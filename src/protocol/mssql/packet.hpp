// SPDX-License-Identifier: Apache-2.0
// TDS, the protocol of SQL Server, from version 7.0 on ([MS-TDS]): packets, what is said before the
// first statement, and texts. A message is one or more packets of 8 bytes of header and a payload;
// the last has a bit set. Pure functions; views point into the input.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::mssql {

using Bytes = std::span<const std::byte>;

inline constexpr std::size_t kHeaderBytes = 8;
inline constexpr std::size_t kMaxPacketBytes = 32767;

/// [MS-TDS] 2.2.3.1.1
enum class PacketType : std::uint8_t {
  kSqlBatch = 1,
  kRpc = 3,
  kResponse = 4,
  kAttention = 6,
  kBulkLoad = 7,
  kFederatedToken = 8,
  kTransaction = 14,
  kLogin7 = 16,
  kSspi = 17,
  kPrelogin = 18,
};

struct Header {
  PacketType type = PacketType::kSqlBatch;
  bool is_last = false;      ///< of its message
  bool is_ignored = false;   ///< the client has thought better of the message
  std::uint16_t length = 0;  ///< itself included
};
/// Truncated with fewer than kHeaderBytes; NotThisProtocol where no packet begins so.
std::expected<Header, ParseError> parse_header(Bytes bytes);

/// Of the server's answer to PRELOGIN (2.2.6.5).
enum class Encryption : std::uint8_t { kLoginOnly = 0, kAll = 1, kNone = 2, kRequired = 3 };
std::expected<Encryption, ParseError> parse_prelogin(Bytes payload);
/// The payload is a list of PRELOGIN options, whole and in bounds.
bool is_prelogin(Bytes payload);

/// The database that LOGIN7 asks for, in UTF-16 (2.2.6.4); empty if none, or if it is no LOGIN7.
/// User name and password are skipped.
Bytes database_of_login(Bytes payload);
/// The payload begins as that of a LOGIN7 of `size` bytes.
bool is_login(Bytes payload, std::size_t size);

/// Bytes of ALL_HEADERS (2.2.5.3) at the front of a request; 0 if there are none (before TDS 7.2).
std::size_t headers_bytes(Bytes payload);

/// Appends UTF-16 (lowest byte first) as UTF-8, until `text` has `max_bytes`. What is not valid is
/// left out.
void append_utf8(Bytes utf16, std::string& text, std::size_t max_bytes);

}  // namespace obi::protocol::mssql
