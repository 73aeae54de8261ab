// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp10/conversation.hpp"

#include <utility>

namespace obi::protocol::amqp10 {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kMaxLinks = 1024;  // of one side: brokers allow 255 to 1024 handles
constexpr std::size_t kMaxSessions = 1024;
constexpr std::size_t kMaxAddressBytes = 1024;
// Deliveries that wait for their outcome; what is beyond has a span without that time.
constexpr std::size_t kMaxUnsettled = 2048;
// What waits for so long after bytes were lost was settled in them.
constexpr std::uint64_t kLostAfterNs = 60'000'000'000;
constexpr int kRejected = 1;

std::uint64_t key_of(std::uint16_t channel, std::uint32_t number) {
  return static_cast<std::uint64_t>(channel) << 32U | number;
}
std::uint16_t channel_of(std::uint64_t key) { return static_cast<std::uint16_t>(key >> 32U); }

bool is_layer_header(std::span<const std::byte> bytes) { return bytes[0] == std::byte{'A'}; }

}  // namespace

Amqp10Conversation::Amqp10Conversation(const ConversationStart& start)
    : MessageConversation(start), unsettled_(kMaxUnsettled) {}

MessageConversation::Size Amqp10Conversation::measure(PeerRole from,
                                                      std::span<const std::byte> bytes) {
  // No frame is so long that it would begin with an A.
  if (is_layer_header(bytes)) {
    const auto layer = parse_layer_header(bytes);
    if (!layer) return std::unexpected(layer.error());
    return kLayerHeaderBytes;
  }
  const auto frame = parse_frame(bytes);
  if (!frame) return std::unexpected(frame.error());
  return frame->bytes;
}

bool Amqp10Conversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto frame = parse_frame(bytes);
  return frame && frame->bytes <= bytes.size() && parse_performative(frame->body);
}

void Amqp10Conversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return leave(sink);
  // Many frames travel in one call.
  if (!stream_requested_) sink.request_stream();
  stream_requested_ = true;
  if (is_layer_header(message.bytes)) {
    const bool begins_tls = parse_layer_header(message.bytes) == Layer::kTls;
    if (begins_tls && message.from == PeerRole::kServer) leave(sink, Handover::To::kEncrypted);
    return;
  }
  const auto frame = parse_frame(message.bytes);
  if (!frame || frame->is_sasl || frame->bytes <= 8) return;
  on_performative(message, *frame, sink);
}

void Amqp10Conversation::on_performative(const Message& message, const Frame& frame,
                                         SpanSink& sink) {
  const auto performative = parse_performative(frame.body);
  if (!performative) {
    const bool is_cut = performative.error() == ParseError::Truncated && !message.is_whole();
    return sink.note(is_cut ? Note::HeadTruncated : Note::MessageMalformed);
  }
  const Value& value = performative->value;
  switch (value.descriptor) {
    case Descriptor::kOpen:
      if (message.from == PeerRole::kClient)
        container_id_ = Fields(value).next().text().substr(0, kMaxAddressBytes);
      return;
    case Descriptor::kBegin: return on_begin(message, frame.channel, value);
    case Descriptor::kAttach: return on_attach(message, frame.channel, value, sink);
    case Descriptor::kTransfer: return on_transfer(message, frame.channel, *performative, sink);
    case Descriptor::kDisposition: return on_disposition(message, frame.channel, value, sink);
    case Descriptor::kDetach: return on_detach(message.from, frame.channel, value, sink);
    case Descriptor::kEnd: return on_end(message.from, frame.channel, sink);
    default: return;
  }
}

// Each side numbers its channels; the broker's answer names which of the client's is meant.
void Amqp10Conversation::on_begin(const Message& message, std::uint16_t channel,
                                  const Value& value) {
  const Value remote = Fields(value).next();
  if (message.from == PeerRole::kClient || remote.is_null() ||
      client_channels_.size() >= kMaxSessions)
    return;
  const auto of_client = static_cast<std::uint16_t>(remote.number());
  client_channels_[channel] = of_client;
  broker_channels_[of_client] = channel;
}

