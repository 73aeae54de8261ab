// SPDX-License-Identifier: Apache-2.0
// The requests that are open when their connection ends, in every protocol the same. AMQP's, which
// need a session first, are beside its conversations.
#include "protocol/unanswered.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "protocol/aerospike/message_fixture.hpp"
#include "protocol/conversation_fixture.hpp"
#include "protocol/dns/message_fixture.hpp"
#include "protocol/fastcgi/record_fixture.hpp"
#include "protocol/kafka/message_fixture.hpp"
#include "protocol/memcached/wire_fixture.hpp"
#include "protocol/mongo/message_fixture.hpp"
#include "protocol/mssql/packet_fixture.hpp"
#include "protocol/mysql/packet_fixture.hpp"
#include "protocol/postgres/conversation_fixture.hpp"
#include "protocol/redis/wire_fixture.hpp"
#include "protocol/sunrpc/conversation_fixture.hpp"
#include "support/source_folder.hpp"

namespace obi::protocol {
namespace {

using model::ConnectionEnd;
using model::Failure;

struct OpenRequest {
  std::string protocol;
  std::string request;
  std::vector<Call> before = {};  // what opens the connection
  bool has_server_spans = true;
};

const std::vector<OpenRequest>& open_requests() {
  static const std::vector<OpenRequest> kAll = {
      {"http1", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"dns", dns::framed(dns::query(1, "a.test", 1)), {}, false},
      {"sunrpc", sunrpc::call(1, 100003, 3, 1)},
      {"redis", redis::command({"BLPOP", "k", "0"})},
      {"aerospike", aerospike::get(), {}, false},
      {"fastcgi", fastcgi::get("/a")},
      {"mongo", mongo::command(1, "find", "users"), {}, false},
      {"mqtt", std::string("\x32\5\0\1a\0\1", 7)},
      {"couchbase", memcached::request(0x00, {.key = "k", .opaque = 8}), {}, false},
      {"memcached", "get k\r\n"},
      {"mysql",
       mysql::query("SELECT a FROM t"),
       {{true, mysql::greeting()}, {false, mysql::login()}, {true, mysql::ok(2)}}},
      {"kafka", kafka::produce_request(9, 1, {{.name = "a"}})},
      {"mssql", mssql::batch("SELECT a FROM t")},
      {"postgres",
       postgres::query("SELECT a FROM t"),
       {{false, postgres::kStartup}, {true, postgres::kAuthenticated + postgres::kReady}}},
      {"sql", "SELECT a FROM t"},
  };
  return kAll;
}

void play(Talk& talk, const OpenRequest& open) {
  for (const Call& call : open.before)
    call.from_server ? talk.server(call.bytes) : talk.client(call.bytes);
  talk.client(open.request);
}

ConversationStart start_of(bool is_client) {
  return {.client_direction = is_client ? model::Direction::kSend : model::Direction::kReceive,
          .server_port = 1};
}

// Its own tests end connections.
bool is_in_its_own_tests(const ProtocolRow& row) {
  const auto folder = std::filesystem::path(support::source_folder()) / "src/protocol" / row.name;
  return std::ranges::any_of(std::filesystem::directory_iterator(folder), [](const auto& entry) {
    if (!entry.path().string().ends_with("_test.cpp")) return false;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.find("ConnectionEnd::k") != std::string::npos;
  });
}

TEST(Unanswered, EveryProtocolIsHereOrInItsOwnTests) {
  for (const ProtocolRow& row : protocols()) {
    const bool has_none = row.name.starts_with("amqp") || row.name == "nats";
    const bool is_here = std::ranges::find(open_requests(), row.name, &OpenRequest::protocol) !=
                         open_requests().end();
    EXPECT_TRUE(is_here || has_none || is_in_its_own_tests(row)) << row.name;
  }
}

TEST(Unanswered, IsAFailedSpanAtEitherEnd) {
  struct End {
    ConnectionEnd end;
    Failure at_client, at_server;
  };
  constexpr End kEnds[] = {
      {ConnectionEnd::kClosed, Failure::kCancelled, Failure::kEof},
      {ConnectionEnd::kAborted, Failure::kCancelled, Failure::kReset},
      {ConnectionEnd::kPeerClosed, Failure::kEof, Failure::kCancelled},
      {ConnectionEnd::kPeerReset, Failure::kReset, Failure::kReset},
      {ConnectionEnd::kTimedOut, Failure::kTimeout, Failure::kTimeout},
      {ConnectionEnd::kUnknown, Failure::kOther, Failure::kOther},
  };
  for (const OpenRequest& open : open_requests()) {
    for (const auto& [end, at_client, at_server] : kEnds) {
      for (const bool is_client : {true, false}) {
        if (!is_client && !open.has_server_spans) continue;
        Talk talk(open.protocol, start_of(is_client));
        play(talk, open);
        talk.close(end);
        ASSERT_EQ(talk.sink.spans.size(), 1U) << open.protocol;
        const model::Span& span = talk.sink.spans[0];
        EXPECT_EQ(to_string(span.failure), to_string(is_client ? at_client : at_server))
            << open.protocol;
        EXPECT_EQ(span_status(span), model::SpanStatus::kError);
        EXPECT_EQ(span.is_client(), is_client) << open.protocol;
        EXPECT_FALSE(span.method.empty()) << open.protocol;
        if (is_http(span.type)) EXPECT_EQ(span.status, 0);
        // A server whose client has gone goes on until its socket is closed, 10 ns later.
        const bool goes_on = !is_client && end == ConnectionEnd::kPeerClosed;
        EXPECT_EQ(span.end_ns, talk.now_ns + (goes_on ? 10 : 0)) << open.protocol;
        EXPECT_EQ(span.end_ns - span.start_ns, goes_on ? 20U : 10U) << open.protocol;
      }
    }
  }
}

TEST(Unanswered, IsALossIfItMayHaveBeenAnswered) {
  for (const OpenRequest& open : open_requests()) {
    Talk talk(open.protocol, start_of(true));
    play(talk, open);
    talk.lose_of_server(0);
    talk.close(ConnectionEnd::kPeerReset);
    for (const model::Span& span : talk.sink.spans)
      EXPECT_EQ(span.failure, Failure::kNone) << open.protocol;
  }
}

TEST(Unanswered, AfterALossARequestThatBeganBehindItHasFailed) {
  for (const OpenRequest& open : open_requests()) {
    if (open.protocol == "sql") continue;  // it is abandoned with the loss
    Talk talk(open.protocol, start_of(true));
    play(talk, open);
    talk.lose_of_server(0);
    talk.stay_quiet();
    talk.client(open.request);
    talk.close(ConnectionEnd::kPeerReset);
    const auto failed = std::ranges::count(talk.sink.spans, Failure::kReset, &model::Span::failure);
    EXPECT_EQ(failed, 1) << open.protocol;
  }
}

TEST(Unanswered, IsCountedAsOpenIfTheConnectionGoesOn) {
  for (const OpenRequest& open : open_requests()) {
    Talk talk(open.protocol, start_of(true));
    play(talk, open);
    talk.close(ConnectionEnd::kStillOpen);
    EXPECT_TRUE(talk.sink.spans.empty()) << open.protocol;
    EXPECT_EQ(talk.sink.notes[Note::RequestOpen], 1U) << open.protocol;
  }
}

TEST(Unanswered, ARequestBehindTheEndLastsUntilTheSocketIsGone) {
  CollectingSink sink;
  const Closing closing{.ns = 50, .end_ns = 20, .end = ConnectionEnd::kPeerClosed};
  const Unanswered open(closing, true, 0, sink);
  EXPECT_EQ(open.end_ns(10), 20U);
  EXPECT_EQ(open.end_ns(30), 50U);  // sent on a connection that the server had closed
}

}  // namespace
}  // namespace obi::protocol
