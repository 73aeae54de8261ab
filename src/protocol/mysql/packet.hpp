// SPDX-License-Identifier: Apache-2.0
// The packets of the MySQL client/server protocol, as MySQL ("Client/Server Protocol" of its source
// documentation) and MariaDB ("Clients & Connectors: protocol") describe it. A packet is its length
// (3 bytes, lowest first), its number within the exchange, and so many bytes. Pure functions; views
// point into the input.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_cursor.hpp"
#include "protocol/conversation.hpp"

namespace obi::protocol::mysql {

using Bytes = std::span<const std::byte>;

inline constexpr std::size_t kHeaderBytes = 4;
/// A packet of this length goes on in the next one.
inline constexpr std::uint32_t kMaxPayload = 0xffffff;

/// First byte of what a client sends in command phase.
enum class Command : std::uint8_t {
  kQuit = 0x01,
  kInitDb = 0x02,
  kQuery = 0x03,
  kFieldList = 0x04,
  kProcessInfo = 0x0a,
  kChangeUser = 0x11,
  kBinlogDump = 0x12,
  kTableDump = 0x13,
  kPrepare = 0x16,
  kExecute = 0x17,
  kSendLongData = 0x18,
  kClose = 0x19,
  kFetch = 0x1c,
  kBinlogDumpGtid = 0x1e,
  kResetConnection = 0x1f,
  kClone = 0x20,
  kBulkExecute = 0xfa,  ///< MariaDB
  kMulti = 0xfe,        ///< MariaDB 10.2 only
};

/// First byte of what a server sends.
inline constexpr std::uint8_t kOk = 0x00;
inline constexpr std::uint8_t kLocalInfile = 0xfb;
inline constexpr std::uint8_t kEof = 0xfe;
inline constexpr std::uint8_t kError = 0xff;

/// Of the status of a server.
inline constexpr std::uint16_t kMoreResultsExist = 0x0008;
inline constexpr std::uint16_t kCursorExists = 0x0040;
inline constexpr std::uint16_t kNoBackslashEscapes = 0x0200;
inline constexpr std::uint16_t kSessionStateChanged = 0x4000;
/// An OK packet with what has changed is no shorter.
inline constexpr std::uint64_t kMinOkWithChanges = 9;

/// What an end may be able to do.
inline constexpr std::uint32_t kCapMySql = 1U << 0U;  ///< MariaDB leaves it out to say who it is
inline constexpr std::uint32_t kCapConnectWithDb = 1U << 3U;
inline constexpr std::uint32_t kCapCompress = 1U << 5U;
inline constexpr std::uint32_t kCapProtocol41 = 1U << 9U;
inline constexpr std::uint32_t kCapSsl = 1U << 11U;
inline constexpr std::uint32_t kCapSecureConnection = 1U << 15U;
inline constexpr std::uint32_t kCapLenencAuth = 1U << 21U;
inline constexpr std::uint32_t kCapDeprecateEof = 1U << 24U;
inline constexpr std::uint32_t kCapOptionalMetadata = 1U << 25U;
inline constexpr std::uint32_t kCapZstd = 1U << 26U;
inline constexpr std::uint32_t kCapQueryAttributes = 1U << 27U;

struct Header {
  std::uint32_t length = 0;  ///< of the payload
  std::uint8_t sequence = 0;
};
/// Truncated if there are fewer than kHeaderBytes.
inline std::expected<Header, ParseError> parse_header(Bytes bytes) {
  base::ByteCursor cursor(bytes);
  const auto both = cursor.little<std::uint32_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return Header{.length = both & kMaxPayload, .sequence = static_cast<std::uint8_t>(both >> 24U)};
}

/// What is behind the header, as far as it is there.
/// Between the words of a statement.
inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

inline Bytes payload_of(Bytes packet) {
  return packet.subspan(std::min(kHeaderBytes, packet.size()));
}
/// Of a command about a prepared statement; 0 if it is not all there.
std::uint32_t statement_id_of(Bytes payload);

/// The server's first packet (protocol version 10), of which only this is wanted.
struct Greeting {
  std::string_view version;
  std::uint32_t capabilities = 0;
  std::uint16_t status = 0;
};
std::expected<Greeting, ParseError> parse_greeting(Bytes payload);

/// The client's answer to it. User name and authentication data are skipped.
struct HandshakeResponse {
  std::uint32_t capabilities = 0;
  bool starts_tls = false;                ///< it ends behind the capabilities, and TLS follows
  std::optional<std::uint8_t> collation;  ///< of which the client's character set is
  std::string_view database;
};
std::expected<HandshakeResponse, ParseError> parse_handshake_response(Bytes payload);

struct ChangeUser {
  std::string_view database;              ///< empty if none
  std::optional<std::uint8_t> collation;  ///< nullopt: none, or it is cut
};
/// What COM_CHANGE_USER asks for. `payload` begins with the command.
ChangeUser parse_change_user(Bytes payload, std::uint32_t capabilities);

/// The version in a greeting as a number: 80039 for "8.0.39", 101106 for
/// "5.5.5-10.11.6-MariaDB"; 0 if it is none.
std::uint32_t version_number(std::string_view version);

/// The client's character set, if an OK packet says that it has another one (session tracking);
/// empty if it doesn't, nullopt if that can't be read. Its status has kSessionStateChanged.
std::optional<std::string_view> changed_charset(Bytes payload);

struct ErrorPacket {
  std::uint16_t code = 0;
  std::string_view sql_state;  ///< five characters; empty before authentication
  std::string_view message;
};
std::expected<ErrorPacket, ParseError> parse_error(Bytes payload);

/// The status in an OK or EOF packet of `size` bytes, of which `payload` was captured; nullopt if
/// it is not in there.
std::optional<std::uint16_t> status_of(Bytes payload, std::uint64_t size);

/// An integer of 1 to 9 bytes; 0 for NULL, and if it is not all there.
std::uint64_t length_encoded(Bytes payload);

/// The SQL of COM_QUERY. `has_attributes`: the connection negotiated CLIENT_QUERY_ATTRIBUTES;
/// nullopt: unknown, and found by what is there. Empty if the attributes hide it.
std::string_view query_text(Bytes payload, std::optional<bool> has_attributes);

/// The database that `USE name` selects; empty if the text is something else.
std::string_view database_of_use(std::string_view sql);

/// If the last bytes of a stream (8 are needed) are those of the packet that ends a result set, the
/// last of its answer: the status in it.
std::optional<std::uint16_t> ends_result(Bytes tail);

}  // namespace obi::protocol::mysql
