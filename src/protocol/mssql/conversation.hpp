// SPDX-License-Identifier: Apache-2.0
// SQL Server (TDS): each request is one message and gets one message as its answer, whose end is a
// bit of its last packet. See mssql/packet.hpp.
//
// A span is made of each SQLBatch, of each execution by RPC, and of a preparation that fails. Of a
// large message only the start is captured: then the client's next request proves its end.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/mssql/answer.hpp"
#include "protocol/mssql/options.hpp"
#include "protocol/mssql/packet.hpp"
#include "protocol/mssql/rpc.hpp"
#include "protocol/sql/prepared.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::mssql {

Match detect(const FirstBytes& first_bytes);

class MssqlConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  MssqlConversation(const Shared& shared, const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                  std::uint64_t end_ns, SpanSink& sink) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  enum class Phase : std::uint8_t { kPrelogin, kLogin, kRequests };
  enum class Kind : std::uint8_t { kNoOperation, kPrepare, kOperation };
  struct Request {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    Kind kind = Kind::kNoOperation;
    bool answers_handle = false;
    std::shared_ptr<sql::PreparedStatement> statement;  // null: `text` is it
    std::string text;                                   // UTF-8
    sql::Dialect dialect;                               // of `text`
  };
  /// The client's message under way.
  struct Incoming {
    bool is_open = false;
    PacketType type = PacketType::kSqlBatch;
    RequestOrigin origin;
    std::uint64_t bytes = 0;
    std::string payload;  // of packets before the one at hand, up to a bound
    bool has_hole = false;
  };

  [[nodiscard]] bool is_opaque(PeerRole from) const;
  void on_opaque(const Message& message);
  void on_client(const Message& message, SpanSink& sink);
  void on_login(const Header& header, Bytes payload);
  void on_request_packet(const Message& message, const Header& header, SpanSink& sink);
  void cut_request(SpanSink& sink);
  void end_of_request(Bytes payload, SpanSink& sink);
  void on_statement(Bytes payload, SpanSink& sink);
  static Kind kind_of(Purpose purpose);
  Request* push(Kind kind, SpanSink& sink);
  void describe_call(Request& request, const Call& call, SpanSink& sink);
  void on_server(const Message& message, SpanSink& sink);
  [[nodiscard]] bool may_guess_end() const;
  void end_of_unseen_answer(SpanSink& sink);
  void end_request(std::uint64_t end_ns, SpanSink& sink);
  void emit_span(Request& request, std::uint64_t end_ns, SpanSink& sink);
  void lose(SpanSink& sink);
  void begin_next();

  InOrder<Request> requests_;
  sql::PreparedStatements statements_;
  std::string name_space_;
  Incoming incoming_;
  Answer answer_;
  std::uint64_t answer_bytes_ = 0;
  std::uint64_t answer_ns_ = 0;  // when the newest of them had moved
  Phase phase_;
  bool has_headers_ = true;      // requests have ALL_HEADERS
  bool is_unseen_ = false;       // where packets of the answer begin is not known any more
  bool is_request_cut_ = false;  // what the client sends belongs to the request that waits
};

}  // namespace obi::protocol::mssql
