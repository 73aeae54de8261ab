// SPDX-License-Identifier: Apache-2.0
// How Redis is told from everything else, see protocol/table.hpp.
#include "protocol/redis/conversation.hpp"
#include "protocol/redis/element.hpp"
#include "protocol/redis/inline_command.hpp"

namespace obi::protocol::redis {
namespace {

// Does the server's side begin with a reply, as far as it goes?
bool may_be_reply(std::span<const std::byte> bytes) {
  const auto element = parse_element(bytes);
  return element ? element->kind != Element::Kind::kEnd && element->type != ';'
                 : element.error() == ParseError::Truncated;
}

}  // namespace

Verdict judge(const Opening& opening) {
  const std::string_view client = text_of(opening.client.bytes);
  const std::string_view server = text_of(opening.server.bytes);
  if (client.empty()) return Verdict::kNo;
  const bool is_array = client[0] == '*';
  // Where the server speaks first (POP3, NATS), words alone prove nothing.
  if (!is_array && (opening.server_first || (opening.mid_life && !client.starts_with("PING\r\n"))))
    return Verdict::kNo;
  switch (is_array ? array_start(client) : inline_start(client)) {
    case CommandStart::kNone: return Verdict::kNo;
    case CommandStart::kCut: return server.empty() ? Verdict::kMaybe : Verdict::kNo;
    case CommandStart::kKnown:
      if (is_array) return Verdict::kYes;
      break;
    case CommandStart::kUnknown:
      if (!is_array) return Verdict::kNo;
      break;
  }
  if (server.empty()) return Verdict::kMaybe;
  if (!is_array && opening.mid_life)
    return server.starts_with("+PONG\r\n") ? Verdict::kYes : Verdict::kNo;
  return may_be_reply(opening.server.bytes) ? Verdict::kYes : Verdict::kNo;
}

}  // namespace obi::protocol::redis
