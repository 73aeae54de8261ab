// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/conversation.hpp"

#include <algorithm>
#include <utility>

#include "protocol/mysql/detect.hpp"

namespace obi::protocol::mysql {
namespace {

using Note = SpanSink::Note;

// What follows these is an endless stream, or is framed otherwise.
bool is_unsupported(Command command) {
  return command == Command::kBinlogDump || command == Command::kBinlogDumpGtid ||
         command == Command::kTableDump || command == Command::kClone || command == Command::kMulti;
}

}  // namespace

MysqlConversation::MysqlConversation(const Shared& shared, const ConversationStart& start)
    : MessageConversation(start),
      statements_(shared.options.statements),
      phase_(start.mid_life ? Phase::kCommands : Phase::kGreeting) {}

// Bytes of `from` that have no packets, or none that can be found.
bool MysqlConversation::is_opaque(PeerRole from) const {
  if (from == PeerRole::kClient) return sends_file_;
  return phase_ == Phase::kCommands && (is_unseen_ || requests_.empty());
}

MysqlConversation::Size MysqlConversation::measure(PeerRole from,
                                                   std::span<const std::byte> bytes) {
  if (is_opaque(from)) return bytes.size();
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  return kHeaderBytes + std::uint64_t{header->length};
}

void MysqlConversation::on_message(const Message& message, SpanSink& sink) {
  if (is_opaque(message.from)) return on_opaque(message, sink);
  message.from == PeerRole::kClient ? on_client(message, sink) : on_server(message, sink);
}

void MysqlConversation::on_opaque(const Message& message, SpanSink& sink) {
  if (requests_.empty()) return;
  if (message.from == PeerRole::kClient) {
    requests_.front().bytes += message.size;
    return;
  }
  answer_bytes_ += message.size;
  answer_ns_ = message.end_ns;
  end_by_tail(message.bytes, message.end_ns, sink);
}

// Of an answer whose packets are not seen one by one.
void MysqlConversation::end_by_tail(PacketBytes tail, std::uint64_t end_ns, SpanSink& sink) {
  const auto status = ends_result(tail);
  if (!status) return;
  reading_.see_status(status);
  reading_.assume_mode_changes();
  end_request(nullptr, end_ns, sink);
}

void MysqlConversation::on_client(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  const bool continues = std::exchange(client_continues_, header->length == kMaxPayload);
  if (continues) {
    if (!requests_.empty()) {
      requests_.back().bytes += message.size;
      if (auto& sequence = requests_.back().answer_sequence) ++*sequence;
    }
    return;
  }
  if (header->sequence == 0) {
    phase_ = Phase::kCommands;
    on_command(message, sink);
  } else if (phase_ != Phase::kCommands) {
    on_handshake_response(message, sink);
  }  // else a step of authentication
}

void MysqlConversation::on_handshake_response(const Message& message, SpanSink& sink) {
  phase_ = Phase::kCommands;
  const auto response = parse_handshake_response(payload_of(message.bytes));
  if (!response) return;
  if (response->starts_tls) return leave(sink, Handover::To::kEncrypted);
  agree(response->capabilities);
  Request* request = requests_.push(message.take_origin(), false, sink);
  if (request == nullptr) return;
  request->bytes = message.size;
  request->command = Command::kChangeUser;  // which is answered as the handshake is
  request->answer_sequence =
      static_cast<std::uint8_t>(std::to_integer<std::uint8_t>(message.bytes[3]) + 1);
  request->statement.reset();
  request->text = response->database.substr(0, kMaxNameBytes);
  request->collation = response->collation;
}

void MysqlConversation::agree(std::uint32_t client_capabilities) {
  client_capabilities_ = client_capabilities;
  if (server_capabilities_ == 0) return;  // the greeting was not seen
  const std::uint32_t both = client_capabilities & server_capabilities_;
  agreement_.deprecates_eof = (both & kCapDeprecateEof) != 0;
  const bool is_mariadb = (server_capabilities_ & kCapMySql) == 0;
  agreement_.optional_metadata = !is_mariadb && (both & kCapOptionalMetadata) != 0;
  query_attributes_ = !is_mariadb && (both & kCapQueryAttributes) != 0;
  is_compressed_ = (both & kCapCompress) != 0 || (!is_mariadb && (both & kCapZstd) != 0);
}

void MysqlConversation::on_command(const Message& message, SpanSink& sink) {
  const auto payload = payload_of(message.bytes);
  if (payload.empty()) return;
  const auto command = static_cast<Command>(payload[0]);
  if (is_unseen_) end_of_unseen_answer(sink);
  if (is_unsupported(command)) {
    sink.note(Note::MessageUnsupported);
    return leave(sink);
  }
  if (answer_kind(command) != AnswerKind::kNone) return push(message, command, sink);
  if (command == Command::kClose) statements_.forget(statement_id_of(payload));
}

void MysqlConversation::on_server(const Message& message, SpanSink& sink) {
  if (phase_ == Phase::kGreeting) {
    const auto greeting = parse_greeting(payload_of(message.bytes));
    if (greeting) {
      server_capabilities_ = greeting->capabilities;
      reading_.see_greeting(*greeting);
    }
    phase_ = Phase::kHandshake;
    return;
  }
  if (phase_ == Phase::kHandshake) return;
  on_answer(message, sink);
}

void MysqlConversation::on_answer(const Message& message, SpanSink& sink) {
  const auto header = parse_header(message.bytes);
  const auto payload = payload_of(message.bytes);
  if (!answer_.has_begun()) {
    const Request& request = requests_.front();
    if (header->sequence != request.answer_sequence.value_or(header->sequence)) {
      // Nobody waits for the EOF behind a prepared statement's definitions, where it is not known
      // whether there is one; nor for a server's farewell.
      const bool is_spare =
          !payload.empty() && (payload[0] == std::byte{kError} ||
                               (payload[0] == std::byte{kEof} && header->length == 5));
      if (!is_spare) lose(sink);
      return;
    }
    answer_.begin(answer_kind(request.command));
  }
  answer_bytes_ += message.size;
  answer_ns_ = message.end_ns;
  if (std::exchange(server_continues_, header->length == kMaxPayload)) return;
  const Progress progress = answer_.take(payload, header->length, agreement_);
  if (progress.statement_id) prepared_id_ = progress.statement_id;
  if (progress.status) {
    reading_.see_status(progress.status);
    reading_.see_session_changes(payload, header->length, *progress.status);
  }
  sends_file_ = progress.wants_file;
  if (progress.is_done)
    end_request(progress.error ? &*progress.error : nullptr, message.end_ns, sink);
}

// Only the answer to the one request that waits can be under way.
bool MysqlConversation::may_guess_end() const {
  return requests_.size() == 1 && answer_.has_begun() && !requests_.pipelines();
}

// The client asks again: what it waited for has come.
void MysqlConversation::end_of_unseen_answer(SpanSink& sink) {
  reading_.see_status(std::nullopt);
  may_guess_end() ? end_request(nullptr, answer_ns_, sink) : lose(sink);
}

bool MysqlConversation::on_missing(PeerRole from, std::uint64_t count,
                                   std::span<const std::byte> tail, std::uint64_t end_ns,
                                   SpanSink& sink) {
  if (from == PeerRole::kClient) {
    if (!requests_.empty() && (sends_file_ || client_continues_)) {
      // Up to the answer all of it belongs to the request.
      sends_file_ = true;
      client_continues_ = false;
      requests_.back().bytes += count;
      if (!answer_.has_begun()) requests_.back().answer_sequence.reset();
      return true;
    }
    return false;
  }
  if (phase_ != Phase::kCommands) return false;
  if (requests_.empty()) return true;
  if (!may_guess_end()) return false;
  answer_bytes_ += count;
  answer_ns_ = end_ns;
  is_unseen_ = true;
  end_by_tail(tail, end_ns, sink);
  return true;
}

void MysqlConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer && phase_ == Phase::kCommands && may_guess_end()) {
    is_unseen_ = true;
    return;
  }
  if (from == PeerRole::kClient && sends_file_) return;  // of the file, up to the server's answer
  lose(sink);
}

