// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/conversation.hpp"

#include <algorithm>
#include <array>

#include "base/byte_cursor.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::mssql {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kKeptPayload = 8 * 1024;  // of a request: 4096 characters
constexpr std::byte kSmp{0x53};                 // Session Multiplex Protocol (MARS), [MC-SMP]
constexpr std::size_t kTlsHeaderBytes = 5;

Bytes payload_of(Bytes packet) { return packet.subspan(std::min(kHeaderBytes, packet.size())); }

// A TLS record (RFC 8446 section 5.1), as they come where the login alone is encrypted.
bool is_tls(Bytes bytes) {
  return bytes[0] >= std::byte{0x14} && bytes[0] <= std::byte{0x17} &&
         (bytes.size() < 2 || bytes[1] == std::byte{3});
}

bool makes_request(PacketType type) {
  return type == PacketType::kSqlBatch || type == PacketType::kRpc ||
         type == PacketType::kBulkLoad || type == PacketType::kTransaction;
}

bool is_from(PeerRole peer, PacketType type) {
  if (type == PacketType::kPrelogin) return true;  // TLS of either end, too
  return (type == PacketType::kResponse) == (peer == PeerRole::kServer);
}

// The first packet of an answer begins with one of these tokens.
bool begins_answer(Bytes bytes) {
  const auto header = parse_header(bytes);
  if (!header || header->type != PacketType::kResponse) return false;
  const Bytes payload = payload_of(bytes);
  if (payload.empty()) return header->length > kHeaderBytes;
  constexpr std::array<std::uint8_t, 12> kTokens = {0x79, 0x81, 0xa4, 0xa9, 0xaa, 0xab,
                                                    0xac, 0xe3, 0xe4, 0xfd, 0xfe, 0xff};
  return std::ranges::find(kTokens, std::to_integer<std::uint8_t>(payload[0])) != kTokens.end();
}

// Both begin with ALL_HEADERS since TDS 7.2: its first is the transaction's, of 18 bytes.
bool is_request(Bytes bytes, std::size_t original_size) {
  const auto header = parse_header(bytes);
  if (!header || !makes_request(header->type)) return false;
  if (header->is_last && original_size != header->length) return false;
  base::ByteCursor cursor(payload_of(bytes));
  const auto total = cursor.little<std::uint32_t>();
  const auto length = cursor.little<std::uint32_t>();
  const auto type = cursor.little<std::uint16_t>();
  return cursor.ok() && total >= 22 && total <= 512 && length == 18 && type == 2;
}

Match detect_first(const Payload& client) {
  const auto header = parse_header(client.bytes);
  if (!header) {
    const bool may_be = header.error() == ParseError::Truncated &&
                        (client.bytes[0] == std::byte{18} || client.bytes[0] == std::byte{16});
    return may_be ? Match::kMaybe : Match::kNo;
  }
  const std::size_t size = header->length - kHeaderBytes;
  if (!header->is_last || client.original_size > header->length) return Match::kNo;
  const Bytes payload = payload_of(client.bytes);
  if (client.original_size < header->length)
    return client.bytes.size() == client.original_size ? Match::kMaybe : Match::kNo;
  const bool is_ours = header->type == PacketType::kPrelogin
                           ? is_prelogin(payload)
                           : header->type == PacketType::kLogin7 && is_login(payload, size);
  return is_ours ? Match::kYes : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  if (first_bytes.client.bytes.empty()) return Match::kNo;
  if (!first_bytes.mid_life)
    return first_bytes.server_first ? Match::kNo : detect_first(first_bytes.client);
  if (!is_request(first_bytes.client.bytes, first_bytes.client.original_size)) return Match::kNo;
  // Where the server was heard first, its bytes began with the end of an older answer.
  if (first_bytes.server_first) return Match::kYes;
  if (first_bytes.server.bytes.empty()) return Match::kMaybe;
  return begins_answer(first_bytes.server.bytes) ? Match::kYes : Match::kNo;
}

MssqlConversation::MssqlConversation(const Shared& shared, const ConversationStart& start)
    : MessageConversation(start, kKeptPayload + kHeaderBytes),
      statements_(shared.options.statements),
      phase_(start.mid_life ? Phase::kRequests : Phase::kPrelogin) {}

// Bytes of `from` that have no packets, or none that can be found.
bool MssqlConversation::is_opaque(PeerRole from) const {
  if (from == PeerRole::kClient) return is_request_cut_;
  return phase_ == Phase::kRequests && (is_unseen_ || requests_.empty());
}

MssqlConversation::Size MssqlConversation::measure(PeerRole from,
                                                   std::span<const std::byte> bytes) {
  if (is_opaque(from)) return bytes.size();
  if (bytes[0] == kSmp) return std::unexpected(ParseError::Unsupported);
  if (phase_ == Phase::kLogin && is_tls(bytes)) {
    if (bytes.size() < kTlsHeaderBytes) return std::unexpected(ParseError::Truncated);
    base::ByteCursor cursor(bytes.subspan(3));
    return kTlsHeaderBytes + std::uint64_t{cursor.big<std::uint16_t>()};
  }
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  if (!is_from(from, header->type)) return std::unexpected(ParseError::NotThisProtocol);
  return header->length;
}

void MssqlConversation::on_message(const Message& message, SpanSink& sink) {
  if (is_opaque(message.from)) return on_opaque(message);
  if (is_tls(message.bytes)) return;
  message.from == PeerRole::kClient ? on_client(message, sink) : on_server(message, sink);
}

void MssqlConversation::on_opaque(const Message& message) {
  if (requests_.empty()) return;
  if (message.from == PeerRole::kClient) {
    requests_.back().bytes += message.size;
    return;
  }
  answer_bytes_ += message.size;
  answer_ns_ = message.end_ns;
}

