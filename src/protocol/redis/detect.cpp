// SPDX-License-Identifier: Apache-2.0
// How Redis is distinguished from other protocols, see protocol/table.hpp. An array that names a
// command is like nothing else. Of commands that are lines only names and words are there, which
// POP3, IRC and many others send too: they count on a connection seen from its beginning only, and
// with a reply that has a type of RESP's and is one to that command.
#include <algorithm>
#include <array>

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

enum class Proof : std::uint8_t { kNone, kYes, kAgainst };

bool is_ok_with_value(std::string_view name, std::size_t words) {
  constexpr std::array<std::string_view, 9> kSetters = {"SET",  "SETEX", "PSETEX", "MSET",  "HMSET",
                                                        "LSET", "LTRIM", "RENAME", "CONFIG"};
  return words > 2 && std::ranges::find(kSetters, name) != kSetters.end();
}

// What the words of its errors are, behind "-": others that say -ERR have texts of their own.
bool is_error_of_redis(std::string_view text) {
  constexpr std::array<std::string_view, 10> kErrors = {"ERR unknown command '",
                                                        "ERR unknown command `",
                                                        "ERR wrong number of arguments for '",
                                                        "NOAUTH Authentication",
                                                        "WRONGPASS invalid",
                                                        "WRONGTYPE Operation",
                                                        "NOPERM ",
                                                        "LOADING Redis",
                                                        "MOVED ",
                                                        "READONLY You can't"};
  return std::ranges::any_of(kErrors,
                             [&](std::string_view error) { return text.starts_with(error); });
}

// "+OK" and "-ERR …" are POP3's too, and prove nothing alone.
Proof proof_of(CommandText& command, std::size_t words, const Element& reply) {
  switch (reply.type) {
    case '+':
      if (command.name() == "PING") return reply.text == "PONG" ? Proof::kYes : Proof::kAgainst;
      return reply.text == "OK" && is_ok_with_value(command.name(), words) ? Proof::kYes
                                                                           : Proof::kNone;
    case '-': return is_error_of_redis(reply.text) ? Proof::kYes : Proof::kNone;
    default: return Proof::kYes;
  }
}

// Lines and their replies, in pairs, up to the first that prove it.
Match detect_lines(std::string_view client, std::string_view server) {
  CommandText command;
  while (!client.empty()) {
    const CommandStart start = inline_start(client);
    if (start == CommandStart::kCut) return Match::kMaybe;
    if (start != CommandStart::kKnown) return Match::kNo;
    const std::string_view line = client.substr(0, *measure_inline(client));
    client.remove_prefix(line.size());
    const auto reply = parse_element(std::as_bytes(std::span(server)));
    if (!reply) return reply.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
    if (reply->kind == Element::Kind::kEnd || reply->type == ';') return Match::kNo;
    read_inline(line, command);
    switch (proof_of(command, command.arguments() + 1, *reply)) {
      case Proof::kYes: return Match::kYes;
      case Proof::kAgainst: return Match::kNo;
      case Proof::kNone: break;
    }
    server.remove_prefix(static_cast<std::size_t>(reply->size));  // a line, which is all there
  }
  return Match::kMaybe;
}

Match detect_array(std::string_view client, const Payload& server) {
  switch (array_start(client)) {
    case CommandStart::kNone: return Match::kNo;
    case CommandStart::kCut: return server.bytes.empty() ? Match::kMaybe : Match::kNo;
    case CommandStart::kKnown: return Match::kYes;
    case CommandStart::kUnknown: break;
  }
  if (server.bytes.empty()) return Match::kMaybe;
  return may_be_reply(server.bytes) ? Match::kYes : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  const std::string_view client = text_of(first_bytes.client.bytes);
  const std::string_view server = text_of(first_bytes.server.bytes);
  if (client.empty()) return Match::kNo;
  if (client[0] == '*') return detect_array(client, first_bytes.server);
  if (first_bytes.server_first) return Match::kNo;
  if (!first_bytes.mid_life) return detect_lines(client, server);
  // In mid-life: a health check, of which each half is Redis' own.
  if (client != "PING\r\n") return Match::kNo;
  if (server.empty()) return Match::kMaybe;
  return server == "+PONG\r\n" ? Match::kYes : Match::kNo;
}

}  // namespace obi::protocol::redis
