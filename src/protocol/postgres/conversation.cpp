// SPDX-License-Identifier: Apache-2.0
// The client's side, and what is done about missing bytes; the server's side is in answers.cpp.
#include "protocol/postgres/conversation.hpp"

#include <algorithm>

#include "protocol/span_text.hpp"

namespace obi::protocol::postgres {
namespace {

constexpr std::size_t kMaxName = 1024;
constexpr std::size_t kResumeMessages = 8;

char type_of(std::span<const std::byte> message) { return static_cast<char>(message[0]); }

bool is_word(char c) {
  return (c | 0x20) >= 'a' ? (c | 0x20) <= 'z' : (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// A name that was cut is none.
std::string_view whole_words(std::string_view text, bool is_whole) {
  if (is_whole) return text;
  while (!text.empty() && (is_word(text.back()) || static_cast<signed char>(text.back()) < 0))
    text.remove_suffix(1);
  return text;
}

}  // namespace

PostgresConversation::PostgresConversation(const Shared& shared, const ConversationStart& start)
    : MessageConversation(start),
      statements_(shared.options.statements),
      portals_(shared.options.statements),
      is_opening_(!start.mid_life) {}

PostgresConversation::Size PostgresConversation::measure(PeerRole from,
                                                         std::span<const std::byte> bytes) {
  if (from == PeerRole::kClient && is_opening_) {
    const auto head = parse_opener(bytes);
    if (!head) return std::unexpected(head.error());
    return head->size;
  }
  // An old server answers with an error.
  if (from == PeerRole::kServer && encryption_due_ && type_of(bytes) != 'E') {
    const char answer = type_of(bytes);
    if (answer == 'S' || answer == 'N' || answer == 'G') return 1;
    return std::unexpected(ParseError::NotThisProtocol);
  }
  return message_size(from, bytes);
}

void PostgresConversation::on_message(const Message& message, SpanSink& sink) {
  if (message.from == PeerRole::kServer) return on_server_message(message, sink);
  if (is_opening_) return on_opener(message);
  on_client_message(message, sink);
}

void PostgresConversation::on_opener(const Message& message) {
  const auto head = parse_opener(message.bytes);
  if (!head) return;
  switch (head->kind) {
    case Opener::kSslRequest:
    case Opener::kGssRequest: encryption_due_ = true; return;
    case Opener::kCancelRequest: return;
    case Opener::kStartup:
      append_clean(database_, database_of(message.bytes));
      is_opening_ = false;
      startup_due_ = true;
      return;
  }
}

void PostgresConversation::on_client_message(const Message& message, SpanSink& sink) {
  const bool is_data = std::string_view("dcf").contains(type_of(message.bytes));
  if (copy_in_ == CopyIn::kOver && type_of(message.bytes) != 'd') copy_in_ = CopyIn::kNone;
  // Who asks again without pipelining has read the answer.
  if (is_adrift_ && !in_unit_ && !is_data && type_of(message.bytes) != 'X') {
    if (waiting_groups() == 1) on_ready(server_ns_, true, sink);
    is_adrift_ = false;
  }
  switch (type_of(message.bytes)) {
    case 'Q': return on_query(message, sink);
    case 'F': {
      Request* request = push(Kind::kCall, message, sink);
      if (request != nullptr) request->prepared.statement.set("CALL", dialect_);
      return;
    }
    case 'P': return on_parse(message, sink);
    case 'B': return on_bind(message, sink);
    case 'E': return on_execute(message, sink);
    case 'D': push(Kind::kDescribe, message, sink); return;
    case 'C': return on_close_target(message, sink);
    case 'S':
      if (copy_in_ != CopyIn::kData) push(Kind::kSync, message, sink);
      return;
    case 'c':
    case 'f': copy_in_ = CopyIn::kNone; [[fallthrough]];
    case 'd':
      if (!requests_.empty()) requests_.front().bytes += message.size;
      return;
    default: return;  // passwords, Flush, Terminate
  }
}

// A slot for a request that the server answers; in_unit_ says whether it goes with the one before.
PostgresConversation::Request* PostgresConversation::push(Kind kind, const Message& message,
                                                          SpanSink& sink) {
  if (!in_unit_) {
    // Whether a span is due is known with its Execute, or when its Parse is refused.
    unit_ = {message.take_origin(), {}};
    if (kind != Kind::kSync) unit_ = sink.begin(unit_, 0);
    unit_bytes_ = 0;
  }
  unit_bytes_ += message.size;
  const bool expects_span = is_operation(kind);
  Request* request =
      requests_.push_begun(unit_, expects_span, sink, in_unit_ || kind == Kind::kSync);
  in_unit_ = !expects_span && kind != Kind::kSync;
  if (request == nullptr) return nullptr;
  request->kind = kind;
  request->bytes = unit_bytes_;
  request->is_failed = request->is_ignored = request->is_reported = false;
  request->prepared.is_known = true;
  return request;
}

void PostgresConversation::on_query(const Message& message, SpanSink& sink) {
  in_unit_ = false;
  unnamed_statement_.is_known = unnamed_portal_.is_known = false;
  const sql::Dialect reading = dialect();
  Request* request = push(Kind::kQuery, message, sink);
  if (request == nullptr) return;
  request->prepared.statement.set(whole_words(query_of(message.bytes), message.is_whole()),
                                  reading);
}

// What waits for its answer may change the settings.
sql::Dialect PostgresConversation::dialect() const {
  return requests_.empty() ? dialect_ : sql::Dialect::kPostgres;
}

PostgresConversation::Prepared* PostgresConversation::statement_of(std::string_view name) {
  return name.empty() ? &unnamed_statement_ : statements_.find(name);
}

void PostgresConversation::on_parse(const Message& message, SpanSink& sink) {
  const Named named = parse_names(message.bytes);
  const std::string_view name = named.name.substr(0, kMaxName);
  Prepared* prepared = name.empty() ? &unnamed_statement_ : statements_.put(name);
  if (prepared != nullptr) {
    prepared->statement.set(whole_words(named.other, message.is_whole()), dialect());
    prepared->is_known = true;
  }
  Request* request = push(Kind::kParse, message, sink);
  if (request != nullptr) request->name = name;
}

void PostgresConversation::on_bind(const Message& message, SpanSink& sink) {
  const Named named = parse_names(message.bytes);
  last_portal_ = named.name.substr(0, kMaxName);
  is_bound_ = true;
  const std::string_view name = named.other.substr(0, kMaxName);
  Prepared* portal = last_portal_.empty() ? &unnamed_portal_ : portals_.put(last_portal_);
  const Prepared* statement = statement_of(name);
  if (portal != nullptr) {
    portal->is_known = statement != nullptr && statement->is_known;
    if (portal->is_known) portal->statement = statement->statement;
  }
  Request* request = push(Kind::kBind, message, sink);
  if (request != nullptr) request->name = name;
}

void PostgresConversation::on_execute(const Message& message, SpanSink& sink) {
  push_execute(parse_names(message.bytes).name.substr(0, kMaxName), message, sink);
}

PostgresConversation::Request* PostgresConversation::push_execute(std::string_view portal,
                                                                  const Message& message,
                                                                  SpanSink& sink) {
  is_bound_ = false;
  Request* request = push(Kind::kExecute, message, sink);
  if (request == nullptr) return nullptr;
  const Prepared* bound = portal.empty() ? &unnamed_portal_ : portals_.find(portal);
  request->prepared.is_known = bound != nullptr && bound->is_known;
  if (request->prepared.is_known) {
    request->prepared.statement = bound->statement;
  } else {
    request->prepared.statement.clear();
  }
  return request;
}

void PostgresConversation::on_close_target(const Message& message, SpanSink& sink) {
  const Target target = parse_target(message.bytes);
  const std::string_view name = target.name.substr(0, kMaxName);
  if (target.kind == 'S') {
    name.empty() ? void(unnamed_statement_.is_known = false) : statements_.erase(name);
  } else {
    name.empty() ? void(unnamed_portal_.is_known = false) : portals_.erase(name);
  }
  push(Kind::kClose, message, sink);
}

void PostgresConversation::lose(SpanSink& sink) {
  requests_.lose(sink);
  in_unit_ = is_bound_ = is_skipping_ = copies_out_ = is_adrift_ = false;
  if (copy_in_ == CopyIn::kData) copy_in_ = CopyIn::kOver;
  answer_bytes_ = 0;
}

void PostgresConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer) dialect_ = sql::Dialect::kPostgres;
  // A gap in data is data.
  if (from == PeerRole::kClient && copy_in_ != CopyIn::kNone) return;
  if (from == PeerRole::kServer && copies_out_ && waiting_groups() == 1) is_adrift_ = true;
  if (from == PeerRole::kServer && is_adrift_) return;
  encryption_due_ = startup_due_ = false;
  lose(sink);
  if (from == PeerRole::kServer) return;
  // Names may have got another meaning.
  is_opening_ = false;
  statements_.clear();
  portals_.clear();
  unnamed_statement_.is_known = unnamed_portal_.is_known = false;
}

bool PostgresConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  if (from == PeerRole::kClient && is_opening_) return parse_opener(bytes).has_value();
  if (from == PeerRole::kClient && copy_in_ == CopyIn::kData) return false;
  if (from == PeerRole::kClient && copy_in_ == CopyIn::kOver) {
    const auto size = message_size(from, bytes);
    return size || size.error() == ParseError::Truncated;
  }
  return count_messages(from, bytes, kResumeMessages) > 0;
}

