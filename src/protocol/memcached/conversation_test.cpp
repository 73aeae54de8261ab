// SPDX-License-Identifier: Apache-2.0
// The text protocol and meta commands; the binary one is in binary_test.cpp.
#include "protocol/memcached/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::memcached {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

struct Case {
  std::string_view command;
  std::string_view answer;
  std::string_view reported;
};

constexpr Case kCases[] = {
    {"get k\r\n", "VALUE k 0 5\r\nEND\r\n\r\nEND\r\n", "GET  0 text=[k]"},
    {"get k\r\n", "END\r\n", "GET  0 text=[k]"},
    {"get k l m\r\n", "VALUE k 0 1\r\nx\r\nVALUE m 0 1\r\ny\r\nEND\r\n", "GET  0 text=[k]"},
    {"gets k\r\n", "VALUE k 0 1 99\r\nx\r\nEND\r\n", "GET  0 text=[k]"},
    {"gat 10 k\r\n", "VALUE k 0 1\r\nx\r\nEND\r\n", "GAT  0 text=[k]"},
    {"gats 10 k l\r\n", "END\r\n", "GAT  0 text=[k]"},
    {"set k 0 60 6\r\nsecret\r\n", "STORED\r\n", "SET  0 text=[k]"},
    {"add k 0 0 1\r\nx\r\n", "NOT_STORED\r\n", "ADD  0 text=[k]"},
    {"replace k 0 0 1\r\nx\r\n", "STORED\r\n", "REPLACE  0 text=[k]"},
    {"append k 0 0 1\r\nx\r\n", "STORED\r\n", "APPEND  0 text=[k]"},
    {"prepend k 0 0 1\r\nx\r\n", "STORED\r\n", "PREPEND  0 text=[k]"},
    {"cas k 0 0 1 99\r\nx\r\n", "EXISTS\r\n", "CAS  0 text=[k]"},
    {"set k 0 0 0\r\n\r\n", "STORED\r\n", "SET  0 text=[k]"},
    {"set k 0 0 1\r\nx\r\n", "SERVER_ERROR object too large for cache\r\n",
     "SET  1 code=[SERVER_ERROR] text=[k]"},
    {"delete k\r\n", "DELETED\r\n", "DELETE  0 text=[k]"},
    {"incr k 1\r\n", "2\r\n", "INCR  0 text=[k]"},
    {"incr k 1\r\n", "CLIENT_ERROR cannot increment\r\n", "INCR  1 code=[CLIENT_ERROR] text=[k]"},
    {"decr k 1\r\n", "NOT_FOUND\r\n", "DECR  0 text=[k]"},
    {"touch k 10\r\n", "TOUCHED\r\n", "TOUCH  0 text=[k]"},
    {"flush_all\r\n", "OK\r\n", "FLUSH_ALL  0"},
    {"flush_all 10\r\n", "OK\r\n", "FLUSH_ALL  0"},
    {"stats\r\n", "STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n", "STATS  0"},
    {"stats reset\r\n", "RESET\r\n", "STATS  0"},
    {"version\r\n", "VERSION 1.6.18\r\n", "VERSION  0"},
    {"verbosity 1\r\n", "OK\r\n", "VERBOSITY  0"},
    {"get k\r\n", "ERROR\r\n", "GET  1 code=[ERROR] text=[k]"},
    {"set k 0 0 1 noreply\r\nx\r\n", "", "SET  0 text=[k]"},
    {"delete k noreply\r\n", "", "DELETE  0 text=[k]"},
    {"incr k 1 noreply\r\n", "", "INCR  0 text=[k]"},
    {"flush_all noreply\r\n", "", "FLUSH_ALL  0"},
    {"verbosity 1 noreply\r\n", "", "VERBOSITY  0"},
    {"quit\r\n", "", "QUIT  0"},
    {"mg k v\r\n", "VA 6\r\nsecret\r\n", "GET  0 text=[k]"},
    {"mg k t\r\n", "HD t-1\r\n", "GET  0 text=[k]"},
    {"mg k v\r\n", "EN\r\n", "GET  0 text=[k]"},
    {"ms k 6 T60\r\nsecret\r\n", "HD\r\n", "SET  0 text=[k]"},
    {"ms k 1 ME\r\nx\r\n", "NS\r\n", "ADD  0 text=[k]"},
    {"ms k 1 C9\r\nx\r\n", "EX\r\n", "SET  0 text=[k]"},
    {"ms k 1 MA\r\nx\r\n", "HD\r\n", "APPEND  0 text=[k]"},
    {"md k\r\n", "NF\r\n", "DELETE  0 text=[k]"},
    {"ma k v\r\n", "VA 1\r\n2\r\n", "INCR  0 text=[k]"},
    {"ma k MD\r\n", "HD\r\n", "DECR  0 text=[k]"},
    {"me k\r\n", "ME k exp=-1 la=2\r\n", "DEBUG  0 text=[k]"},
    {"ms k 1 X\r\nx\r\n", "CLIENT_ERROR invalid flag\r\n", "SET  1 code=[CLIENT_ERROR] text=[k]"},
};