void Amqp10Conversation::on_attach(const Message& message, std::uint16_t channel,
                                   const Value& value, SpanSink& sink) {
  const Attach attach = read_attach(value);
  if (!attach.sends) return;
  Link* const link = link_of(message.from, key_of(channel, attach.handle));
  if (link == nullptr) return;
  drop(*link, Note::RequestLostResponse, sink);
  link->address = (message.from == PeerRole::kClient ? attach.target : attach.source)
                      .substr(0, kMaxAddressBytes);
  link->is_messages = attach.is_messages;
}

// A new one, if it is unknown; null if there are too many.
Amqp10Conversation::Link* Amqp10Conversation::link_of(PeerRole from, std::uint64_t key) {
  Links& links = links_of(from);
  const auto found = links.find(key);
  if (found != links.end()) return &found->second;
  return links.size() < kMaxLinks ? &links[key] : nullptr;
}

void Amqp10Conversation::on_transfer(const Message& message, std::uint16_t channel,
                                     const Performative& performative, SpanSink& sink) {
  const Transfer transfer = read_transfer(performative.value);
  Link* const link = link_of(message.from, key_of(channel, transfer.handle));
  if (link == nullptr) {
    sink.begin(message.take_origin());
    return sink.note(Note::RequestOverflow);
  }
  if (!link->is_messages) return;
  if (link->is_under_way && transfer.delivery_id && *transfer.delivery_id != link->delivery_id)
    drop(*link, Note::RequestLostResponse, sink);
  if (!link->is_under_way) {
    if (!transfer.delivery_id) return;  // its first frames were not seen
    link->delivery.identity = sink.begin(message.take_origin());
    ++deliveries_under_way_;
    link->is_under_way = true;
    link->is_settled = false;
    link->delivery_id = *transfer.delivery_id;
    link->delivery.bytes = 0;
    link->delivery.destination =
        link->address.empty() ? message_address(performative.payload).substr(0, kMaxAddressBytes)
                              : std::string_view(link->address);
  }
  link->is_settled |= transfer.is_settled;
  link->delivery.bytes += message.size;
  if (transfer.is_aborted) return drop(*link, Note::RequestNoResponse, sink);
  if (!transfer.has_more) end_delivery(message, channel, *link, sink);
}

void Amqp10Conversation::end_delivery(const Message& message, std::uint16_t channel, Link& link,
                                      SpanSink& sink) {
  link.is_under_way = false;
  --deliveries_under_way_;
  // Of a session that isn't known no outcome can be found.
  const bool has_outcome =
      message.from == PeerRole::kClient && !link.is_settled && broker_channels_.contains(channel);
  const std::uint64_t key = key_of(channel, link.delivery_id);
  AmqpDelivery* const waiting =
      has_outcome && unsettled_.find(key) == nullptr ? unsettled_.add(key) : nullptr;
  if (waiting == nullptr) {
    return emit_amqp_span(link.delivery, message.from, container_id_, {.end_ns = message.end_ns},
                          sink);
  }
  *waiting = link.delivery;
}

void Amqp10Conversation::on_disposition(const Message& message, std::uint16_t channel,
                                        const Value& value, SpanSink& sink) {
  const Disposition disposition = read_disposition(value);
  if (message.from != PeerRole::kServer || !disposition.from_receiver || !disposition.is_final)
    return;
  const auto session = client_channels_.find(channel);
  if (session == client_channels_.end()) return;
  const std::uint16_t client_channel = session->second;
  // Delivery ids are serial numbers: they wrap (RFC 1982).
  const std::uint32_t count = disposition.last - disposition.first + 1;
  if (count > 0 && count <= unsettled_.size()) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t key = key_of(client_channel, disposition.first + i);
      AmqpDelivery* const delivery = unsettled_.find(key);
      if (delivery == nullptr) continue;
      settle(*delivery, disposition, message, sink);
      unsettled_.remove(key);
    }
    return;
  }
  unsettled_.remove_if([&](std::uint64_t key, AmqpDelivery& delivery) {
    const std::uint32_t distance = static_cast<std::uint32_t>(key) - disposition.first;
    if (channel_of(key) != client_channel || distance >= count) return false;
    settle(delivery, disposition, message, sink);
    return true;
  });
}

