// SPDX-License-Identifier: Apache-2.0
// MySQL and MariaDB: each command gets one answer, in order. See mysql/packet.hpp for the packets
// and mysql/answer.hpp for where an answer ends.
//
// A span is made of COM_QUERY, COM_STMT_EXECUTE and COM_STMT_BULK_EXECUTE, and of a
// COM_STMT_PREPARE that fails. Of a large answer only the start is captured: then its end is proven
// by the last bytes, or by the client's next command.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "protocol/in_order.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/mysql/answer.hpp"
#include "protocol/mysql/options.hpp"
#include "protocol/mysql/packet.hpp"
#include "protocol/mysql/server_reading.hpp"
#include "protocol/sql/prepared.hpp"
#include "protocol/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::mysql {

Match detect(const FirstBytes& first_bytes);

class MysqlConversation final : public MessageConversation {
 public:
  using Shared = OptionsState<Options>;
  MysqlConversation(const Shared& shared, const ConversationStart& start);
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
  enum class Phase : std::uint8_t { kGreeting, kHandshake, kCommands };
  struct Request {
    RequestIdentity identity;
    std::uint64_t bytes = 0;
    Command command = Command::kQuit;
    std::optional<std::uint8_t> answer_sequence;        // of the first packet of its answer
    std::optional<std::uint8_t> collation;              // of a login
    std::shared_ptr<sql::PreparedStatement> statement;  // prepared or executed; null if unknown
    std::string text;  // SQL of a query; of others the database that is selected, if any
  };
  using PacketBytes = std::span<const std::byte>;
  static constexpr std::size_t kMaxNameBytes = 256;  // of a database; 64 characters are allowed

  [[nodiscard]] bool is_opaque(PeerRole from) const;
  void on_client(const Message& message, SpanSink& sink);
  void on_server(const Message& message, SpanSink& sink);
  void on_opaque(const Message& message, SpanSink& sink);
  void end_by_tail(PacketBytes tail, std::uint64_t end_ns, SpanSink& sink);
  void on_handshake_response(const Message& message, SpanSink& sink);
  void agree(std::uint32_t client_capabilities);
  void on_command(const Message& message, SpanSink& sink);
  void push(const Message& message, Command command, SpanSink& sink);
  void describe(Request& request, Command command, PacketBytes payload, SpanSink& sink);
  void on_answer(const Message& message, SpanSink& sink);
  [[nodiscard]] bool may_guess_end() const;
  void end_of_unseen_answer(SpanSink& sink);
  void end_request(const ErrorPacket* error, std::uint64_t end_ns, SpanSink& sink);
  void apply(Request& request);
  void emit_span(Request& request, const ErrorPacket* error, std::uint64_t end_ns, SpanSink& sink);
  void lose(SpanSink& sink);
  void begin_next();

  InOrder<Request> requests_;
  sql::PreparedStatements statements_;
  std::shared_ptr<sql::PreparedStatement> last_prepared_;  // what MariaDB's statement id -1 means
  std::optional<std::uint32_t> prepared_id_;               // in the answer under way
  std::string name_space_;
  std::optional<bool> query_attributes_;
  Agreement agreement_;
  Answer answer_;
  std::uint64_t answer_bytes_ = 0;
  std::uint64_t answer_ns_ = 0;  // when the newest of them had moved
  std::uint32_t server_capabilities_ = 0;
  std::uint32_t client_capabilities_ = kCapSecureConnection;
  Phase phase_;
  ServerReading reading_;
  bool client_continues_ = false;  // the client's last packet was as long as a packet can be
  bool server_continues_ = false;
  bool is_unseen_ = false;      // where packets of the answer begin is not known any more
  bool sends_file_ = false;     // what the client sends is no command until the server answers
  bool is_compressed_ = false;  // from the end of the handshake on
};

}  // namespace obi::protocol::mysql
