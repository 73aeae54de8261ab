// SPDX-License-Identifier: Apache-2.0
// What bytes that were lost or not captured cost, and what they don't.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"
#include "protocol/redis/options.hpp"
#include "protocol/redis/wire_fixture.hpp"

namespace obi::protocol::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RedisLoss, AnAnswerWhoseRestWasNotCapturedIsOneAllTheSame) {
  Talk talk("redis");
  talk.client(command({"LRANGE", "l", "0", "-1"}));
  talk.server("*500\r\n$2\r\nab\r\n", 9'000);
  talk.server("+OK\r\n", 3'000);  // of the same answer, whatever it looks like
  talk.client(command({"GET", "a"}));
  talk.server("$1\r\nx\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("LRANGE  0 text=[LRANGE l ? ?]", "GET  0 text=[GET a]"));
}

TEST(RedisLoss, ACommandWhoseRestWasNotCapturedIsOneAllTheSame) {
  Talk talk("redis");
  talk.client("*500\r\n$4\r\nMSET\r\n$1\r\nk\r\n$2\r\nab\r\n", 9'000);
  talk.client("xyz", 10'000);
  talk.server("+OK\r\n");
  talk.client(command({"GET", "a"}));
  talk.server("$1\r\nx\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("MSET  0 text=[MSET k ?]", "GET  0 text=[GET a]"));
}

TEST(RedisLoss, CommandsBeforeThoseThatWereNotCapturedKeepTheirAnswers) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}) + command({"GET", "b"}), 3'000);
  talk.server("$1\r\nx\r\n$1\r\ny\r\n:1\r\n:2\r\n:3\r\n");
  talk.client(command({"GET", "c"}));  // whose answer may be any of those to come
  talk.server(":4\r\n:5\r\n");
  talk.stay_quiet();
  talk.client(command({"GET", "d"}));
  talk.server("$1\r\nz\r\n");
  EXPECT_THAT(talk.reported(),
              ElementsAre("GET  0 text=[GET a]", "GET  0 text=[GET b]", "GET  0 text=[GET d]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(RedisLoss, OneCommandBeforeThoseThatWereNotCapturedIsPipelining) {
  Talk talk("redis");
  talk.client("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nxxx", 99 + 3'000);
  talk.server("+OK\r\n");
  talk.client(command({"GET", "c"}));
  talk.server("+OK\r\n");  // of the hidden ones
  EXPECT_THAT(talk.reported(), ElementsAre("SET  0 text=[SET k ?]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(RedisLoss, LostAnswersOfAPipelineCostThoseThatWait) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}) + command({"GET", "b"}));
  talk.lose_of_server(0);
  talk.client(command({"GET", "c"}));
  talk.server("$1\r\nx\r\n");
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
}

TEST(RedisLoss, AClientThatWaitsForEachAnswerIsFollowedAgainAtOnce) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}));
  talk.lose_of_client(0);
  talk.lose_of_server(0);
  talk.server("$1\r\nx\r\n");  // whose command was lost
  talk.client(command({"GET", "c"}));
  talk.server("$1\r\ny\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET c]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(RedisLoss, ALostCommandBehindOneThatWaitsCostsNoWrongPair) {
  Talk talk("redis");
  talk.client(command({"GET", "a"}));
  talk.lose_of_client(50);
  talk.client(command({"GET", "c"}));
  talk.server("$1\r\na\r\n+of the lost one\r\n$1\r\nc\r\n");
  talk.client(command({"GET", "d"}));
  talk.server("$1\r\nd\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET a]", "GET  0 text=[GET d]"));
}

TEST(RedisLoss, AfterLostCommandsTheDatabaseIsUnknown) {
  Talk talk("redis", {}, ProtocolOptions().set(Options{.reports_database = true}));
  talk.client(command({"GET", "a"}));
  talk.server("$-1\r\n");
  talk.lose_of_client(30);
  talk.client(command({"GET", "b"}));
  talk.server("$-1\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 db=[0] text=[GET a]", "GET  0 text=[GET b]"));
}

TEST(RedisLoss, InMidLifeACallThatBeginsACommandIsTheFirst) {
  Talk talk("redis", {.mid_life = true});
  talk.server("rest of a value\r\n:1\r\n");
  talk.client("a\r\n$3\r\nfoo\r\n");
  talk.client(command({"GET", "a"}));
  talk.server("$1\r\nx\r\n");
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET a]"));
}

TEST(RedisLoss, GapsAnywhereAddUp) {
  const std::string client = command({"GET", "a"}) + command({"MSET", "a", "b", "c", "d"});
  const std::string server = "$3\r\nabc\r\n*2\r\n:1\r\n:2\r\n";
  for (std::size_t at = 0; at < client.size(); ++at) {
    for (const std::size_t lost : {0U, 1U, 7U}) {
      Talk talk("redis");
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
}  // namespace obi::protocol::redis
