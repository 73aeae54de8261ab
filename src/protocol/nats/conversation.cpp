// SPDX-License-Identifier: Apache-2.0
#include "protocol/nats/conversation.hpp"

#include "protocol/message_span.hpp"

namespace obi::protocol::nats {
namespace {

using Note = SpanSink::Note;

constexpr std::uint8_t kTlsHandshake = 0x16;  // RFC 8446 section 5.1

bool is_whole_command(const Command& command, std::span<const std::byte> bytes) {
  if (command.size() > bytes.size()) return false;
  return !command.has_payload || text_of(bytes.first(command.size())).ends_with("\r\n");
}

/// What the first bytes of one direction are.
struct Seen {
  bool is_nats = true;     // all of them
  bool has_whole = false;  // a command
  bool has_proof = false;  // a command that no other protocol has
};

// Messages of few bytes come by the dozen in a call, and heartbeats may go before the first
// message: some are enough.
constexpr int kMaxChecked = 64;

Seen look_at(PeerRole from, std::span<const std::byte> bytes) {
  Seen seen;
  for (int i = 0; i < kMaxChecked && !bytes.empty(); ++i) {
    const auto command = parse_command(from, bytes);
    if (!command) {
      seen.is_nats = command.error() == ParseError::Truncated;
      return seen;
    }
    if (command->size() > bytes.size()) {
      // A message that is longer than what can be shown.
      seen.has_proof |= command->has_payload && bytes.size() == FirstBytes::kMaxBytes;
      return seen;
    }
    if (!is_whole_command(*command, bytes)) {
      seen.is_nats = false;
      return seen;
    }
    seen.has_whole = true;
    // PING is Redis's and IRC's too, +OK Redis's, a line with two words may be any text; "verbose"
    // is in every CONNECT.
    seen.has_proof |= command->has_payload || (command->verb == Verb::kConnect &&
                                               !json_member(command->arguments, "verbose").empty());
    bytes = bytes.subspan(command->size());
  }
  return seen;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  // The server begins.
  if (!first_bytes.mid_life && !first_bytes.server_first) return Match::kNo;
  const Seen client = look_at(PeerRole::kClient, first_bytes.client.bytes);
  const Seen server = look_at(PeerRole::kServer, first_bytes.server.bytes);
  if (!client.is_nats || !server.is_nats) return Match::kNo;
  // Every server begins its greeting so. What follows may be longer than what is shown here.
  if (text_of(first_bytes.server.bytes).starts_with(R"(INFO {"server_id":")")) return Match::kYes;
  if (client.has_proof || server.has_proof) return Match::kYes;
  // Words alone ("PING", "PONG", "+OK") are others' too; on a quiet connection nothing else may
  // come for long.
  return Match::kMaybe;
}

MessageConversation::Size NatsConversation::measure(PeerRole from,
                                                    std::span<const std::byte> bytes) {
  if (from == PeerRole::kClient && !is_connected_ &&
      std::to_integer<std::uint8_t>(bytes[0]) == kTlsHandshake)
    return std::unexpected(ParseError::Unsupported);
  const auto command = parse_command(from, bytes);
  if (!command) return std::unexpected(command.error());
  measured_ = *command;
  return measured_.size();
}

// A message that is longer than the call, or than what was captured of it, is believed where the
// call before ended a line.
bool NatsConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto command = parse_command(from, bytes);
  if (!command) return false;
  if (command->size() <= bytes.size()) return is_whole_command(*command, bytes);
  return command->has_payload && text_of(lost_tail(from)).ends_with("\r\n");
}

void NatsConversation::on_message(const Message& message, SpanSink& sink) {
  if (!message.just_measured) {
    const auto command = parse_command(message.from, message.bytes);
    if (!command) return sink.note(Note::HeadTruncated);  // a line longer than what is kept
    measured_ = *command;
  }
  const Command& command = measured_;
  switch (command.verb) {
    case Verb::kInfo:
      if (!is_connected_ && json_member(command.arguments, "tls_required") == "true")
        leave(sink, Handover::To::kEncrypted);
      return;
    case Verb::kConnect:
      is_connected_ = true;
      client_name_ = json_member(command.arguments, "name");
      return;
    case Verb::kPub:
    case Verb::kHpub:
    case Verb::kMsg:
    case Verb::kHmsg: return emit_span(message, command, sink);
    default: return;
  }
}

void NatsConversation::emit_span(const Message& message, const Command& command,
                                 SpanSink& sink) const {
  if (message.is_whole() && !text_of(message.bytes).ends_with("\r\n"))
    return sink.note(Note::MessageMalformed);
  emit_message_span(
      {.type = is_client() ? model::EventType::kNatsClient : model::EventType::kNatsServer,
       .system = "nats",
       .operation = message.from == PeerRole::kClient ? kPublish : kProcess,
       .destination = command.subject,
       .client_id = client_name_,
       .completion = {.end_ns = message.end_ns, .request_bytes = message.size},
       .envelope_bytes = static_cast<std::int64_t>(command.payload_bytes)},
      sink.begin(message.take_origin()), sink);
}

}  // namespace obi::protocol::nats
