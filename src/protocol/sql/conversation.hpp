// SPDX-License-Identifier: Apache-2.0
// A connection of an unknown protocol, on which the client sends SQL (heuristic_sql_detect): bytes
// with a statement that names a table are a request, what the server says next is its answer, until
// the client sends again. Requests that are cut or pipelined can't be distinguished from others, so
// this is off unless it is asked for. At most kKeptBytes of a request are kept.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "protocol/conversation.hpp"
#include "protocol/sql/statement.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::sql {

/// kYes only once the server has answered.
Match detect(const FirstBytes& first_bytes);
/// Null unless it is switched on.
std::unique_ptr<ProtocolState> open(const ProtocolOptions& options);

class SqlConversation final : public Conversation {
 public:
  explicit SqlConversation(const ConversationStart& start)
      : client_direction_(start.client_direction) {}
  ChunkResult on_chunk(const Chunk& chunk, SpanSink& sink) override;
  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override {}
  void on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) override;
  void on_close(const Closing& closing, SpanSink& sink) override;
  void on_tick(std::uint64_t now_ns, SpanSink& sink) override;
  [[nodiscard]] bool has_open_request() const override { return state_ != State::kIdle; }
  [[nodiscard]] std::size_t held_bytes() const override {
    return sizeof(*this) + request_.capacity() + statement_.held_bytes();
  }

 private:
  static constexpr std::size_t kKeptBytes = 4096;
  enum class State : std::uint8_t { kIdle, kAsked, kAnswered };
  void on_client(const Chunk& chunk, SpanSink& sink);
  void on_server(const Chunk& chunk, SpanSink& sink);
  void end_request(SpanSink& sink);
  void end_unanswered(const Closing& closing, SpanSink& sink);
  void emit_span(std::uint64_t end_ns, SpanSink& sink);
  void forget();

  model::Direction client_direction_;
  State state_ = State::kIdle;
  std::string request_;  // while it is being sent
  KeptStatement statement_;
  RequestIdentity identity_;  // has ids once it is known to be a statement
  std::uint64_t end_ns_ = 0;
  std::uint64_t request_bytes_ = 0;
  std::uint64_t response_bytes_ = 0;
};

}  // namespace obi::protocol::sql
