// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/conversation_fixture.hpp"
#include "protocol/redis/options.hpp"
#include "protocol/redis/wire_fixture.hpp"

namespace obi::protocol::redis {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(RedisConversation, ACommandAndItsAnswerAreASpan) {
  Talk talk("redis");
  talk.client(command({"set", "user:1", "secret"}));
  talk.server("+OK\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("SET  0 text=[SET user:1 ?]"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kRedisClient);
  EXPECT_EQ(span.database->system, "redis");
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1020U);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, 37);
  EXPECT_EQ(span.response_bytes, 5);
}

TEST(RedisConversation, AServerHasSpansOfItsOwnType) {
  Talk talk("redis", {.client_direction = model::Direction::kReceive});
  talk.client(command({"GET", "k"}));
  talk.server("$-1\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET k]"));
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kRedisServer);
}

TEST(RedisConversation, EveryTypeOfAnswerIsOne) {
  for (const std::string_view answer : {"+OK\r\n",
                                        ":1\r\n",
                                        "$2\r\nab\r\n",
                                        "$-1\r\n",
                                        "*-1\r\n",
                                        "*0\r\n",
                                        "_\r\n",
                                        "#f\r\n",
                                        ",1.5\r\n",
                                        "(123\r\n",
                                        "=7\r\ntxt:abc\r\n",
                                        "%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n",
                                        "~2\r\n+a\r\n+b\r\n",
                                        "|1\r\n+ttl\r\n:5\r\n+OK\r\n",
                                        "|0\r\n+OK\r\n",
                                        "*2\r\n|1\r\n+ttl\r\n:5\r\n+a\r\n+b\r\n",
                                        "*?\r\n:1\r\n*?\r\n.\r\n.\r\n",
                                        "%?\r\n+a\r\n:1\r\n.\r\n",
                                        "$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n",
                                        "*1\r\n*1\r\n*1\r\n*2\r\n*0\r\n$-1\r\n"}) {
    Talk talk("redis");
    talk.client(command({"GET", "k"}));
    talk.server(answer);
    talk.client(command({"B", "k"}));
    talk.server(":1\r\n");
    EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET k]", "_OTHER  0 text=[_OTHER ?]"))
        << answer;
    EXPECT_EQ(talk.sink.spans[0].response_bytes, answer.size());
    EXPECT_THAT(talk.sink.notes, Not(testing::Contains(testing::Key(Note::MessageMalformed))));
  }
}

TEST(RedisConversation, AnErrorHasItsKindAsCode) {
  Talk talk("redis");
  talk.client(command({"LPUSH", "k", "v"}) + command({"GET", "k"}) + command({"GET", "k"}) +
              command({"EVAL", "x", "0"}) + command({"FOO", "secret"}));
  talk.server(
      "-WRONGTYPE Operation against a key\r\n-MOVED 3999 127.0.0.1:6381\r\n"
      "!9\r\nNOAUTH no\r\n-my own secret\r\n"
      "-ERR unknown command 'FOO', with args beginning with: 'secret'\r\n");
  EXPECT_THAT(
      talk.reported(),
      ElementsAre("LPUSH  1 code=[WRONGTYPE] text=[LPUSH k ?]", "GET  1 code=[MOVED] text=[GET k]",
                  "GET  1 code=[NOAUTH] text=[GET k]", "EVAL  1 code=[ERR] text=[EVAL ? ?]",
                  "_OTHER  1 code=[ERR] text=[_OTHER ?]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "WRONGTYPE Operation against a key");
  EXPECT_EQ(talk.sink.spans[3].database->error_message, "");
  EXPECT_EQ(talk.sink.spans[4].database->error_message, "ERR unknown command");
}

TEST(RedisConversation, PipelinedCommandsArePairedInOrderAndEveryByteIsAskedFor) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}) + command({"INCR", "b"}) + command({"LPUSH", "c", "x"}));
  talk.server("$1\r\nx\r\n:1\r\n-WRONG");
  talk.server("TYPE no\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET a]", "INCR  0 text=[INCR b]",
                                           "LPUSH  1 code=[WRONGTYPE] text=[LPUSH c ?]"));
  EXPECT_GE(talk.sink.stream_requests, 1);
}

TEST(RedisConversation, EachCommandOfATransactionIsASpan) {
  Talk talk("redis");
  talk.client(command({"MULTI"}) + command({"INCR", "a"}) + command({"LPUSH", "a", "x"}) +
              command({"EXEC"}));
  talk.server("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n-WRONGTYPE no\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("MULTI  0 text=[MULTI]", "INCR  0 text=[INCR a]",
                                           "LPUSH  0 text=[LPUSH a ?]", "EXEC  0 text=[EXEC]"));
}

