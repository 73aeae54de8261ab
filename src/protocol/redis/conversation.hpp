// SPDX-License-Identifier: Apache-2.0
// Redis on one connection, at either end (RESP2, RESP3 and inline commands). Each command is a
// span, also those of a transaction, which are answered +QUEUED; an error inside EXEC's answer is
// not EXEC's. Answers come in order; what a server sends unasked (RESP3's pushes, the messages of
// SUBSCRIBE, the lines of MONITOR) is recognised and left out.
//
// A message of MessageConversation is an element (element.hpp), so that of a long value only its
// length need be captured. Every byte is asked for from the first element on: on a connection that
// pipelines, one element that is missed costs all that follow until the connection is quiet.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/redis/command_text.hpp"
#include "protocol/redis/element.hpp"
#include "protocol/redis/options.hpp"
#include "protocol/redis/reply.hpp"
#include "protocol/redis/subscriptions.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::redis {

/// See protocol/table.hpp. An array that names a command is Redis; a line may be others' too, and
/// needs the server's answer.
Match detect(const FirstBytes& first_bytes);

class RedisConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  RedisConversation(const Shared& shared, const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                  std::uint64_t end_ns, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// A command whose answer is due.
  struct Request {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    std::string text;
    std::size_t name_bytes = 0;  // of the text
    CommandKind kind = CommandKind::kPlain;
    std::uint64_t channels = 0;      // of SUBSCRIBE: answers to come; of UNSUBSCRIBE 0: for all
    std::uint64_t answer_bytes = 0;  // of answers before the last
    int database = -1;               // SELECT's
    [[nodiscard]] std::string_view name() const {
      return std::string_view(text).substr(0, name_bytes);
    }
  };
  /// The answer as a span reports it.
  struct Outcome {
    std::uint64_t end_ns = 0;
    std::uint64_t bytes = 0;
    std::string_view error;  // its text; empty if it is none
  };
  /// A command that is being sent.
  struct Sending {
    CommandText text;
    RequestOrigin origin;
    std::uint64_t bytes = 0;
    std::uint64_t strings_left = 0;  // 0: none is under way
    bool has_name = false;
  };

  Element element_of(const Message& message) const;
  void on_client_element(const Message& message, SpanSink& sink);
  void on_inline(const Message& message, SpanSink& sink);
  void end_command(std::uint64_t end_ns, SpanSink& sink);
  bool is_unanswered();
  void push_command(SpanSink& sink);
  void fill(Request& request);
  void on_lost_answers(SpanSink& sink);
  void on_reply(std::uint64_t end_ns, SpanSink& sink);
  bool is_unasked(const Reply& reply);
  bool is_answered(const Reply& reply);
  void note_effects(const Request& request, const Reply& reply);
  void end_request(const Outcome& outcome, SpanSink& sink);
  void emit_span(const Request& request, const Outcome& outcome, SpanSink& sink);

  bool reports_database_;
  bool needs_stream_ = true;
  Element measured_;  // the last one; its text lives as long as that call
  Sending sending_;
  Request unanswered_;  // the one at hand that gets no answer
  InOrder<Request> requests_;
  ReplyReader reply_;
  std::uint64_t reply_end_ns_ = 0;  // of the last element of the reply under way
  // As the client's commands will have it:
  bool in_transaction_ = false;
  bool replies_off_ = false;
  bool skips_next_ = false;
  // As the server's answers have it:
  Subscriptions subscriptions_;
  bool is_monitor_ = false;
  int database_ = -1;         // -1: not known
  int queued_database_ = -1;  // by a SELECT in a transaction
};

}  // namespace obi::protocol::redis
