// SPDX-License-Identifier: Apache-2.0
// A connection to Aerospike, see message.hpp. A client has one request at a time under way on a
// connection: an answer belongs to the oldest. Batches, scans and queries are answered in parts
// until one is marked as the last; where that one isn't captured, the span ends with the last bytes
// before the next request.
//
// Only the client's side makes spans. Info and security messages make none. A record that isn't
// there (result 2) is no failure.
#pragma once
#include <array>
#include <cstdint>

#include "protocol/aerospike/message.hpp"
#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::aerospike {

Match detect(const FirstBytes& first_bytes);

class AerospikeConversation final : public MessageConversation {
 public:
  explicit AerospikeConversation(const ConversationStart& start) : MessageConversation(start) {}

  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override;
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override { return requests_.held_bytes(); }

 private:
  static constexpr std::size_t kMaxNamespace = 31;  // bytes, by the servers' limit
  static constexpr std::size_t kMaxSet = 63;
  struct Request {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    std::uint64_t answered_bytes = 0;
    bool expects_span = false;
    bool has_parts = false;
    bool end_unseen = false;     // parts have come, and the last may have
    std::string_view operation;  // static
    std::uint32_t batch_size = 0;
    std::uint8_t namespace_bytes = 0;
    std::uint8_t set_bytes = 0;
    std::array<char, kMaxNamespace> name_space{};
    std::array<char, kMaxSet> set{};
  };

  void on_request(const Frame& frame, const Message& message, SpanSink& sink);
  void on_answer(const Frame& frame, const Message& message, SpanSink& sink);
  void emit_span(const Request& request, std::uint8_t result, std::uint64_t end_ns, SpanSink& sink);
  /// The oldest, if its last part was not seen, ends with the server's last bytes.
  void end_unseen_one(SpanSink& sink);

  InOrder<Request> requests_;
};

}  // namespace obi::protocol::aerospike