bool MysqlConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  if (is_opaque(from)) return true;
  if (from == PeerRole::kClient) return begins_command(bytes, bytes.size()) == Match::kYes;
  return !requests_.empty() && begins_answer(bytes, requests_.front().answer_sequence.value_or(1));
}

void MysqlConversation::lose(SpanSink& sink) {
  requests_.lose(sink);
  reading_.forget();
  begin_next();
}

void MysqlConversation::begin_next() {
  answer_.reset();
  answer_bytes_ = 0;
  is_unseen_ = sends_file_ = server_continues_ = false;
  reading_.begin_answer();
  prepared_id_.reset();
}

void MysqlConversation::on_unanswered(Unanswered& open, SpanSink& sink) {
  if (is_unseen_) return lose(sink);  // whether its answer was whole isn't known
  requests_.end_all(open, [this](Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, nullptr, end_ns, failed);
  });
}

void MysqlConversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  requests_.abandon(why, sink);
  begin_next();
}

void MysqlConversation::on_time(std::uint64_t, bool quiet, SpanSink& sink) {
  if (!quiet) return;
  if (is_unseen_) end_of_unseen_answer(sink);
  if (requests_.empty()) {
    requests_.settle();
    requests_.release_idle_memory();
  }
}

std::size_t MysqlConversation::state_bytes() const {
  return requests_.held_bytes() + statements_.held_bytes() + name_space_.capacity();
}

}  // namespace obi::protocol::mysql
