// SPDX-License-Identifier: Apache-2.0
#include "protocol/mqtt/conversation.hpp"

#include <algorithm>

#include "protocol/message_span.hpp"

namespace obi::protocol::mqtt {
namespace {

using Note = SpanSink::Note;

// Both directions have 65535 packet ids. Brokers have 20 under way by default, unbounded clients
// some thousand; what is beyond has a span without the time of its acknowledgement.
constexpr std::size_t kMaxWaiting = 16 * 1024;
constexpr std::size_t kMaxDestinationBytes = 1024 * 1024;
// What waits for so long after bytes were lost was acknowledged in them.
constexpr std::uint64_t kLostAfterNs = 60'000'000'000;
constexpr std::size_t kMaxClientIdBytes = 1024;

std::uint64_t key_of(PeerRole from, std::uint16_t packet_id) {
  return static_cast<std::uint64_t>(from) << 16U | packet_id;
}

PeerRole other(PeerRole peer) {
  return peer == PeerRole::kClient ? PeerRole::kServer : PeerRole::kClient;
}

}  // namespace

MqttConversation::MqttConversation(const ConversationStart& start)
    : MessageConversation(start), waiting_(kMaxWaiting) {}

MessageConversation::Size MqttConversation::measure(PeerRole from,
                                                    std::span<const std::byte> bytes) {
  const auto header = parse_fixed_header(from, bytes);
  if (!header) return std::unexpected(header.error());
  return header->size();
}

bool MqttConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto header = parse_fixed_header(from, bytes);
  return header && is_plausible(*header, bytes.subspan(header->header_bytes));
}

void MqttConversation::on_message(const Message& message, SpanSink& sink) {
  const auto header = parse_fixed_header(message.from, message.bytes);
  if (!header) return;  // it was measured by the same bytes
  const auto body = message.bytes.subspan(header->header_bytes);
  switch (header->type) {
    case PacketType::kConnect: return on_connect(body, sink);
    case PacketType::kConnack:
      if (version_ == Version::k5 && client_id_.empty())
        client_id_ = assigned_client_id(body).substr(0, kMaxClientIdBytes);
      return;
    case PacketType::kPublish: return on_publish(message, *header, sink);
    case PacketType::kSubscribe: return on_subscribe(message, *header, sink);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubcomp:
    case PacketType::kSuback: return on_acknowledgement(message, *header, sink);
    default: return;
  }
}

void MqttConversation::on_connect(std::span<const std::byte> body, SpanSink& sink) {
  const auto connect = parse_connect(body);
  if (!connect) return sink.note(Note::HeadTruncated);
  version_ = connect->version;
  client_id_ = connect->client_id.substr(0, kMaxClientIdBytes);
}

void MqttConversation::on_publish(const Message& message, const FixedHeader& header,
                                  SpanSink& sink) {
  const auto publish = parse_publish(header, message.bytes.subspan(header.header_bytes), version_);
  if (!publish && publish.error() == ParseError::Malformed)
    return sink.note(Note::MessageMalformed);
  if (!publish) {
    sink.note(Note::HeadTruncated);
    return emit_span_now(message, sink.begin(message.take_origin()), {}, sink);
  }
  const std::string_view topic = topic_of(*publish, message.from, sink);
  if (publish->qos == 0)
    return emit_span_now(message, sink.begin(message.take_origin()), topic, sink);
  if (publish->is_duplicate && waiting_.find(key_of(message.from, publish->packet_id)) != nullptr)
    return;
  wait_for(publish->qos == 1 ? PacketType::kPuback : PacketType::kPubcomp, publish->packet_id,
           topic, message, sink);
}

// Section 3.3.2.3.4: an alias with a topic is given, one without is used.
std::string_view MqttConversation::topic_of(const Publish& publish, PeerRole from, SpanSink& sink) {
  if (!publish.topic.empty()) {
    if (publish.alias) aliases_of(from).set(*publish.alias, publish.topic);
    return publish.topic;
  }
  version_ = Version::k5;  // no other has empty topics
  const std::string_view topic =
      publish.alias ? aliases_of(from).find(*publish.alias) : std::string_view();
  if (topic.empty()) sink.note(Note::StatementUnknown);
  return topic;
}

void MqttConversation::on_subscribe(const Message& message, const FixedHeader& header,
                                    SpanSink& sink) {
  const auto subscribe =
      parse_subscribe(header, message.bytes.subspan(header.header_bytes), version_);
  if (!subscribe) return sink.note(Note::MessageMalformed);
  wait_for(PacketType::kSuback, subscribe->packet_id, subscribe->first_filter, message, sink);
}

