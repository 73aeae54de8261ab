// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp091/conversation.hpp"

#include <algorithm>
#include <utility>

namespace obi::protocol::amqp091 {
namespace {

using Note = SpanSink::Note;

constexpr std::size_t kMaxChannels = 2048;  // RabbitMQ's channel_max is 2047
// Publishes that wait for the broker at once; what is beyond has a span without that time.
constexpr std::size_t kMaxUnconfirmed = 4096;
// What waits for so long after bytes were lost was confirmed in them.
constexpr std::uint64_t kLostAfterNs = 60'000'000'000;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr int kRefused = 1;
constexpr std::uint64_t kMinFrameMax = 4096;     // frame-min-size of the specification
constexpr std::uint64_t kMaxBody = 1ULL << 40U;  // far beyond what a broker takes

std::uint64_t key_of(std::uint16_t channel, std::uint64_t tag) {
  return static_cast<std::uint64_t>(channel) << 48U | (tag & 0xffff'ffff'ffffU);
}

// Semantic conventions for RabbitMQ, messaging.destination.name.
void write_destination(const Address& address, std::string& out) {
  out = address.exchange;
  if (!address.exchange.empty() && !address.routing_key.empty()) out += ':';
  out += address.routing_key;
}

bool is_protocol_header(std::span<const std::byte> bytes) {
  return text_of(bytes).starts_with(
      kProtocolHeader.substr(0, std::min<std::size_t>(4, bytes.size())));
}

}  // namespace

Amqp091Conversation::Amqp091Conversation(const ConversationStart& start)
    : MessageConversation(start), unconfirmed_(kMaxUnconfirmed) {}

MessageConversation::Size Amqp091Conversation::measure(PeerRole from,
                                                       std::span<const std::byte> bytes) {
  // The client begins with it; a broker that wants another version answers with its own.
  if (is_protocol_header(bytes)) {
    if (bytes.size() < 4) return std::unexpected(ParseError::Truncated);
    return kProtocolHeader.size();
  }
  const auto frame = parse_frame(from, bytes);
  if (!frame) return std::unexpected(frame.error());
  return frame->size();
}

bool Amqp091Conversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto frame = parse_frame(from, bytes);
  return frame && frame->size() <= bytes.size();
}

void Amqp091Conversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return leave(sink);
  // Many frames travel in one call.
  if (!stream_requested_) sink.request_stream();
  stream_requested_ = true;
  const auto frame = parse_frame(message.from, message.bytes);
  if (!frame) return;  // the protocol header
  switch (frame->type) {
    case FrameType::kMethod: return on_method(message, *frame, sink);
    case FrameType::kHeader:
    case FrameType::kBody: return go_on(message, *frame, sink);
    case FrameType::kHeartbeat: return;
  }
}

void Amqp091Conversation::on_method(const Message& message, const Frame& frame, SpanSink& sink) {
  switch (frame.method) {
    case kConnectionStartOk:
      connection_name_ = connection_name(frame.payload).substr(0, kMaxNameBytes);
      return;
    case kConnectionTuneOk: frame_max_ = parse_frame_max(frame.payload).value_or(0); return;
    case kChannelOpen:
    case kChannelCloseOk: return drop_channel(frame.channel, sink);
    case kBasicPublish:
    case kBasicReturn:
    case kBasicDeliver:
    case kBasicGetOk: return begin_content(message, frame, sink);
    case kBasicAck:
    case kBasicNack:
      if (message.from == PeerRole::kServer) on_confirmation(message, frame, sink);
      return;
    case kConfirmSelect:
      // A second one changes nothing.
      if (Channel* channel = channel_of(frame.channel);
          channel != nullptr && !channel->confirms && channel->next_tag == 1)
        channel->confirms = true;
      return;
    default: return;
  }
}

// Null if there are too many.
Amqp091Conversation::Channel* Amqp091Conversation::channel_of(std::uint16_t number) {
  const auto found = channels_.find(number);
  if (found != channels_.end()) return &found->second;
  if (channels_.size() >= kMaxChannels) return nullptr;
  return &channels_[number];
}

void Amqp091Conversation::begin_content(const Message& message, const Frame& frame,
                                        SpanSink& sink) {
  const bool has_span = frame.method != kBasicReturn;
  RequestIdentity identity;
  if (has_span) identity = sink.begin(message.take_origin());
  Channel* const channel = channel_of(frame.channel);
  if (channel == nullptr) return sink.note(Note::RequestOverflow, has_span ? 1 : 0);
  Content& content = channel->contents[static_cast<std::size_t>(message.from)];
  drop_content(content, Note::RequestLostResponse, sink);
  content.is_under_way = true;
  content.has_span = has_span;
  content.has_header = false;
  content.frame_bytes = 0;
  content.delivery.identity = identity;
  content.delivery.bytes = message.size;
  content.tag = frame.method == kBasicPublish && channel->confirms ? channel->next_tag++ : 0;
  contents_under_way_ += has_span ? 1 : 0;
  const auto address = parse_address(frame.method, frame.payload);
  if (!address) sink.note(Note::HeadTruncated);
  write_destination(address.value_or(Address{}), content.delivery.destination);
}