bool PostgresConversation::on_missing(PeerRole from, std::uint64_t count,
                                      std::span<const std::byte> tail, std::uint64_t end_ns,
                                      SpanSink& sink) {
  if (from == PeerRole::kClient && copy_in_ != CopyIn::kNone) {
    if (!requests_.empty()) requests_.front().bytes += count;
    return false;
  }
  if (from == PeerRole::kClient) {
    if (assume_execute(count, tail, end_ns, sink)) return true;
    sink.request_stream();  // so that it happens once
    return false;
  }
  dialect_ = sql::Dialect::kPostgres;  // a setting may have changed in there
  answer_bytes_ += count;
  server_ns_ = end_ns;
  if (ends_with_ready(tail, end_ns, sink)) return true;
  is_adrift_ = waiting_groups() == 1;
  return false;
}

bool PostgresConversation::ends_loss(PeerRole from, std::uint64_t count,
                                     std::span<const std::byte> tail, std::uint64_t end_ns,
                                     SpanSink& sink) {
  if (from == PeerRole::kClient) {
    if (copy_in_ == CopyIn::kData && !requests_.empty()) requests_.front().bytes += count;
    return false;
  }
  answer_bytes_ += count;
  server_ns_ = end_ns;
  return ends_with_ready(tail, end_ns, sink);
}

