// SPDX-License-Identifier: Apache-2.0
// A protocol made up for the test of docs/add_a_protocol.md. A message is "\xf5TOY", one byte that
// says how many more come, and those: of a request operation, key and colour, of an answer "ok" or
// a word for what is wrong. Answers come in the order of requests.
#pragma once
#include <string>

#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::toy {

Match detect(const FirstBytes& first_bytes);

class ToyConversation final : public MessageConversation {
 public:
  explicit ToyConversation(const ConversationStart& start) : MessageConversation(start, 512) {}
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole, SpanSink& sink) override { requests_.lose(sink); }
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override { return requests_.held_bytes(); }

 private:
  struct Request {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    std::string text;  // at most 255 bytes, by the format
  };
  static void emit_span(const Request& request, std::string_view answer,
                        const Completion& completion, SpanSink& sink);

  InOrder<Request> requests_;
};

}  // namespace obi::protocol::toy