void Amqp10Conversation::settle(const AmqpDelivery& delivery, const Disposition& disposition,
                                const Message& answer, SpanSink& sink) {
  emit_amqp_span(delivery, PeerRole::kClient, container_id_,
                 {.end_ns = answer.end_ns,
                  .bytes = answer.size,
                  .status = disposition.is_rejected ? kRejected : 0},
                 sink);
}

void Amqp10Conversation::drop(Link& link, Note why, SpanSink& sink) {
  if (!link.is_under_way) return;
  link.is_under_way = false;
  --deliveries_under_way_;
  sink.note(why);
}

void Amqp10Conversation::on_detach(PeerRole from, std::uint16_t channel, const Value& value,
                                   SpanSink& sink) {
  Links& links = links_of(from);
  const auto handle = static_cast<std::uint32_t>(Fields(value).next().number());
  const auto found = links.find(key_of(channel, handle));
  if (found == links.end()) return;
  drop(found->second, Note::RequestNoResponse, sink);
  links.erase(found);
}

// The broker's end comes last or first; its deliveries have their outcome by then or never.
void Amqp10Conversation::on_end(PeerRole from, std::uint16_t channel, SpanSink& sink) {
  absl::erase_if(links_of(from), [&](auto& entry) {
    if (channel_of(entry.first) != channel) return false;
    drop(entry.second, Note::RequestNoResponse, sink);
    return true;
  });
  if (from == PeerRole::kClient) return;
  const auto session = client_channels_.find(channel);
  if (session == client_channels_.end()) return;
  unsettled_.remove_if([&](std::uint64_t key, const AmqpDelivery&) {
    if (channel_of(key) != session->second) return false;
    sink.note(Note::RequestNoResponse);
    return true;
  });
  broker_channels_.erase(session->second);
  client_channels_.erase(session);
}

// A handle may have been given anew in what was lost: better no address than a wrong one.
void Amqp10Conversation::on_lost(PeerRole from, SpanSink& sink) {
  for (auto& [key, link] : links_of(from)) drop(link, Note::RequestLostResponse, sink);
  links_of(from) = {};
  if (from == PeerRole::kServer) client_channels_ = broker_channels_ = {};
  has_lost_ = true;
}

void Amqp10Conversation::on_unanswered(Unanswered& open, SpanSink&) {
  const auto end = [&](const AmqpDelivery& delivery, PeerRole from) {
    open.end(delivery.identity.start_ns, 1, [&](std::uint64_t end_ns, SpanSink& failed) {
      emit_amqp_span(delivery, from, container_id_, {.end_ns = end_ns}, failed);
    });
  };
  for (const PeerRole from : {PeerRole::kClient, PeerRole::kServer}) {
    for (auto& [key, link] : links_of(from)) {
      if (!std::exchange(link.is_under_way, false)) continue;
      --deliveries_under_way_;
      end(link.delivery, from);
    }
  }
  unsettled_.remove_if([&](std::uint64_t, const AmqpDelivery& delivery) {
    end(delivery, PeerRole::kClient);
    return true;
  });
}

void Amqp10Conversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  for (Links& links : links_) {
    for (auto& [key, link] : links) drop(link, why, sink);
  }
  if (!unsettled_.empty()) sink.note(why, unsettled_.size());
  unsettled_.remove_if([](std::uint64_t, const AmqpDelivery&) { return true; });
}

void Amqp10Conversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (has_lost_ && now_ns > kLostAfterNs) {
    unsettled_.remove_if([&](std::uint64_t, const AmqpDelivery& delivery) {
      if (delivery.identity.start_ns >= now_ns - kLostAfterNs) return false;
      sink.note(Note::RequestLostResponse);
      return true;
    });
    has_lost_ = !unsettled_.empty();
  }
  if (quiet) unsettled_.release_idle_memory();
}

std::size_t Amqp10Conversation::state_bytes() const {
  constexpr std::size_t kAddressBytes = 64;
  std::size_t bytes = container_id_.capacity() + unsettled_.held_bytes() +
                      unsettled_.size() * kAddressBytes +
                      client_channels_.capacity() * 2 * (2 * sizeof(std::uint16_t) + 1);
  for (const Links& links : links_)
    bytes += links.capacity() * (sizeof(Link) + 9) + links.size() * 2 * kAddressBytes;
  return bytes;
}

}  // namespace obi::protocol::amqp10
