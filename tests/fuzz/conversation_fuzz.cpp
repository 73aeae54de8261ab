// SPDX-License-Identifier: Apache-2.0
// One protocol (OBI_PROTOCOL, a name of protocol/table.cpp) on arbitrary bytes: the input is a
// first byte of settings and a script (protocol/conversation_script.hpp). Checks that every request
// is accounted for, that memory is bounded, that texts are valid and that times don't run
// backwards.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "protocol/conversation_script.hpp"
#include "protocol/mssql/options.hpp"
#include "protocol/mysql/options.hpp"
#include "protocol/postgres/options.hpp"
#include "protocol/protocols.hpp"
#include "protocol/redis/options.hpp"
#include "protocol/sql/options.hpp"

namespace {

using obi::model::Span;
using obi::protocol::SpanSink;

constexpr std::size_t kMaxTextBytes = 32 * 1024;
constexpr std::size_t kMaxHeldBytes = 8U << 20U;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_text(std::string_view text) {
  require(text.size() <= kMaxTextBytes);
  require(obi::base::valid_utf8_prefix(text) == text.size());
}

class CheckingSink final : public SpanSink {
 public:
  obi::protocol::RequestIdentity begin(const obi::protocol::RequestOrigin& origin,
                                       std::uint64_t count) override {
    seen += count;
    return obi::protocol::identify(origin, ids_);
  }
  Span& add_span(obi::model::EventType type) override {
    check_last_span();
    ++explained;
    if (++emitted % 64 == 0) arena_.reset();
    return span_ = {.type = type};
  }
  obi::base::Arena& arena() override { return arena_; }
  void check_last_span() {
    if (emitted == 0) return;
    require(span_.end_ns >= span_.start_ns && span_.start_ns >= span_.request_start_ns);
    require(span_.request_bytes >= 0 && span_.response_bytes >= 0);
    for (const std::string_view text : {span_.method, span_.path, span_.query, span_.host_header})
      check_text(text);
    if (span_.database != nullptr) {
      for (const auto text :
           {span_.database->system, span_.database->name_space, span_.database->query_text,
            span_.database->query_summary, span_.database->error_code, span_.database->sql_state,
            span_.database->error_message}) {
        check_text(text);
      }
      require(!span_.database->system.empty());
    }
    if (span_.http != nullptr) check_text(span_.http->original_method);
    if (span_.messaging != nullptr) check_text(span_.messaging->client_id);
    if (span_.rpc != nullptr) check_text(span_.rpc->program);
    if (span_.dns != nullptr) check_text(span_.dns->answers);
    span_name(span_, arena_);
  }
  void note(Note what, std::uint64_t count) override {
    switch (what) {
      case Note::RequestSeen: seen += count; break;
      case Note::RequestNoResponse:
      case Note::RequestLostResponse:
      case Note::RequestUpgraded:
      case Note::RequestOverflow:
      case Note::RequestUnreadable:
      case Note::RequestOpen: explained += count; break;
      default: break;
    }
  }
  void request_stream() override {}

  std::uint64_t seen = 0;
  std::uint64_t explained = 0;
  std::uint64_t emitted = 0;

 private:
  Span span_;
  obi::base::Arena arena_;
  obi::model::IdSource ids_{1};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  obi::protocol::ConversationStart start;
  start.client_direction =
      (data[0] & 1U) != 0 ? obi::model::Direction::kReceive : obi::model::Direction::kSend;
  start.mid_life = (data[0] & 2U) != 0;
  start.datagrams = (data[0] & 8U) != 0;
  start.server_port = (data[0] & 16U) != 0 ? 5353 : 53;
  namespace protocol = obi::protocol;
  protocol::ProtocolOptions options;
  options.set(protocol::sql::Options{.heuristic = true});
  options.set(protocol::redis::Options{.reports_database = true});
  if ((data[0] & 4U) != 0) {
    options.set(protocol::postgres::Options{.statements = 2});
    options.set(protocol::mysql::Options{.statements = 2});
    options.set(protocol::mssql::Options{.statements = 2});
  }
  const protocol::Protocols protocols(options);
  CheckingSink sink;
  const auto conversation = protocols.converse(*protocol::find_protocol(OBI_PROTOCOL), start);
  const std::uint64_t now =
      obi::protocol::play(input.subspan(1), *conversation, start.client_direction, sink);
  require(conversation->held_bytes() < kMaxHeldBytes);
  const auto end = static_cast<obi::model::ConnectionEnd>(size % 7);
  conversation->on_close({.ns = now, .end_ns = now, .end = end}, sink);
  sink.check_last_span();
  require(sink.seen == sink.explained);
  return 0;
}