TEST(MemcachedText, EachCommandIsASpan) {
  for (const Case& each : kCases) {
    Talk talk("memcached");
    talk.client(each.command);
    if (!each.answer.empty()) talk.server(each.answer);
    talk.client("touch next 1\r\n");
    talk.server("TOUCHED\r\n");
    EXPECT_THAT(talk.reported(), ElementsAre(each.reported, "TOUCH  0 text=[next]"))
        << each.command;
    EXPECT_EQ(talk.sink.spans[0].request_bytes, each.command.size());
    EXPECT_EQ(talk.sink.spans[0].response_bytes, each.answer.size());
    EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 0U);
  }
}

TEST(MemcachedText, AServerHasSpansOfItsOwnType) {
  for (const auto direction : {model::Direction::kSend, model::Direction::kReceive}) {
    Talk talk("memcached", {.client_direction = direction});
    talk.client("get k\r\n");
    talk.server("END\r\n");
    const model::Span& span = talk.sink.spans.at(0);
    EXPECT_EQ(span.type, direction == model::Direction::kSend ? model::EventType::kMemcachedClient
                                                              : model::EventType::kMemcachedServer);
    EXPECT_EQ(span.database->system, "memcached");
    EXPECT_EQ(span.start_ns, 1010U);
    EXPECT_EQ(span.end_ns, 1020U);
  }
}

TEST(MemcachedText, PipelinedCommandsArePairedInOrder) {
  Talk talk("memcached");
  talk.client("get a\r\nset b 0 0 1\r\nx\r\nincr c 1\r\n");
  talk.server("END\r\nSTORED\r\nCLIENT_ERROR no\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[a]", "SET  0 text=[b]",
                                           "INCR  1 code=[CLIENT_ERROR] text=[c]"));
  EXPECT_GE(talk.sink.stream_requests, 1);
}

TEST(MemcachedText, ALineOfAnyNumberOfKeysIsOneCommand) {
  std::string command = "get";
  for (int i = 0; i < 5000; ++i) command += " key-" + std::to_string(i);
  command += "\r\n";
  for (const std::size_t piece : {100U, 4096U, 100'000U}) {
    Talk talk("memcached");
    for (std::size_t at = 0; at < command.size(); at += piece)
      talk.client(std::string_view(command).substr(at, piece));
    talk.server("END\r\n");
    talk.client("get next\r\n");
    talk.server("END\r\n");
    EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[key-0]", "GET  0 text=[next]"));
    EXPECT_EQ(talk.sink.spans[0].request_bytes, command.size());
  }
}

TEST(MemcachedText, WhatIsNoCommandIsNoSpanAndItsAnswerUnpaired) {
  Talk talk("memcached");
  talk.client("nonsense\r\nget a\r\nset k 0 0 -1\r\n");
  talk.server("ERROR\r\nEND\r\nCLIENT_ERROR bad data chunk\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[a]"));
}

TEST(MemcachedText, QuietMetaCommandsMayBePassedOver) {
  Talk talk("memcached");
  talk.client("mg a v q\r\nmg b v q\r\nms c 1 q\r\nx\r\nmd d q\r\nmn\r\n");
  talk.server("VA 1\r\nx\r\nMN\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[a]", "GET  0 text=[b]", "SET  0 text=[c]",
                                           "DELETE  0 text=[d]"));
  EXPECT_EQ(talk.sink.spans[1].response_bytes, 0);
}

TEST(MemcachedText, QuietMetaCommandsAreReportedByOpaqueAndKey) {
  Talk talk("memcached");
  talk.client("mg a v q O1\r\nmg b v q k\r\nmg c v q O3\r\nmn\r\n");
  talk.server("VA 1 kb\r\nx\r\nVA 2 O3\r\nxy\r\nMN\r\n");
  ASSERT_THAT(talk.reported(),
              ElementsAre("GET  0 text=[a]", "GET  0 text=[b]", "GET  0 text=[c]"));
  EXPECT_EQ(talk.sink.spans[0].response_bytes, 0);
  EXPECT_EQ(talk.sink.spans[1].response_bytes, 12);
  EXPECT_EQ(talk.sink.spans[2].response_bytes, 13);
}

TEST(MemcachedText, QuietCommandsAreDoneWhenTheConnectionEnds) {
  Talk talk("memcached");
  talk.client("ms c 1 q\r\nx\r\n");
  talk.close();
  EXPECT_THAT(talk.reported(), ElementsAre("SET  0 text=[c]"));
}

