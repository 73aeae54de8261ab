// SPDX-License-Identifier: Apache-2.0
// A connection that speaks PostgreSQL's protocol, version 3 (PostgreSQL manual, "Frontend/Backend
// Protocol"). A span is a Query (named after its first statement), an Execute, a FunctionCall, or a
// statement that was refused before it could be executed. BEGIN, COMMIT, SET and the like are
// operations as any other. What a failed pipeline skips up to its Sync are failed operations
// without SQLSTATE. Parse, Bind, Describe and Close make no span: what they say is remembered, at
// most Options::statements statements and as many portals, without literals.
#pragma once
#include <cstdint>
#include <string>

#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/postgres/message.hpp"
#include "protocol/postgres/options.hpp"
#include "protocol/recent.hpp"
#include "protocol/sql/statement.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::postgres {

Match detect(const FirstBytes& first_bytes);

class PostgresConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  PostgresConversation(const Shared& shared, const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override {
    return !requests_.empty() || copy_in_ != CopyIn::kNone;
  }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                  std::uint64_t end_ns, SpanSink& sink) override;
  bool ends_loss(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                 std::uint64_t end_ns, SpanSink& sink) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  using Note = SpanSink::Note;
  enum class Kind : std::uint8_t {
    kQuery,
    kCall,
    kExecute,
    kSync,
    kParse,
    kBind,
    kDescribe,
    kClose
  };
  /// What was prepared or bound.
  struct Prepared {
    sql::KeptStatement statement;
    bool is_known = false;  // its Parse was seen
  };
  /// A message that the server answers.
  struct Request {
    Kind kind = Kind::kSync;
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    Prepared prepared;         // kQuery, kExecute
    std::string name;          // kParse, kBind: of the statement
    bool is_failed = false;    // kQuery, kCall: an error has come, ReadyForQuery has not
    bool is_ignored = false;   // kSync: came while data was copied in
    bool is_reported = false;  // kQuery: its span was made before its end
    std::string sql_state;
    std::string error;
  };
  /// COPY FROM STDIN.
  enum class CopyIn : std::uint8_t {
    kNone,
    kData,  ///< up to the client's CopyDone, or the server's answer if that isn't seen
    kOver,  ///< the server has answered; the client may go on with data for a while
  };
  enum class Outcome : std::uint8_t { kDone, kFailed, kSkipped };

  void on_opener(const Message& message);
  void on_client_message(const Message& message, SpanSink& sink);
  void on_query(const Message& message, SpanSink& sink);
  void on_parse(const Message& message, SpanSink& sink);
  void on_bind(const Message& message, SpanSink& sink);
  void on_execute(const Message& message, SpanSink& sink);
  void on_close_target(const Message& message, SpanSink& sink);
  Request* push(Kind kind, const Message& message, SpanSink& sink);
  Request* push_execute(std::string_view portal, const Message& message, SpanSink& sink);
  Prepared* statement_of(std::string_view name);
  bool assume_execute(std::uint64_t count, std::span<const std::byte> tail, std::uint64_t end_ns,
                      SpanSink& sink);

  /// How the server reads a statement that is sent now.
  [[nodiscard]] sql::Dialect dialect() const;
  void on_parameter(const Message& message);
  void on_server_message(const Message& message, SpanSink& sink);
  void on_answer(Kind kind, SpanSink& sink);
  void on_execute_end(const Message& message, SpanSink& sink);
  void on_error(const Message& message, SpanSink& sink);
  void on_ready(std::uint64_t end_ns, bool is_proven_by_tail, SpanSink& sink);
  void on_copy_both(const Message& message, SpanSink& sink);
  void begin_copy_in();
  void end_failed_one(std::uint64_t ns, SpanSink& sink);
  void end_copy_in(SpanSink& sink);
  void emit_span(const Request& request, std::uint64_t end_ns, Outcome outcome, SpanSink& sink);
  /// A span is due for it.
  [[nodiscard]] static bool is_operation(Kind kind);
  [[nodiscard]] static bool ends_group(const Request& request);
  [[nodiscard]] std::size_t waiting_groups();
  bool ends_with_ready(std::span<const std::byte> tail, std::uint64_t end_ns, SpanSink& sink);
  void lose(SpanSink& sink);

  InOrder<Request> requests_;
  Recent<std::string, Prepared> statements_;
  Recent<std::string, Prepared> portals_;
  Prepared unnamed_statement_;
  Prepared unnamed_portal_;
  sql::Dialect dialect_ = sql::Dialect::kPostgres;  // as the server's settings have it
  std::string database_;
  std::string last_portal_;  // of the last Bind
  RequestIdentity unit_;     // the operation that is being sent
  std::uint64_t unit_bytes_ = 0;
  std::uint64_t answer_bytes_ = 0;  // since the last span
  std::uint64_t server_ns_ = 0;     // when the server's last bytes moved, while adrift
  bool is_opening_;                 // the client's messages have no type yet
  bool encryption_due_ = false;     // the server says in one byte whether it encrypts
  bool startup_due_ = false;        // the server has not said that it is ready
  bool in_unit_ = false;
  bool is_bound_ = false;     // a Bind has come whose Execute has not
  bool is_skipping_ = false;  // up to a Sync, behind an error
  CopyIn copy_in_ = CopyIn::kNone;
  bool copies_out_ = false;  // the server sends data (COPY TO STDOUT, BASE_BACKUP, replication)
  bool is_adrift_ = false;   // inside a long answer, waiting for a proof of its end
  char transaction_ = 'I';
};

}  // namespace obi::protocol::postgres
