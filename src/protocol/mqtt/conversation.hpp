// SPDX-License-Identifier: Apache-2.0
// MQTT 3.1, 3.1.1 and 5 (OASIS). A PUBLISH of the client is its `publish`, one of the server its
// `process`. A span begins with the first byte of the PUBLISH; of QoS 0 it ends with its last byte,
// of QoS 1 and 2 when the delivery is complete (PUBACK, PUBCOMP, or a PUBREC that refuses). A
// SUBSCRIBE is a `process` of its first filter until its SUBACK, as OBI has it. Pairs are made by
// packet id, for each direction apart; a retransmission (DUP) of what waits is no second operation.
// Not thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "protocol/message_conversation.hpp"
#include "protocol/mqtt/packet.hpp"
#include "protocol/mqtt/topic_aliases.hpp"
#include "protocol/outstanding.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::mqtt {

Match detect(const FirstBytes& first_bytes);

class MqttConversation final : public MessageConversation {
 public:
  explicit MqttConversation(const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override { return !waiting_.empty(); }

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
  /// A packet that its receiver has to acknowledge.
  struct Delivery {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    PeerRole from = PeerRole::kClient;
    PacketType ends_with = PacketType::kPuback;
    std::string destination;
  };
  void on_connect(std::span<const std::byte> body, SpanSink& sink);
  void on_publish(const Message& message, const FixedHeader& header, SpanSink& sink);
  void on_subscribe(const Message& message, const FixedHeader& header, SpanSink& sink);
  void on_acknowledgement(const Message& message, const FixedHeader& header, SpanSink& sink);
  std::string_view topic_of(const Publish& publish, PeerRole from, SpanSink& sink);
  void wait_for(PacketType answer, std::uint16_t packet_id, std::string_view destination,
                const Message& message, SpanSink& sink);
  void forget(std::uint64_t key, SpanSink::Note why, SpanSink& sink);
  void emit_span_now(const Message& message, const RequestIdentity& request,
                     std::string_view destination, SpanSink& sink);
  struct Outcome {
    std::uint64_t end_ns = 0;
    std::uint64_t bytes = 0;  // of the acknowledgement
    int status = 0;
  };
  void emit_span(const Delivery& delivery, const Outcome& outcome, SpanSink& sink);
  TopicAliases& aliases_of(PeerRole from) { return aliases_[static_cast<std::size_t>(from)]; }

  Version version_ = Version::kUnknown;
  std::string client_id_;
  std::array<TopicAliases, 2> aliases_;
  Outstanding<Delivery> waiting_;
  std::size_t destination_bytes_ = 0;  // of what waits
  bool has_lost_ = false;
};

}  // namespace obi::protocol::mqtt