TEST(RedisConversation, ATransactionMayBeAbortedOrRefused) {
  Talk talk("redis");
  talk.client(command({"EXEC"}));
  talk.server("*-1\r\n");
  talk.client(command({"EXEC"}));
  talk.server("-EXECABORT Transaction discarded\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("EXEC  0 text=[EXEC]", "EXEC  1 code=[EXECABORT] text=[EXEC]"));
}

TEST(RedisConversation, TheSelectedDatabaseIsReportedWhereAskedFor) {
  Talk talk("redis", {}, ProtocolOptions().set(Options{.reports_database = true}));
  talk.client(command({"GET", "a"}));
  talk.server("$-1\r\n");
  talk.client(command({"SELECT", "3"}) + command({"GET", "a"}));
  talk.server("+OK\r\n$-1\r\n");
  talk.client(command({"SELECT", "99"}));
  talk.server("-ERR DB index is out of range\r\n");
  talk.client(command({"MULTI"}) + command({"SELECT", "4"}) + command({"EXEC"}));
  talk.server("+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n");
  EXPECT_THAT(
      talk.reported(),
      ElementsAre("GET  0 db=[0] text=[GET a]", "SELECT  0 db=[3] text=[SELECT ?]",
                  "GET  0 db=[3] text=[GET a]", "SELECT  1 code=[ERR] db=[3] text=[SELECT ?]",
                  "MULTI  0 db=[3] text=[MULTI]", "SELECT  0 db=[3] text=[SELECT ?]",
                  "EXEC  0 db=[4] text=[EXEC]"));
}

TEST(RedisConversation, InMidLifeTheDatabaseIsUnknownUntilSelected) {
  Talk talk("redis", {.mid_life = true}, ProtocolOptions().set(Options{.reports_database = true}));
  talk.client(command({"GET", "a"}));
  talk.server("$-1\r\n");
  talk.client(command({"SELECT", "1"}));
  talk.server("+OK\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("GET  0 text=[GET a]", "SELECT  0 db=[1] text=[SELECT ?]"));
}

TEST(RedisConversation, SubscribeHasAnAnswerForEachChannel) {
  for (const char type : {'*', '>'}) {
    Talk talk("redis");
    talk.client(command({"SUBSCRIBE", "a", "b"}));
    talk.server(confirmation(type, "subscribe", "a", 1));
    EXPECT_THAT(talk.reported(), IsEmpty());
    talk.server(confirmation(type, "subscribe", "b", 2));
    talk.server(members(type, {"message", "a", "secret"}));
    talk.client(command({"PING"}));
    talk.server(members(type, {"message", "a", "secret"}));
    talk.server(type == '*' ? members('*', {"pong", ""}) : "+PONG\r\n");
    talk.client(command({"PSUBSCRIBE", "n*"}));
    talk.server(confirmation(type, "psubscribe", "n*", 3));
    talk.server(members(type, {"pmessage", "n*", "news", "secret"}));
    talk.client(command({"UNSUBSCRIBE"}) + command({"PUNSUBSCRIBE", "n*"}));
    talk.server(confirmation(type, "unsubscribe", "a", 2) +
                confirmation(type, "unsubscribe", "b", 1));
    talk.server(confirmation(type, "punsubscribe", "n*", 0));
    talk.client(command({"LRANGE", "l", "0", "-1"}));
    talk.server(members('*', {"message", "x", "y"}));
    EXPECT_THAT(
        talk.reported(),
        ElementsAre("SUBSCRIBE  0 text=[SUBSCRIBE a ?]", "PING  0 text=[PING]",
                    "PSUBSCRIBE  0 text=[PSUBSCRIBE n*]", "UNSUBSCRIBE  0 text=[UNSUBSCRIBE]",
                    "PUNSUBSCRIBE  0 text=[PUNSUBSCRIBE n*]", "LRANGE  0 text=[LRANGE l ? ?]"))
        << type;
    EXPECT_THAT(talk.sink.notes, Not(testing::Contains(testing::Key(Note::ResponseUnpaired))));
  }
}

TEST(RedisConversation, ASubscriptionMayBeRefusedOrEndNothing) {
  Talk talk("redis");
  talk.client(command({"SUBSCRIBE", "a", "b"}));
  talk.server("-NOPERM no\r\n");
  talk.client(command({"UNSUBSCRIBE"}));
  talk.server("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("SUBSCRIBE  1 code=[NOPERM] text=[SUBSCRIBE a ?]",
                                           "UNSUBSCRIBE  0 text=[UNSUBSCRIBE]"));
}

TEST(RedisConversation, PushesAnswerNothing) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}));
  talk.server(members('>', {"invalidate", "x"}) + "$1\r\nx\r\n" + members('>', {"invalidate"}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET a]"));
  EXPECT_EQ(talk.sink.spans[0].response_bytes, 7);
}