TEST(MemcachedText, AnAnswerThatFitsNoRequestEndsThePairing) {
  Talk talk("memcached");
  talk.client("get a\r\nget b\r\n");
  talk.server("STORED\r\nEND\r\n");
  talk.client("get c\r\n");
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.stay_quiet();
  talk.client("get d\r\n");
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[d]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
}

TEST(MemcachedText, ALogIsNotFollowed) {
  Talk talk("memcached");
  talk.client("watch fetchers\r\n");
  EXPECT_EQ(talk.server("OK\r\n"), ChunkResult::Handover);
}

TEST(MemcachedText, NoValueIsReported) {
  Talk talk("memcached");
  talk.client("set k 0 0 11\r\nuser secret\r\n");
  talk.server("STORED\r\n");
  talk.client("set k 0 0 6\r\nsecret\r\n");
  talk.server("CLIENT_ERROR bad data chunk\r\n");
  for (const model::Span& span : talk.sink.spans)
    EXPECT_THAT(std::string(span.database->query_text) + std::string(span.database->error_message),
                Not(HasSubstr("secret")));
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(MemcachedText, RobustAgainstAnything) {
  expect_robust("memcached", {{false, "get k l\r\n"},
                              {true, "VALUE k 0 3\r\nabc\r\nEND\r\n"},
                              {false, "set k 0 0 3\r\nabc\r\nset l 0 0 1 noreply\r\nx\r\n"},
                              {true, "STORED\r\n"},
                              {false, "incr k 1\r\nstats\r\n"},
                              {true, "CLIENT_ERROR no\r\nSTAT a 1\r\nEND\r\n"},
                              {false, "mg a v q O1\r\nmg b v q\r\nmn\r\n"},
                              {true, "VA 1 O1\r\nx\r\nMN\r\n"},
                              {false, "quit\r\n"}});
}

TEST(MemcachedLoss, OfLongValuesOnlyTheLengthIsNeeded) {
  Talk talk("memcached");
  talk.client("set k 0 0 100000\r\nxxx", 100'000 - 3 + 2);
  talk.server("STORED\r\n");
  talk.client("get k\r\n");
  talk.server("VALUE k 0 100000\r\nxxx", 100'000 - 3 + 2);
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("SET  0 text=[k]", "GET  0 text=[k]"));
}

TEST(MemcachedLoss, TheEndOfAnAnswerIsSeenInTheLastBytes) {
  Talk talk("memcached");
  talk.client("get k l\r\n");
  talk.server("VALUE k 0 1\r\nx\r\n", 5'000, ".\r\nEND\r\n");
  talk.client("get m\r\n");
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[k]", "GET  0 text=[m]"));
}

TEST(MemcachedLoss, AnAnswerWhoseRestWasNotCapturedIsOneAllTheSame) {
  Talk talk("memcached");
  talk.client("get k l\r\n");
  talk.server("VALUE k 0 1\r\nx\r\n", 5'000, "12345678");
  talk.server("STORED\r\n");  // of the same answer, whatever it looks like
  talk.client("get m\r\n");
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[k]", "GET  0 text=[m]"));
}

TEST(MemcachedLoss, ALongLineWhoseEndWasNotCapturedIsOneAllTheSame) {
  std::string command = "get";
  while (command.size() < 4096) command += " some-key";
  for (const std::string_view tail : {" last\r\n", ""}) {
    Talk talk("memcached");
    talk.client(std::string_view(command).substr(0, 4096), 3'000, tail);
    talk.server("END\r\n");
    talk.client("get m\r\n");
    talk.server("END\r\n");
    EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[some-key]", "GET  0 text=[m]"));
  }
}

TEST(MemcachedLoss, LostAnswersOfAPipelineCostThoseThatWait) {
  Talk talk("memcached");
  talk.client("get a\r\nget b\r\n");
  talk.lose_of_server(0);
  talk.client("get c\r\n");
  talk.server("END\r\n");
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
}

TEST(MemcachedLoss, GapsAnywhereAddUp) {
  const std::string client = "get a b\r\nset k 0 0 3\r\nabc\r\nmg a v q\r\nmn\r\n";
  const std::string server = "VALUE a 0 1\r\nx\r\nEND\r\nSTORED\r\nMN\r\n";
  for (std::size_t at = 0; at < client.size(); ++at) {
    for (const std::size_t lost : {0U, 1U, 7U}) {
      Talk talk("memcached");
      talk.client(std::string_view(client).substr(0, at));
      talk.lose_of_client(lost);
      talk.client(std::string_view(client).substr(at));
      talk.server(std::string_view(server).substr(0, at % server.size()));
      talk.lose_of_server(lost);
      talk.server(server);
    }
  }
}

}  // namespace
}  // namespace obi::protocol::memcached
