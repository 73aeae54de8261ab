// SPDX-License-Identifier: Apache-2.0
#include "protocol/dns/conversation.hpp"

#include <algorithm>
#include <utility>

#include "protocol/span_text.hpp"

namespace obi::protocol::dns {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kLengthBytes = 2;  // in front of a message on TCP
constexpr std::size_t kKeptBytes = 16 * 1024;
constexpr std::uint16_t kMulticastPort = 5353;
constexpr int kRefused = 5;                      // status of a look-up without answer
constexpr std::uint16_t kMaxQuestionSpans = 16;  // of one message that become spans
constexpr std::size_t kMaxQueryBytes = 4096;     // a question and its options

std::size_t length_of(std::span<const std::byte> bytes) {
  return base::ByteCursor(bytes).big<std::uint16_t>();
}

bool is_plain_query(const Header& header) {
  return !header.is_response && header.opcode == kQuery && header.rcode == 0 &&
         header.questions == 1 && header.answers == 0 && header.authorities <= 1 &&
         header.additionals <= 4;
}

Match detect_query(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes) return Match::kMaybe;
  const std::size_t length = length_of(bytes);
  if (length < Header::kBytes || length > kMaxQueryBytes) return Match::kNo;
  bytes = bytes.subspan(kLengthBytes);
  bytes = bytes.first(std::min(bytes.size(), length));
  const auto header = Reader(bytes).header();
  if (!header) return header.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
  if (!is_plain_query(*header) || !is_message(bytes, bytes.size() < length)) return Match::kNo;
  return bytes.size() == length ? Match::kYes : Match::kMaybe;
}

Match detect_answer(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes + Header::kBytes) return Match::kMaybe;
  const std::size_t length = length_of(bytes);
  const auto header = Reader(bytes.subspan(kLengthBytes)).header();
  const bool plausible = length >= Header::kBytes && header && header->is_response &&
                         header->opcode == kQuery && header->questions <= 1;
  return plausible ? Match::kMaybe : Match::kNo;
}

}  // namespace

// A whole query has fixed values in half of its header, and ends where its length says. The answer
// of a server alone could be many things.
Match detect(const FirstBytes& first_bytes) {
  if (first_bytes.datagrams) {
    const Payload& first =
        first_bytes.client.bytes.empty() ? first_bytes.server : first_bytes.client;
    return is_message(first.bytes, first.original_size > first.bytes.size()) ? Match::kYes
                                                                             : Match::kNo;
  }
  const Match client =
      first_bytes.client.bytes.empty() ? Match::kMaybe : detect_query(first_bytes.client.bytes);
  if (client != Match::kMaybe || first_bytes.server.bytes.empty()) return client;
  return detect_answer(first_bytes.server.bytes);
}

DnsConversation::DnsConversation(const Shared& shared, const ConversationStart& start)
    : MessageConversation(start, kKeptBytes),
      datagrams_(start.datagrams),
      multicast_(start.datagrams && start.server_port == kMulticastPort),
      timeout_ns_(shared.options.timeout_ns) {}

// A datagram is a message, as far as it was captured.
MessageConversation::Size DnsConversation::measure(PeerRole from,
                                                   std::span<const std::byte> bytes) {
  if (datagrams_) return bytes.size();
  if (bytes.size() < kLengthBytes) return std::unexpected(ParseError::Truncated);
  const std::size_t length = length_of(bytes);
  if (length < Header::kBytes) return std::unexpected(ParseError::Malformed);
  return kLengthBytes + length;
}

bool DnsConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  if (datagrams_) return true;
  if (bytes.size() < kLengthBytes + Header::kBytes) return false;
  const std::size_t length = length_of(bytes);
  bytes = bytes.subspan(kLengthBytes);
  bytes = bytes.first(std::min(bytes.size(), length));
  return is_message(bytes, bytes.size() < length);
}

void DnsConversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return;
  Reader reader(datagrams_ ? message.bytes : message.bytes.subspan(kLengthBytes));
  const auto header = reader.header();
  if (!header) return sink.note(Note::MessageMalformed);
  if (header->opcode != kQuery) return;  // an update or a notification looks nothing up
  if (message.from == PeerRole::kClient && !header->is_response)
    return on_query(message, reader, *header, sink);
  if (message.from == PeerRole::kClient || !header->is_response) return;  // a multicast neighbour's
  if (multicast_) return on_multicast_answer(message, reader, *header, sink);
  on_answer(message, reader, *header, sink);
}