void Amqp091Conversation::go_on(const Message& message, const Frame& frame, SpanSink& sink) {
  const auto channel = channels_.find(frame.channel);
  if (channel == channels_.end()) return;
  Content& content = channel->second.contents[static_cast<std::size_t>(message.from)];
  // Of a message whose beginning was not seen.
  if (!content.is_under_way) return;
  content.delivery.bytes += message.size;
  if (frame.type == FrameType::kHeader) {
    const auto size = parse_body_size(frame.payload);
    if (content.has_header || !size) {
      sink.note(Note::MessageMalformed);
      return drop_content(content, Note::RequestLostResponse, sink);
    }
    content.has_header = true;
    content.body_left = *size;
  } else if (!content.has_header || frame.payload_bytes > content.body_left) {
    sink.note(Note::MessageMalformed);
    return drop_content(content, Note::RequestLostResponse, sink);
  } else {
    content.body_left -= frame.payload_bytes;
    if (content.body_left > 0) content.frame_bytes = frame.payload_bytes;
  }
  if (content.body_left == 0) end_content(message, frame.channel, content, sink);
}

std::optional<std::uint16_t> Amqp091Conversation::only_channel_with_body(PeerRole from) const {
  std::optional<std::uint16_t> only;
  for (const auto& [number, channel] : channels_) {
    const Content& content = channel.contents[static_cast<std::size_t>(from)];
    if (!content.is_under_way) continue;
    if (only || !content.has_header) return std::nullopt;
    only = number;
  }
  return only;
}

// What was agreed is known only of a connection that was seen from its beginning on. 0: not known.
std::uint64_t Amqp091Conversation::frame_payload(const Content& content) const {
  if (content.frame_bytes > 0) return content.frame_bytes;
  return frame_max_ < kMinFrameMax ? 0 : frame_max_ - Frame::kOverhead;
}

// A body is cut into frames of the largest size, and they follow one another where no other channel
// sends (section 4.2.3): so the end of a large body is known though its frames weren't captured.
std::uint64_t Amqp091Conversation::bytes_left(const Content& content) {
  const std::uint64_t payload = content.frame_bytes;
  const std::uint64_t frames = content.body_left / payload + (content.body_left % payload != 0);
  return content.body_left + frames * Frame::kOverhead;
}

std::optional<std::uint64_t> Amqp091Conversation::run_behind_missing(PeerRole from,
                                                                     std::uint64_t count,
                                                                     std::uint64_t end_ns,
                                                                     SpanSink& sink) {
  const auto number = only_channel_with_body(from);
  if (!number) return std::nullopt;
  Content& content = channels_[*number].contents[static_cast<std::size_t>(from)];
  content.frame_bytes = frame_payload(content);  // whatever is agreed before the run ends
  if (content.body_left > kMaxBody || content.frame_bytes == 0) return std::nullopt;
  const std::uint64_t run = bytes_left(content);
  if (count < run) return run - count;
  on_run_end(from, end_ns, sink);
  if (count > run) return std::nullopt;
  return 0;
}

void Amqp091Conversation::on_run_end(PeerRole from, std::uint64_t end_ns, SpanSink& sink) {
  const auto number = only_channel_with_body(from);
  if (!number) return;
  Content& content = channels_[*number].contents[static_cast<std::size_t>(from)];
  content.delivery.bytes += bytes_left(content);
  end_content({.from = from, .end_ns = end_ns}, *number, content, sink);
}

void Amqp091Conversation::end_content(const Message& message, std::uint16_t channel,
                                      Content& content, SpanSink& sink) {
  content.is_under_way = false;
  if (!content.has_span) return;
  --contents_under_way_;
  AmqpDelivery* const waiting =
      content.tag == 0 ? nullptr : unconfirmed_.add(key_of(channel, content.tag));
  if (waiting != nullptr) {
    *waiting = content.delivery;
    return;
  }
  emit_amqp_span(content.delivery, message.from, connection_name_, {.end_ns = message.end_ns},
                 sink);
}