// Behind a Bind whose parameters were not captured whole: what is missing is as long as the Execute
// of its portal and a Sync, perhaps with a Describe before them, and ends with that Sync.
bool PostgresConversation::assume_execute(std::uint64_t count, std::span<const std::byte> tail,
                                          std::uint64_t end_ns, SpanSink& sink) {
  constexpr std::string_view kSync("S\0\0\0\4", 5);
  constexpr std::uint64_t kExecute = 10;
  constexpr std::uint64_t kDescribe = 7;
  const std::uint64_t least = kExecute + last_portal_.size() + kSync.size();
  if (!is_bound_ || !text_of(tail).ends_with(kSync)) return false;
  if (count != least && count != least + kDescribe + last_portal_.size()) return false;
  const Message assumed{
      .size = count, .start_ns = unit_.start_ns, .end_ns = end_ns, .task = unit_.task};
  if (count != least) push(Kind::kDescribe, Message{.task = unit_.task}, sink);
  push_execute(last_portal_, assumed, sink);
  push(Kind::kSync, Message{.task = unit_.task}, sink);
  return true;
}

void PostgresConversation::on_time(std::uint64_t, bool quiet, SpanSink&) {
  if (!quiet) return;
  requests_.settle();
  requests_.release_idle_memory();
}

std::size_t PostgresConversation::state_bytes() const {
  std::size_t bytes = requests_.held_bytes() + statements_.held_bytes() + portals_.held_bytes() +
                      unnamed_statement_.statement.held_bytes() +
                      unnamed_portal_.statement.held_bytes();
  for (const auto* all : {&statements_, &portals_}) {
    for (const auto& [name, prepared] : *all)
      bytes += name.capacity() + prepared.statement.held_bytes();
  }
  return bytes;
}

}  // namespace obi::protocol::postgres