void DnsConversation::on_query(const Message& message, Reader& reader, const Header& header,
                               SpanSink& sink) {
  // Several questions under one id have one answer, and no server that would give it.
  const std::uint16_t questions =
      std::min<std::uint16_t>(header.questions, multicast_ ? kMaxQuestionSpans : 1);
  Question question;
  for (std::uint16_t i = 0; i < questions; ++i) {
    if (!reader.question(question)) return sink.note(Note::MessageMalformed);
    on_question(message, header, question, sink);
  }
}

void DnsConversation::on_question(const Message& message, const Header& header,
                                  const Question& question, SpanSink& sink) {
  const std::uint64_t hash = hash_of(question.name.text(), question.type);
  const std::uint64_t key = multicast_ ? hash : header.id;
  const Lookup* known = waiting_.find(key);
  if (known != nullptr && known->question_hash == hash) return;  // sent again
  if (Lookup* lookup = waiting_.push(key, message.take_origin(), 1, sink)) {
    lookup->question_hash = hash;
    lookup->bytes = message.size;
    lookup->name = std::exchange(spare_, {});
    lookup->name = question.name.text();
    lookup->type = question.type;
  }
}

void DnsConversation::on_answer(const Message& message, Reader& reader, const Header& header,
                                SpanSink& sink) {
  const Lookup* asked = waiting_.find(header.id);
  if (asked == nullptr) return sink.note(Note::ResponseUnpaired);  // or the answer came twice
  Question question;
  for (std::uint16_t i = 0; i < std::min(header.questions, kMaxQuestionSpans); ++i) {
    if (!reader.question(question)) return sink.note(Note::MessageMalformed);
    if (i == 0 && hash_of(question.name.text(), question.type) != asked->question_hash)
      return sink.note(Note::ResponseUnpaired);
  }
  auto lookup = waiting_.take(header.id);
  emit_span(*lookup, ending_of(message, read_outcome(reader, header, 0, addresses_)), sink);
}

DnsConversation::Ending DnsConversation::ending_of(const Message& answer, const Outcome& outcome) {
  return {.rcode = outcome.rcode,
          .end_ns = answer.end_ns,
          .bytes = answer.size,
          .address_count = outcome.address_count};
}

// Answers stand for themselves: several look-ups may find theirs in one message.
void DnsConversation::on_multicast_answer(const Message& message, Reader& reader,
                                          const Header& header, SpanSink& sink) {
  Question question;
  for (std::uint16_t i = 0; i < std::min(header.questions, kMaxQuestionSpans); ++i) {
    if (!reader.question(question)) return sink.note(Note::MessageMalformed);
  }
  Reader records = reader;
  Record record;
  bool paired = false;
  for (std::uint16_t i = 0; i < header.answers && records.record(record); ++i) {
    const std::uint64_t hash = hash_of(record.name.text(), record.type);
    auto lookup = waiting_.take(hash);
    if (!lookup) continue;
    paired = true;
    Reader again = reader;
    emit_span(*lookup, ending_of(message, read_outcome(again, header, hash, addresses_)), sink);
  }
  if (!paired) sink.note(Note::ResponseUnpaired);
}

void DnsConversation::emit_span(Lookup& lookup, const Ending& ending, SpanSink& sink) {
  model::Span& span = sink.emit_span(
      model::EventType::kDns, lookup.identity,
      {.end_ns = ending.end_ns, .request_bytes = lookup.bytes, .response_bytes = ending.bytes});
  auto& reported = sink.arena().make<model::DnsLookup>();
  reported.answers = sink.arena().copy(addresses_);
  reported.answer_count = ending.address_count;
  span.dns = &reported;
  span.method = type_name(lookup.type, sink.arena());
  span.path = sink.arena().copy(lookup.name);
  span.status = ending.rcode;
  spare_ = std::move(lookup.name);
}

void DnsConversation::on_unanswered(Unanswered& open, SpanSink&) {
  waiting_.end_all(open, [this](Lookup& lookup, std::uint64_t end_ns, SpanSink& failed) {
    addresses_.clear();
    emit_span(lookup, {.rcode = kRefused, .end_ns = end_ns}, failed);
  });
}

void DnsConversation::abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) {
  waiting_.abandon(why, sink);
}

void DnsConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (now_ns < timeout_ns_) return;
  waiting_.take_before(now_ns - timeout_ns_, [&](Lookup& lookup) {
    addresses_.clear();
    emit_span(lookup, {.rcode = kRefused, .end_ns = lookup.identity.start_ns + timeout_ns_}, sink);
  });
}

std::size_t DnsConversation::state_bytes() const {
  constexpr std::size_t kMaxName = 64;  // that of most is shorter
  return waiting_.held_bytes() + waiting_.size() * kMaxName + addresses_.capacity() +
         spare_.capacity();
}

}  // namespace obi::protocol::dns
