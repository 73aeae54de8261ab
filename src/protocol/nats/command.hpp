// SPDX-License-Identifier: Apache-2.0
// One command of the NATS client protocol (docs.nats.io, "Client protocol"): a line, and for those
// that carry a message its payload. Lines are at most what MessageConversation keeps of a header
// (servers allow 4 KiB by default), payloads at most the 64 MiB that a server can be configured to
// accept. Views point into the input. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol::nats {

enum class Verb : std::uint8_t {
  kInfo,
  kConnect,
  kPub,
  kHpub,
  kMsg,
  kHmsg,
  kSub,
  kUnsub,
  kPing,
  kPong,
  kOk,
  kErr
};

struct Command {
  Verb verb = Verb::kPing;
  std::string_view arguments;       ///< of the line, without spaces at either end
  std::string_view subject;         ///< of what carries a message, and of SUB
  std::uint64_t line_bytes = 0;     ///< with its end
  std::uint64_t payload_bytes = 0;  ///< of the message, with its headers, without its end
  bool has_payload = false;
  [[nodiscard]] std::uint64_t size() const {
    return line_bytes + (has_payload ? payload_bytes + 2 : 0);
  }
};

/// The command that `bytes` begin with. Truncated: its line isn't all there. NotThisProtocol:
/// `from` sends no such command. Malformed: its arguments are wrong.
std::expected<Command, ParseError> parse_command(PeerRole from, std::span<const std::byte> bytes);

/// The value of a member of a JSON object that isn't inside another value: a string with its
/// escapes resolved, anything else as it is written. Empty if there is none, or if `json` ends
/// before it. At most 1 KiB of it.
std::string json_member(std::string_view json, std::string_view name);

}  // namespace obi::protocol::nats
