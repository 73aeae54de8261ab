// SPDX-License-Identifier: Apache-2.0
// memcached on one connection, at either end: the text protocol, meta commands, and the binary one.
// Each command is a span, whose operation is the same in all three ("GET" is get, gets, mg, GetK);
// no-ops and SASL have none. A command that gets no answer (noreply; quiet without result) ends
// with its own last byte.
//
// Answers come in order. Quiet commands may be passed over, so an answer belongs to the first
// command that it can be an answer to; one that no request waits for shows that something was
// missed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/in_order.hpp"
#include "protocol/memcached/frame.hpp"
#include "protocol/memcached/text.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::memcached {

/// See protocol/table.hpp: a command with an answer that fits; a store with its data, or a header
/// of the binary protocol that is all memcached's own, alone.
Match detect(const FirstBytes& first_bytes);

class MemcachedConversation final : public MessageConversation {
 public:
  explicit MemcachedConversation(const ConversationStart& start);
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
  struct Request {
    std::string_view operation;  // empty: no span is due
    std::string key;
    RequestIdentity identity;
    std::uint64_t sent_ns = 0;
    std::uint64_t bytes = 0;
    std::uint64_t answer_bytes = 0;  // so far
    Words answers = 0;               // text: see TextCommand
    Words last = 0;
    Words unsaid = 0;
    std::string opaque;
    bool names_key = false;
    bool is_binary = false;
    bool is_quiet = false;  // may get no answer
    std::uint8_t opcode = 0;
    std::uint32_t opaque_id = 0;
  };
  struct Answer {
    bool is_binary = false;
    TextAnswer text;
    Frame frame;
    [[nodiscard]] std::string_view error_code() const;
    [[nodiscard]] bool ends(const Request& request) const;
  };
  struct Outcome {
    std::uint64_t end_ns = 0;
    std::string_view error_code;  // static; empty: none
    std::string_view error;
  };

  static bool fits(const Request& request, const Answer& answer);
  Size measure_text(PeerRole from, std::string_view text);
  Size measure_command(std::string_view text);
  void on_text_command(const Message& message, SpanSink& sink);
  void on_binary_request(const Message& message, SpanSink& sink);
  void begin_request(const Message& message);
  void end_request(bool is_unanswered, SpanSink& sink);
  void on_answer(const Message& message, const Answer& answer, SpanSink& sink);
  void pass_over(std::size_t count, SpanSink& sink);
  void emit_span(const Request& request, const Outcome& outcome, SpanSink& sink);

  // What was measured last; the texts live as long as that call.
  TextCommand measured_command_;
  TextAnswer measured_answer_;
  Request sending_;         // the command at hand
  bool long_line_ = false;  // … has more keys to come
  InOrder<Request> requests_;
};

}  // namespace obi::protocol::memcached
