// SPDX-License-Identifier: Apache-2.0
// ONC RPC over TCP (RFC 5531): each record is a call or a reply, either end may call, and a reply
// names its call by the xid. Only the front of a record is read, through the marks of its
// fragments; arguments and results never are. See protocol/conversation.hpp for the contract.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "protocol/by_id.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/sunrpc/message.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::sunrpc {

/// Does the client begin with a call, or the server with a reply? See protocol/table.hpp.
Match detect(const FirstBytes& first_bytes);

class SunrpcConversation final : public MessageConversation {
 public:
  explicit SunrpcConversation(const ConversationStart& start)
      : MessageConversation(start, FragmentMark::kBytes + kMaxFrontBytes) {}
  [[nodiscard]] bool has_open_request() const override { return !waiting_.empty(); }

 protected:
  /// A message is one fragment.
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// The record that comes in several fragments.
  struct Record {
    std::vector<std::byte> front;  // its first bytes, up to kMaxFrontBytes
    std::uint64_t size = 0;        // on the wire, of the fragments so far; 0 = none under way
    // Of its first fragment.
    std::uint64_t start_ns = 0;
    model::Task task;
    std::optional<model::SegmentContext> context;
    bool has_hole = false;  // bytes are missing behind `front`
  };
  /// What became of a call.
  struct Outcome {
    int status = 0;
    std::uint64_t end_ns = 0;
    std::uint64_t bytes = 0;  // of the reply
  };
  struct Waiting {
    PeerRole caller = PeerRole::kClient;
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    Call call;
  };
  Record& record_of(PeerRole from) { return records_[static_cast<std::size_t>(from)]; }
  void on_fragment(const Message& message, bool is_last, SpanSink& sink);
  void on_record(const Message& record, SpanSink& sink);
  void on_call(const Message& record, SpanSink& sink);
  void on_reply(const Message& record, SpanSink& sink);
  void emit_span(PeerRole caller, const Waiting& waiting, const Outcome& outcome, SpanSink& sink);
  /// Either end may choose the other's numbers.
  static std::uint64_t key_of(PeerRole caller, std::uint32_t xid) {
    return static_cast<std::uint64_t>(caller) << 32U | xid;
  }

  std::array<Record, 2> records_;
  ById<std::uint64_t, Waiting> waiting_;
  std::uint64_t newest_answered_ns_ = 0;  // when the newest call began that has a reply
  bool stream_requested_ = false;
};

}  // namespace obi::protocol::sunrpc
