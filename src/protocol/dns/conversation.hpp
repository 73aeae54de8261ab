// SPDX-License-Identifier: Apache-2.0
// DNS as a client speaks it: look-ups over UDP, TCP (RFC 1035 section 4.2) and multicast (RFC
// 6762). A span is a question and its answer, paired by the id, of multicast by name and type. A
// question that is sent again is still the same; one without answer becomes a span with rcode
// Refused after Options::timeout_ns. The answering side has no spans. See protocol/conversation.hpp
// for the contract.
#pragma once
#include <cstdint>
#include <string>

#include "protocol/by_id.hpp"
#include "protocol/dns/message.hpp"
#include "protocol/dns/options.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::dns {

/// Does the client begin with a query? See protocol/table.hpp.
Match detect(const FirstBytes& first_bytes);

class DnsConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  DnsConversation(const Shared& shared, const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override { return !waiting_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  /// Who waits for an answer is found by the id, whatever was missed.
  void on_lost(PeerRole from, SpanSink& sink) override {}
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                  std::uint64_t end_ns, SpanSink& sink) override {
    return datagrams_;
  }
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  struct Lookup {
    RequestIdentity identity;
    std::uint64_t question_hash = 0;
    std::uint64_t bytes = 0;
    std::string name;
    std::uint16_t type = 0;
  };
  /// Where an answer ended, and what it said.
  struct Ending {
    int rcode = 0;
    std::uint64_t end_ns = 0;
    std::uint64_t bytes = 0;
    std::uint16_t address_count = 0;
  };
  void on_query(const Message& message, Reader& reader, const Header& header, SpanSink& sink);
  void on_question(const Message& message, const Header& header, const Question& question,
                   SpanSink& sink);
  void on_answer(const Message& message, Reader& reader, const Header& header, SpanSink& sink);
  void on_multicast_answer(const Message& message, Reader& reader, const Header& header,
                           SpanSink& sink);
  static Ending ending_of(const Message& answer, const Outcome& outcome);
  void emit_span(Lookup& lookup, const Ending& ending, SpanSink& sink);

  bool datagrams_;
  bool multicast_;
  std::uint64_t timeout_ns_;
  ById<std::uint64_t, Lookup> waiting_;
  std::string addresses_;  // of the answer at hand
  std::string spare_;      // memory of the last look-up's name, for the next
};

}  // namespace obi::protocol::dns
