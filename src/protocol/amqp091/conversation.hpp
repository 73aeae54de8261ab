// SPDX-License-Identifier: Apache-2.0
// AMQP 0-9-1, as RabbitMQ speaks it. A message is a method, a content header and body frames on one
// channel: basic.publish is a `publish`, basic.deliver and basic.get-ok a `process`. A span begins
// with the method and ends with the last frame; on a channel with publisher confirms a publish ends
// when the broker confirms it (ack or nack). What a consumer acknowledges later ends nothing: it
// may be many messages at once, at any time. A message that comes back (basic.return) is no
// delivery. The destination is "exchange:routing key", or the one of them that isn't empty. Only
// clients have spans: OBI has no type for the broker's. Not thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "protocol/amqp091/frame.hpp"
#include "protocol/amqp_span.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/outstanding.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::amqp091 {

Match detect(const FirstBytes& first_bytes);

class Amqp091Conversation final : public MessageConversation {
 public:
  explicit Amqp091Conversation(const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override {
    return contents_under_way_ > 0 || !unconfirmed_.empty();
  }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  std::optional<std::uint64_t> run_behind_missing(PeerRole from, std::uint64_t count,
                                                  std::uint64_t end_ns, SpanSink& sink) override;
  void on_run_end(PeerRole from, std::uint64_t end_ns, SpanSink& sink) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// A message whose frames are coming.
  struct Content {
    bool is_under_way = false;
    bool has_span = false;  // it is none that was returned
    bool has_header = false;
    std::uint64_t body_left = 0;
    std::uint64_t frame_bytes = 0;  // payload of its frames but the last; 0: not known
    std::uint64_t tag = 0;          // by which it will be confirmed; 0: it won't
    AmqpDelivery delivery;
  };
  struct Channel {
    std::array<Content, 2> contents;  // by peer
    bool confirms = false;            // the number of the next publish is known
    std::uint64_t next_tag = 1;
    std::uint64_t first_unconfirmed = 1;
  };
  void on_method(const Message& message, const Frame& frame, SpanSink& sink);
  void begin_content(const Message& message, const Frame& frame, SpanSink& sink);
  void go_on(const Message& message, const Frame& frame, SpanSink& sink);
  void end_content(const Message& message, std::uint16_t channel, Content& content, SpanSink& sink);
  void on_confirmation(const Message& message, const Frame& frame, SpanSink& sink);
  void confirm(std::uint64_t key, const Message& answer, int status, SpanSink& sink);
  void drop_content(Content& content, SpanSink::Note why, SpanSink& sink);
  void drop_channel(std::uint16_t number, SpanSink& sink);
  Channel* channel_of(std::uint16_t number);
  std::optional<std::uint16_t> only_channel_with_body(PeerRole from) const;
  [[nodiscard]] std::uint64_t frame_payload(const Content& content) const;
  static std::uint64_t bytes_left(const Content& content);

  absl::flat_hash_map<std::uint16_t, Channel> channels_;
  Outstanding<AmqpDelivery> unconfirmed_;
  std::string connection_name_;
  std::uint64_t frame_max_ = 0;         // 0: not known, or none
  std::size_t contents_under_way_ = 0;  // of those that have a span
  bool stream_requested_ = false;
  bool has_lost_ = false;
};

}  // namespace obi::protocol::amqp091