void MqttConversation::wait_for(PacketType answer, std::uint16_t packet_id,
                                std::string_view destination, const Message& message,
                                SpanSink& sink) {
  const RequestIdentity request = sink.begin(message.take_origin());
  const std::uint64_t key = key_of(message.from, packet_id);
  // The sender may use an id again only when it was acknowledged: that was missed.
  forget(key, Note::RequestLostResponse, sink);
  Delivery* const delivery =
      destination_bytes_ + destination.size() > kMaxDestinationBytes ? nullptr : waiting_.add(key);
  if (delivery == nullptr) return emit_span_now(message, request, destination, sink);
  destination_bytes_ += destination.size();
  delivery->identity = request;
  delivery->bytes = message.size;
  delivery->from = message.from;
  delivery->ends_with = answer;
  delivery->destination = destination;
}

void MqttConversation::forget(std::uint64_t key, Note why, SpanSink& sink) {
  const Delivery* const delivery = waiting_.find(key);
  if (delivery == nullptr) return;
  destination_bytes_ -= delivery->destination.size();
  waiting_.remove(key);
  sink.note(why);
}

void MqttConversation::on_acknowledgement(const Message& message, const FixedHeader& header,
                                          SpanSink& sink) {
  const auto answer =
      parse_acknowledgement(header, message.bytes.subspan(header.header_bytes), version_);
  if (!answer) return sink.note(Note::HeadTruncated);
  const std::uint64_t key = key_of(other(message.from), answer->packet_id);
  const Delivery* const delivery = waiting_.find(key);
  const bool is_refused = answer->reason >= 0x80;
  const bool is_refusal = header.type == PacketType::kPubrec && is_refused;
  if (header.type == PacketType::kPubrec && !is_refused) return;
  if (delivery == nullptr) return sink.note(Note::ResponseUnpaired);
  if (delivery->ends_with != (is_refusal ? PacketType::kPubcomp : header.type))
    return sink.note(Note::ResponseUnpaired);
  emit_span(
      *delivery,
      {.end_ns = message.end_ns, .bytes = message.size, .status = is_refused ? answer->reason : 0},
      sink);
  destination_bytes_ -= delivery->destination.size();
  waiting_.remove(key);
}

void MqttConversation::emit_span_now(const Message& message, const RequestIdentity& request,
                                     std::string_view destination, SpanSink& sink) {
  const bool is_publish = message.from == PeerRole::kClient &&
                          message.bytes[0] >> 4U == std::byte(PacketType::kPublish);
  emit_message_span(
      {.type = is_client() ? model::EventType::kMqttClient : model::EventType::kMqttServer,
       .system = "mqtt",
       .operation = is_publish ? kPublish : kProcess,
       .destination = destination,
       .client_id = client_id_,
       .completion = {.end_ns = message.end_ns, .request_bytes = message.size}},
      request, sink);
}

void MqttConversation::emit_span(const Delivery& delivery, const Outcome& outcome, SpanSink& sink) {
  const bool is_publish =
      delivery.from == PeerRole::kClient && delivery.ends_with != PacketType::kSuback;
  emit_message_span(
      {.type = is_client() ? model::EventType::kMqttClient : model::EventType::kMqttServer,
       .system = "mqtt",
       .operation = is_publish ? kPublish : kProcess,
       .destination = delivery.destination,
       .client_id = client_id_,
       .completion = {.end_ns = outcome.end_ns,
                      .request_bytes = delivery.bytes,
                      .response_bytes = outcome.bytes},
       .status = outcome.status},
      delivery.identity, sink);
}

// Aliases may have been given anew in what was lost: better no topic than a wrong one.
void MqttConversation::on_lost(PeerRole from, SpanSink&) {
  aliases_of(from).forget();
  has_lost_ = true;
}

void MqttConversation::on_unanswered(Unanswered& open, SpanSink&) {
  waiting_.remove_if([&](std::uint64_t, const Delivery& delivery) {
    open.end(delivery.identity.start_ns, 1, [&](std::uint64_t end_ns, SpanSink& failed) {
      emit_span(delivery, {.end_ns = end_ns}, failed);
    });
    return true;
  });
  destination_bytes_ = 0;
}

void MqttConversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  if (!waiting_.empty()) sink.note(why, waiting_.size());
  waiting_.remove_if([](std::uint64_t, const Delivery&) { return true; });
  destination_bytes_ = 0;
}

void MqttConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (has_lost_ && now_ns > kLostAfterNs) {
    waiting_.remove_if([&](std::uint64_t, const Delivery& delivery) {
      if (delivery.identity.start_ns >= now_ns - kLostAfterNs) return false;
      destination_bytes_ -= delivery.destination.size();
      sink.note(Note::RequestLostResponse);
      return true;
    });
    has_lost_ = !waiting_.empty();
  }
  if (quiet) waiting_.release_idle_memory();
}

std::size_t MqttConversation::state_bytes() const {
  return client_id_.capacity() + aliases_[0].held_bytes() + aliases_[1].held_bytes() +
         waiting_.held_bytes() + destination_bytes_;
}

}  // namespace obi::protocol::mqtt
