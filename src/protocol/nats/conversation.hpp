// SPDX-License-Identifier: Apache-2.0
// NATS between a client and its server (docs.nats.io, "Client protocol"). Each message is a span of
// its own: PUB and HPUB publish, MSG and HMSG process; it begins and ends with its bytes, as
// nothing answers it. Of the greetings only the client's name and whether TLS follows is read:
// whatever proves who the client is stays where it was. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "protocol/message_conversation.hpp"
#include "protocol/nats/command.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::nats {

Match detect(const FirstBytes& first_bytes);

class NatsConversation final : public MessageConversation {
 public:
  explicit NatsConversation(const ConversationStart& start)
      : MessageConversation(start, kMaxHeaderBytes) {}
  [[nodiscard]] bool has_open_request() const override { return false; }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override {}
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override {}
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override {}
  [[nodiscard]] std::size_t state_bytes() const override { return client_name_.capacity(); }

 private:
  void emit_span(const Message& message, const Command& command, SpanSink& sink) const;

  Command measured_;  // the last one; its texts live as long as that call
  std::string client_name_;
  bool is_connected_ = false;  // CONNECT was seen
};

}  // namespace obi::protocol::nats