void Amqp091Conversation::on_confirmation(const Message& message, const Frame& frame,
                                          SpanSink& sink) {
  const auto confirmation = parse_confirmation(frame.payload);
  const auto found = channels_.find(frame.channel);
  if (!confirmation || found == channels_.end()) return;
  Channel& channel = found->second;
  const int status = frame.method == kBasicNack ? kRefused : 0;
  const std::uint64_t last_tag = channel.next_tag - 1;
  if (confirmation->tag > last_tag) return sink.note(Note::ResponseUnpaired);
  if (!confirmation->is_multiple) {
    confirm(key_of(frame.channel, confirmation->tag), message, status, sink);
    if (confirmation->tag == channel.first_unconfirmed) ++channel.first_unconfirmed;
    return;
  }
  const std::uint64_t up_to = confirmation->tag == 0 ? last_tag : confirmation->tag;
  for (; channel.first_unconfirmed <= up_to; ++channel.first_unconfirmed)
    confirm(key_of(frame.channel, channel.first_unconfirmed), message, status, sink);
}

void Amqp091Conversation::confirm(std::uint64_t key, const Message& answer, int status,
                                  SpanSink& sink) {
  const AmqpDelivery* const publish = unconfirmed_.find(key);
  if (publish == nullptr) return;
  emit_amqp_span(*publish, PeerRole::kClient, connection_name_,
                 {.end_ns = answer.end_ns, .bytes = answer.size, .status = status}, sink);
  unconfirmed_.remove(key);
}

void Amqp091Conversation::drop_content(Content& content, Note why, SpanSink& sink) {
  if (content.is_under_way && content.has_span) {
    sink.note(why);
    --contents_under_way_;
  }
  content.is_under_way = false;
}

// Its publishes will not be confirmed any more.
void Amqp091Conversation::drop_channel(std::uint16_t number, SpanSink& sink) {
  const auto found = channels_.find(number);
  if (found == channels_.end()) return;
  Channel& channel = found->second;
  for (Content& content : channel.contents) drop_content(content, Note::RequestNoResponse, sink);
  for (; channel.first_unconfirmed < channel.next_tag; ++channel.first_unconfirmed) {
    const std::uint64_t key = key_of(number, channel.first_unconfirmed);
    if (unconfirmed_.find(key) == nullptr) continue;
    sink.note(Note::RequestNoResponse);
    unconfirmed_.remove(key);
  }
  channels_.erase(found);
}

// The client counts its publishes; if some may have been missed, confirms can't be assigned.
void Amqp091Conversation::on_lost(PeerRole from, SpanSink& sink) {
  for (auto& [number, channel] : channels_) {
    drop_content(channel.contents[static_cast<std::size_t>(from)], Note::RequestLostResponse, sink);
    if (from == PeerRole::kClient) channel.confirms = false;
  }
  has_lost_ = true;
}

void Amqp091Conversation::on_unanswered(Unanswered& open, SpanSink&) {
  const auto end = [&](const AmqpDelivery& delivery, PeerRole from) {
    open.end(delivery.identity.start_ns, 1, [&](std::uint64_t end_ns, SpanSink& failed) {
      emit_amqp_span(delivery, from, connection_name_, {.end_ns = end_ns}, failed);
    });
  };
  for (auto& [number, channel] : channels_) {
    for (const PeerRole from : {PeerRole::kClient, PeerRole::kServer}) {
      Content& content = channel.contents[static_cast<std::size_t>(from)];
      if (!std::exchange(content.is_under_way, false) || !content.has_span) continue;
      --contents_under_way_;
      end(content.delivery, from);
    }
  }
  unconfirmed_.remove_if([&](std::uint64_t, const AmqpDelivery& publish) {
    end(publish, PeerRole::kClient);
    return true;
  });
}

void Amqp091Conversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  for (auto& [number, channel] : channels_) {
    for (Content& content : channel.contents) drop_content(content, why, sink);
  }
  if (!unconfirmed_.empty()) sink.note(why, unconfirmed_.size());
  unconfirmed_.remove_if([](std::uint64_t, const AmqpDelivery&) { return true; });
}

void Amqp091Conversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (has_lost_ && now_ns > kLostAfterNs) {
    unconfirmed_.remove_if([&](std::uint64_t, const AmqpDelivery& publish) {
      if (publish.identity.start_ns >= now_ns - kLostAfterNs) return false;
      sink.note(Note::RequestLostResponse);
      return true;
    });
    has_lost_ = !unconfirmed_.empty();
  }
  if (quiet) unconfirmed_.release_idle_memory();
}

// A destination is two short strings.
std::size_t Amqp091Conversation::state_bytes() const {
  constexpr std::size_t kDestinationBytes = 128;
  return connection_name_.capacity() +
         channels_.capacity() * (sizeof(Channel) + sizeof(std::uint16_t) + 1) +
         channels_.size() * 2 * kDestinationBytes + unconfirmed_.held_bytes() +
         unconfirmed_.size() * kDestinationBytes;
}

}  // namespace obi::protocol::amqp091
