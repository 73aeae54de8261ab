// SPDX-License-Identifier: Apache-2.0
// A connection to MongoDB (see message.hpp). An answer names its request's id; drivers have one
// request at a time under way on a connection, save those that want no answer (moreToCome: their
// span ends with the request) and exhaust cursors, where the server goes on answering: each further
// answer names the one before it, and the span ends with the last.
//
// Only the client's side makes spans. The handshake, monitoring (hello, ping) and the ends of
// sessions make none. At most Options::requests wait at once.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/by_id.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/mongo/answer.hpp"
#include "protocol/mongo/command.hpp"
#include "protocol/mongo/options.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::mongo {

Match detect(const FirstBytes& first_bytes);

class MongoConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  MongoConversation(const Shared& shared, const ConversationStart& start)
      : MessageConversation(start), waiting_(shared.options.requests) {}

  [[nodiscard]] bool has_open_request() const override { return !waiting_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override { return waiting_.held_bytes(); }

 private:
  /// A command that waits for its answer, with its texts inside so that nothing is allocated.
  struct Request {
    RequestIdentity identity;
    bool expects_span = false;
    bool answers_documents = false;
    std::uint64_t bytes = 0;
    std::uint8_t operation_bytes = 0;
    std::uint8_t database_bytes = 0;
    std::uint8_t collection_bytes = 0;
    std::array<char, kMaxCommandName + kMaxNamespace> texts{};

    void set(const Command& command, const Message& message);
  };

  void on_request(const Message& message, SpanSink& sink);
  void on_answer(const Message& message, SpanSink& sink);
  /// What ended an operation.
  struct Ending {
    std::uint64_t end_ns = 0;
    std::uint64_t response_bytes = 0;
  };
  static void emit_span(const Request& request, const Answer& answer, const Ending& last,
                        SpanSink& sink);

  ById<std::int32_t, Request> waiting_;
  bool answers_lost_ = false;  // some of those that wait may have been answered
};

}  // namespace obi::protocol::mongo
