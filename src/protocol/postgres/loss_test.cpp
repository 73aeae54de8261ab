// SPDX-License-Identifier: Apache-2.0
// What missing bytes cost on a PostgreSQL connection: never a wrong pair, and little.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/postgres/conversation_fixture.hpp"

namespace obi::protocol::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Started : Talk {
  Started() : Talk("postgres") {
    client(kStartup);
    server(kAuthenticated);
  }
};

std::string tail_of(std::string_view bytes) { return std::string(bytes.substr(bytes.size() - 8)); }
const std::string kEnd = done("SELECT 99") + kReady;

TEST(PostgresLoss, ALongResultEndsWhereItsLastBytesSayReady) {
  Started talk;
  talk.client(query("SELECT a FROM t"));
  talk.server(columns() + row(), 5000, tail_of(kEnd));
  talk.client(query("SELECT b FROM u"));
  talk.server(columns() + row() + row().substr(0, 3), 4000, "12345678");
  talk.server("", 9000, "12345678");
  talk.server("", 9000, tail_of(kEnd));
  talk.client(unit("SELECT c FROM v") + kSync);
  talk.server(kParsed + kBound + columns() + row(), 70'000, tail_of(kEnd));
  talk.client(query("SELECT d FROM w"));
  talk.server(columns() + kEnd);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 db=[shop] text=[SELECT a FROM t]",
                                           "SELECT u 0 db=[shop] text=[SELECT b FROM u]",
                                           "SELECT v 0 db=[shop] text=[SELECT c FROM v]",
                                           "SELECT w 0 db=[shop] text=[SELECT d FROM w]"));
  EXPECT_GT(talk.sink.spans[1].response_bytes, 22'000);
}

// libpq reads 8 192 bytes at a time.
TEST(PostgresLoss, ALongResultMayEndInTheMiddleOfItsLastMessage) {
  for (std::size_t late = 1; late < kReady.size(); ++late) {
    Started talk;
    const std::size_t early = kEnd.size() - late;
    talk.client(query("SELECT a FROM t"));
    talk.server(columns() + row(), 5000, tail_of(kEnd.substr(0, early)));
    talk.server(kEnd.substr(early));
    EXPECT_EQ(talk.sink.spans.size(), 1U) << late;
  }
}

TEST(PostgresLoss, ALongResultWhoseEndIsCapturedAgain) {
  Started talk;
  talk.client(query("SELECT a FROM t"));
  talk.server(columns() + row(), 5000, "12345678");
  talk.server("inside of a row" + row() + kEnd);
  talk.client(query("SELECT b FROM u"));
  talk.server(columns() + row(), 5000, "12345678");
  talk.server(row() + kEnd);
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(PostgresLoss, ALongResultWithoutProofEndsBeforeTheClientAsksAgain) {
  Started talk;
  talk.client(query("SELECT a FROM t"));
  talk.server(columns(), 5000, "12345678");
  talk.client(query("SELECT b FROM u"));
  talk.server(columns() + kEnd);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 db=[shop] text=[SELECT a FROM t]",
                                           "SELECT u 0 db=[shop] text=[SELECT b FROM u]"));
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1040U);
}

TEST(PostgresLoss, AnErrorBehindALongResultIsReportedByTheStateOfTheTransaction) {
  Started talk;
  talk.client(query("BEGIN"));
  talk.server(done("BEGIN") + kReadyInTransaction);
  talk.client(query("SELECT a FROM t"));
  talk.server(columns(), 5000, tail_of(error("22012", "division by zero") + kReadyFailed));
  EXPECT_EQ(talk.sink.spans[1].status, 1);
}

TEST(PostgresLoss, InAPipelineTheAnswersBehindMissingBytesAreUnpaired) {
  Started talk;
  talk.client(unit("SELECT a FROM t") + kSync + unit("SELECT b FROM u") + kSync);
  talk.server(unit_answer("SELECT 1"), 5000, tail_of(kEnd));
  talk.client(unit("SELECT c FROM v") + kSync);
  talk.server(unit_answer("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 db=[shop] text=[SELECT a FROM t]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 2U);
  talk.stay_quiet();
  talk.client(unit("SELECT d FROM w") + kSync);
  talk.server(unit_answer("SELECT 1") + kReady);
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(PostgresLoss, ALostAnswerIsNotThatOfTheNextQuery) {
  Started talk;
  talk.client(query("SELECT a FROM t"));
  talk.lose_of_server(100);
  talk.client(query("SELECT b FROM u"));
  talk.server(error("42P01", "no u") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT u 1 code=[42P01] state=[42P01] db=[shop] "
                                           "text=[SELECT b FROM u]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(PostgresLoss, ALostRequestMakesNamesUnknown) {
  Started talk;
  talk.client(parse("SELECT a FROM t", "s") + kSync);
  talk.server(kParsed + kReady);
  talk.lose_of_client(100);
  talk.server(kParsed + kReady);
  talk.client(bind_to("s") + execute() + kSync);
  talk.server(kBound + done("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("  0 db=[shop]"));
}

TEST(PostgresLoss, TheExecuteBehindLongParametersIsKnownByItsLength) {
  Started talk;
  const std::string long_bind = bind_to("", "", std::string(9000, 'x'));
  const std::string rest = execute() + kSync;
  for (const std::string& behind : {rest, describe() + rest}) {
    talk.client(parse("INSERT INTO t VALUES ($1)") + long_bind.substr(0, 4000),
                5000 + long_bind.size() - 9000 + behind.size(), tail_of(behind));
    talk.server(kParsed + kBound + (behind == rest ? "" : kNoData) + done("INSERT 0 1") + kReady);
  }
  const std::string reported = "INSERT t 0 db=[shop] text=[INSERT INTO t VALUES ($1)]";
  EXPECT_THAT(talk.reported(), ElementsAre(reported, reported));
}

TEST(PostgresLoss, InMidLifeItBeginsAtACallThatBeginsAMessage) {
  Talk talk("postgres", {.mid_life = true});
  talk.server("rest of a row" + kEnd);
  talk.client("rest of a parameter" + kSync);
  talk.server(kBound + done("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.client(query("SELECT a FROM t"));
  talk.server(kEnd);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 text=[SELECT a FROM t]"));
}

TEST(PostgresLoss, InMidLifeItIsRecognisedByTheServersAnswer) {
  const auto name = [](std::vector<Call> calls) {
    return classified(calls, model::ConnectionRole::kClient, 0, true);
  };
  EXPECT_EQ(name({{false, query("SELECT 1")}, {true, columns() + kEnd}}), "postgres");
  EXPECT_EQ(name({{true, row() + kEnd}, {false, query("SELECT 1")}}), "postgres");
  EXPECT_EQ(name({{false, bind_to("s") + execute() + kSync}, {true, kBound + kEnd}}), "postgres");
  EXPECT_EQ(name({{false, "PING\r\n"}, {true, "+PONG\r\n"}}), "redis");
}

}  // namespace
}  // namespace obi::protocol::postgres
