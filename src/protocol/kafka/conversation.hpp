// SPDX-License-Identifier: Apache-2.0
// Kafka's protocol (Apache Kafka, "Kafka protocol guide"; KIP-482 flexible versions, KIP-516 topic
// ids, KIP-227 fetch sessions). Requests and answers are paired by correlation id. One span per
// topic that a Produce request names, and per topic of which a Fetch answer has records: an empty
// poll is no operation. All other requests are walked past. Message bodies are read as they come
// and never kept. Not thread-safe.
#pragma once
#include <memory>
#include <vector>

#include "protocol/by_id.hpp"
#include "protocol/kafka/exchange.hpp"
#include "protocol/kafka/state.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::kafka {

Match detect(const FirstBytes& first_bytes);

class KafkaConversation final : public MessageConversation {
 public:
  using Shared = kafka::State;
  KafkaConversation(Shared& shared, const ConversationStart& start);

  [[nodiscard]] bool has_open_request() const override { return !waiting_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_part(PeerRole from, std::span<const std::byte> bytes, std::uint64_t missing,
               SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// A request that waits for its answer.
  struct Waiting {
    RequestIdentity identity;
    std::int16_t api_key = -1;
    std::int16_t version = 0;
    std::unique_ptr<Exchange> exchange;
  };
  /// The part of a call that says something about the records of a topic.
  struct TopicSpans {
    const Topics& topics;
    std::string_view operation;
    Completion completion;
  };
  void begin_request(std::span<const std::byte> bytes);
  void begin_answer(std::span<const std::byte> bytes, SpanSink& sink);
  void on_request(const Message& message, SpanSink& sink);
  void on_answer(const Message& message, SpanSink& sink);
  std::size_t settle_topics(SpanSink& sink);
  void wait_for_answer(const RequestOrigin& origin, std::size_t spans, SpanSink& sink);
  void on_fetched(const Message& message, SpanSink& sink);
  void emit_spans(const TopicSpans& spans, const RequestIdentity& request, SpanSink& sink);
  void abandon_answer(SpanSink::Note why, SpanSink& sink);
  void abandon_older(std::uint64_t ns, SpanSink& sink);
  std::unique_ptr<Exchange> take_exchange();
  void recycle(std::unique_ptr<Exchange> exchange);

  TopicNames& names_;
  RequestReader request_;
  AnswerReader answer_;
  RequestHeader header_;                // of the request under way
  std::unique_ptr<Exchange> exchange_;  // … set while there is one
  Waiting answered_;                    // of the answer under way; no exchange if there is none
  ById<std::int32_t, Waiting> waiting_;
  std::vector<std::unique_ptr<Exchange>> spare_;
  std::size_t waiting_bytes_ = 0;  // that the exchanges in waiting_ hold
  bool in_answer_ = false;
  bool answers_in_step_;       // the last one began at a boundary for sure
  bool answers_lost_ = false;  // since one was paired
};

}  // namespace obi::protocol::kafka