TEST(RedisConversation, LinesOfMonitorAnswerNothing) {
  Talk talk("redis");
  talk.client(command({"MONITOR"}));
  talk.server("+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] \"get\" \"secret\"\r\n");
  talk.client(command({"PING"}));
  talk.server("+1339518084.107412 [0 127.0.0.1:60866] \"get\" \"x\"\r\n+PONG\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("MONITOR  0 text=[MONITOR]", "PING  0 text=[PING]"));
}

TEST(RedisConversation, CommandsThatGetNoAnswerEndWithTheirLastByte) {
  Talk talk("redis");
  talk.client(command({"CLIENT", "REPLY", "SKIP"}) + command({"SET", "a", "x"}) +
              command({"GET", "a"}));
  talk.server("$1\r\nx\r\n");
  talk.client(command({"CLIENT", "REPLY", "OFF"}));
  talk.client(command({"SET", "a", "y"}));
  talk.client(command({"CLIENT", "REPLY", "ON"}));
  talk.server("+OK\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("CLIENT  0 text=[CLIENT REPLY ?]", "SET  0 text=[SET a ?]",
                          "GET  0 text=[GET a]", "CLIENT  0 text=[CLIENT REPLY ?]",
                          "SET  0 text=[SET a ?]", "CLIENT  0 text=[CLIENT REPLY ?]"));
  EXPECT_EQ(talk.sink.spans[0].response_bytes, 0);
}

TEST(RedisConversation, InlineCommandsAreRead) {
  Talk talk("redis");
  talk.client("PING\r\n");
  talk.server("+PONG\r\n");
  talk.client("\r\nset k 'a secret'\n");
  talk.server("+OK\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("PING  0 text=[PING]", "SET  0 text=[SET k ?]"));
}

TEST(RedisConversation, AReplicaIsNotFollowed) {
  Talk talk("redis");
  talk.client(command({"PSYNC", "?", "-1"}));
  talk.server("+FULLRESYNC 8de1787 0\r\n$5\r\nREDIS");
  EXPECT_EQ(talk.client(command({"REPLCONF", "ACK", "0"})), ChunkResult::Handover);
  EXPECT_THAT(talk.reported(), ElementsAre("PSYNC  0 text=[PSYNC ? ?]"));
}

TEST(RedisConversation, OfLongValuesOnlyTheLengthIsNeeded) {
  Talk talk("redis");
  talk.client("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\nxxx", 100'000 - 3 + 2);
  talk.server("+OK\r\n");
  talk.client(command({"GET", "k"}));
  talk.server("$100000\r\nxxx", 50'000);
  talk.server("yyy", 50'000 - 6 + 2);
  talk.client(command({"GET", "l"}));
  talk.server("$-1\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("SET  0 text=[SET k ?]", "GET  0 text=[GET k]", "GET  0 text=[GET l]"));
  EXPECT_EQ(talk.sink.spans[0].request_bytes, 100'031);
  EXPECT_EQ(talk.sink.spans[1].response_bytes, 100'011);
}

TEST(RedisConversation, RobustAgainstAnything) {
  expect_robust(
      "redis",
      {{false, command({"HELLO", "3"})},
       {true, "%1\r\n$5\r\nproto\r\n:3\r\n"},
       {false, command({"SUBSCRIBE", "a", "b"})},
       {true, confirmation('>', "subscribe", "a", 1) + confirmation('>', "subscribe", "b", 2)},
       {true, members('>', {"message", "a", "x"})},
       {false, command({"GET", "a"}) + command({"LRANGE", "l", "0", "-1"})},
       {true, "|1\r\n+a\r\n:1\r\n$3\r\nabc\r\n" + members('*', {"x", "y"})},
       {false, command({"MULTI"}) + command({"SELECT", "1"}) + command({"EXEC"})},
       {true, "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n"},
       {false, "INCR a\r\n"},
       {true, "-WRONGTYPE no\r\n"},
       {false, command({"CLIENT", "REPLY", "SKIP"}) + command({"SET", "a", "b"})},
       {false, command({"GET", "z"})},
       {true, "$?\r\n;2\r\nab\r\n;0\r\n"}});
}

TEST(RedisConversation, NoValueIsReported) {
  Talk talk("redis", {}, ProtocolOptions().set(Options{.reports_database = true}));
  talk.client(command({"AUTH", "user", "secret"}));
  talk.server("-WRONGPASS invalid\r\n");
  talk.client(command({"HELLO", "3", "AUTH", "user", "secret"}));
  talk.server("-WRONGPASS invalid\r\n");
  talk.client(command({"SET", "k", "secret"}));
  talk.server("-ERR syntax error near 'secret'\r\n");
  talk.client("secret secret\r\n");
  talk.server("-ERR unknown command 'secret'\r\n");
  for (const model::Span& span : talk.sink.spans) {
    EXPECT_THAT(span.database->query_text, Not(HasSubstr("secret")));
    EXPECT_THAT(span.database->error_message, Not(HasSubstr("secret")));
  }
  EXPECT_EQ(talk.sink.spans.size(), 4U);
}

}  // namespace
}  // namespace obi::protocol::redis
