// SPDX-License-Identifier: Apache-2.0
// Messages of the PostgreSQL frontend/backend protocol, version 3 (PostgreSQL manual, "Frontend/
// Backend Protocol", "Message Formats"). Pure functions; views point into the input, which may be
// cut: what is behind the cut is empty.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol::postgres {

/// What a client may begin a connection with, before messages have a type.
enum class Opener : std::uint8_t { kStartup, kSslRequest, kGssRequest, kCancelRequest };

inline constexpr std::size_t kOpenerBytes = 8;  // length and code
/// The server reads no longer ones (MAX_STARTUP_PACKET_LENGTH).
inline constexpr std::uint32_t kMaxOpener = 10'000;
/// Neither does any peer send more than this in one message (MaxAllocSize).
inline constexpr std::uint32_t kMaxMessage = 0x3fff'ffff;
/// A type and the length, which counts itself.
inline constexpr std::size_t kHeaderBytes = 5;

struct OpenerHead {
  Opener kind = Opener::kStartup;
  std::uint32_t size = 0;
};
/// Of the bytes at the front of a client's stream.
std::expected<OpenerHead, ParseError> parse_opener(std::span<const std::byte> bytes);

/// The database that a StartupMessage asks for: that of the user's name if it names none. Empty if
/// the message is cut before it is known.
std::string_view database_of(std::span<const std::byte> startup);

/// Size of the message that begins with `bytes`, its type included; types that `from` never sends
/// and lengths that its type can't have are NotThisProtocol.
std::expected<std::uint64_t, ParseError> message_size(PeerRole from,
                                                      std::span<const std::byte> bytes);

/// How many whole messages of `from` the bytes begin with, at most `limit`; 0 if anything else is
/// among them. The last one may be cut.
std::size_t count_messages(PeerRole from, std::span<const std::byte> bytes, std::size_t limit);

struct Named {
  std::string_view name;   ///< Parse: of the statement; Bind: of the portal; Execute: of the portal
  std::string_view other;  ///< Parse: the query; Bind: the name of the statement
};
/// Of a Parse, Bind or Execute, its type and length included.
Named parse_names(std::span<const std::byte> message);

/// Close and Describe: 'S' for a statement, 'P' for a portal, and its name.
struct Target {
  char kind = 0;
  std::string_view name;
};
Target parse_target(std::span<const std::byte> message);

/// The text of a Query.
std::string_view query_of(std::span<const std::byte> message);

/// A ParameterStatus: the name and value of a setting. Empty if they are not all there.
struct Parameter {
  std::string_view name;
  std::string_view value;
};
Parameter parse_parameter(std::span<const std::byte> message);

struct ErrorFields {
  std::string_view severity;  ///< not localised; empty before PostgreSQL 9.6
  std::string_view sql_state;
  std::string_view message;
};
ErrorFields parse_error(std::span<const std::byte> message);

}  // namespace obi::protocol::postgres