void MssqlConversation::on_client(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  if (!header) return;
  if (makes_request(header->type)) {
    phase_ = Phase::kRequests;
    on_request_packet(message, *header, sink);
  } else if (phase_ != Phase::kRequests) {
    on_login(*header, payload_of(message.bytes));
  }  // else it is an attention, whose answer is that of what it cancels
}

void MssqlConversation::on_login(const Header& header, Bytes payload) {
  if (header.type != PacketType::kLogin7) return;
  phase_ = Phase::kLogin;
  name_space_.clear();
  append_utf8(database_of_login(payload), name_space_, kMaxSpanText);
}

void MssqlConversation::on_request_packet(const Message& message, const Header& header,
                                          SpanSink& sink) {
  if (is_unseen_) end_of_unseen_answer(sink);
  if (!incoming_.is_open) {
    incoming_.is_open = true;
    incoming_.type = header.type;
    incoming_.origin = message.take_origin();
    incoming_.bytes = 0;
    incoming_.has_hole = false;
    incoming_.payload.clear();
  }
  incoming_.bytes += message.size;
  const Bytes payload = payload_of(message.bytes);
  if (header.is_last && header.is_ignored) {
    incoming_.is_open = false;
    return;
  }
  if (header.is_last && incoming_.payload.empty()) return end_of_request(payload, sink);
  if (!incoming_.has_hole) {
    const std::size_t room = kKeptPayload - incoming_.payload.size();
    incoming_.payload += text_of(payload.first(std::min(room, payload.size())));
    incoming_.has_hole = !message.is_whole() || payload.size() >= room;
  }
  if (header.is_last) end_of_request(std::as_bytes(std::span(incoming_.payload)), sink);
}

void MssqlConversation::on_server(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  if (!header || header->type != PacketType::kResponse) return;
  const Bytes payload = payload_of(message.bytes);
  if (phase_ == Phase::kPrelogin) {
    phase_ = Phase::kLogin;
    const auto encryption = parse_prelogin(payload);
    const bool all =
        encryption && (*encryption == Encryption::kAll || *encryption == Encryption::kRequired);
    return all ? leave(sink, Handover::To::kEncrypted) : void();
  }
  if (!answer_.has_begun()) answer_.begin(has_headers_);
  answer_.take(payload, message.is_whole(), header->is_last);
  answer_bytes_ += message.size;
  answer_ns_ = message.end_ns;
  if (!header->is_last) return;
  if (!requests_.empty()) return end_request(message.end_ns, sink);
  if (!answer_.database().empty()) name_space_ = answer_.database();  // of the login
  begin_next();
}

// Only the answer to the one request that waits can be under way.
bool MssqlConversation::may_guess_end() const {
  return requests_.size() == 1 && answer_.has_begun();
}

// The client asks again: what it waited for has come.
void MssqlConversation::end_of_unseen_answer(SpanSink& sink) {
  may_guess_end() ? end_request(answer_ns_, sink) : lose(sink);
}

bool MssqlConversation::on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte>,
                                   std::uint64_t end_ns, SpanSink& sink) {
  if (phase_ != Phase::kRequests) return false;
  if (from == PeerRole::kClient) {
    if (incoming_.is_open) cut_request(sink);
    if (is_request_cut_) requests_.back().bytes += count;
    return is_request_cut_;
  }
  if (requests_.empty()) return true;
  if (!may_guess_end()) return false;
  answer_bytes_ += count;
  answer_ns_ = end_ns;
  is_unseen_ = true;
  return true;
}

// Up to the answer all that comes belongs to the request that is being sent.
void MssqlConversation::cut_request(SpanSink& sink) {
  incoming_.has_hole = true;
  end_of_request(std::as_bytes(std::span(incoming_.payload)), sink);
  is_request_cut_ = !requests_.empty();
}

void MssqlConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kClient && phase_ == Phase::kRequests && incoming_.is_open)
    cut_request(sink);
  if (from == PeerRole::kClient && is_request_cut_) return;
  if (from == PeerRole::kServer && phase_ == Phase::kRequests && may_guess_end()) {
    is_unseen_ = true;
    return;
  }
  if (from == PeerRole::kClient) incoming_.is_open = false;
  lose(sink);
}

bool MssqlConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  if (is_opaque(from)) return true;
  const auto header = parse_header(bytes);
  if (!header || !is_from(from, header->type)) return false;
  return from == PeerRole::kServer ? begins_answer(bytes) : header->length <= bytes.size();
}

void MssqlConversation::lose(SpanSink& sink) {
  requests_.lose(sink);
  begin_next();
}

void MssqlConversation::begin_next() {
  answer_.reset();
  answer_bytes_ = 0;
  is_unseen_ = is_request_cut_ = false;
}

void MssqlConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  if (is_unseen_) return lose(sink);  // whether its answer was whole isn't known
  requests_.end_all(open, [this](Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, end_ns, failed);
  });
}

void MssqlConversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  requests_.abandon(why, sink);
  begin_next();
}

void MssqlConversation::on_time(std::uint64_t, bool quiet, SpanSink& sink) {
  if (!quiet) return;
  if (is_unseen_) end_of_unseen_answer(sink);
  if (requests_.empty()) {
    requests_.settle();
    requests_.release_idle_memory();
  }
}

std::size_t MssqlConversation::state_bytes() const {
  return requests_.held_bytes() + statements_.held_bytes() + name_space_.capacity() +
         incoming_.payload.capacity();
}

}  // namespace obi::protocol::mssql
