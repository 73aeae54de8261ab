// SPDX-License-Identifier: Apache-2.0
// AMQP 1.0 (OASIS). Each delivery is a span: what the client transfers is a `publish`, what the
// broker transfers a `process`. It begins with the first transfer frame and ends with the last; a
// publish that is not sent settled ends when the broker sends its outcome (disposition). What a
// receiver settles later ends nothing. The destination is the address of the link, or of the
// message where the link has none. Only clients have spans: OBI has no type for the broker's. Not
// thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "protocol/amqp10/frame.hpp"
#include "protocol/amqp_span.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/outstanding.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::amqp10 {

Match detect(const FirstBytes& first_bytes);

class Amqp10Conversation final : public MessageConversation {
 public:
  explicit Amqp10Conversation(const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override {
    return deliveries_under_way_ > 0 || !unsettled_.empty();
  }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// By which one side sends.
  struct Link {
    std::string address;
    bool is_messages = true;
    bool is_under_way = false;  // `delivery`
    bool is_settled = false;
    std::uint32_t delivery_id = 0;
    AmqpDelivery delivery;  // its transfer frames are coming
  };
  using Links = absl::flat_hash_map<std::uint64_t, Link>;  // by channel and handle
  void on_performative(const Message& message, const Frame& frame, SpanSink& sink);
  void on_begin(const Message& message, std::uint16_t channel, const Value& value);
  void on_attach(const Message& message, std::uint16_t channel, const Value& value, SpanSink& sink);
  void on_transfer(const Message& message, std::uint16_t channel, const Performative& performative,
                   SpanSink& sink);
  void end_delivery(const Message& message, std::uint16_t channel, Link& link, SpanSink& sink);
  void on_disposition(const Message& message, std::uint16_t channel, const Value& value,
                      SpanSink& sink);
  void settle(const AmqpDelivery& delivery, const Disposition& disposition, const Message& answer,
              SpanSink& sink);
  void on_detach(PeerRole from, std::uint16_t channel, const Value& value, SpanSink& sink);
  void on_end(PeerRole from, std::uint16_t channel, SpanSink& sink);
  void drop(Link& link, SpanSink::Note why, SpanSink& sink);
  Link* link_of(PeerRole from, std::uint64_t key);
  Links& links_of(PeerRole from) { return links_[static_cast<std::size_t>(from)]; }

  std::array<Links, 2> links_;
  /// The broker's channel of a session -> the client's, and back.
  absl::flat_hash_map<std::uint16_t, std::uint16_t> client_channels_;
  absl::flat_hash_map<std::uint16_t, std::uint16_t> broker_channels_;
  Outstanding<AmqpDelivery> unsettled_;  // by client's channel and delivery id
  std::string container_id_;
  std::size_t deliveries_under_way_ = 0;
  bool stream_requested_ = false;
  bool has_lost_ = false;
};

}  // namespace obi::protocol::amqp10
