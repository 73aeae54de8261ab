// SPDX-License-Identifier: Apache-2.0
#include "protocol/postgres/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/postgres/conversation_fixture.hpp"
#include "protocol/postgres/options.hpp"

namespace obi::protocol::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A connection whose startup is over.
struct Connected : Talk {
  explicit Connected(ConversationStart start = {}, const ProtocolOptions& options = {})
      : Talk("postgres", start, options) {
    client(kStartup);
    server(kAuthenticated);
  }
  ~Connected() {
    for (const std::string& line : reported())
      EXPECT_EQ(line.find("s3cr3t"), std::string::npos) << line;
  }
};

TEST(Postgres, AQueryIsASpanOfItsFirstStatement) {
  Connected talk;
  talk.client(query("SELECT a FROM users WHERE name = 's3cr3t'; DELETE FROM t"));
  talk.server(columns() + row());
  talk.server(done("SELECT 1") + done("DELETE 3") + kReady);
  EXPECT_THAT(talk.reported(),
              ElementsAre("SELECT users 0 db=[shop] text=[SELECT a FROM users WHERE "
                          "name = ?; DELETE FROM t]"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kSqlClient);
  EXPECT_EQ(span.database->system, "postgresql");
  EXPECT_EQ(span.database->query_summary, "SELECT users");
  EXPECT_EQ(span.start_ns, 1030U);
  EXPECT_EQ(span.end_ns, 1050U);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, 62);
  EXPECT_EQ(span.response_bytes, 28 + 17 + 14 + 14 + 6);
}

TEST(Postgres, TransactionsAndSettingsAreOperations) {
  Connected talk;
  for (const char* sql : {"BEGIN", "SET x = 's3cr3t'", "COMMIT", ""}) {
    talk.client(query(sql));
    talk.server((*sql == '\0' ? message('I') : done("X")) + kReady);
  }
  EXPECT_THAT(talk.reported(),
              ElementsAre("BEGIN  0 db=[shop] text=[BEGIN]", "SET  0 db=[shop] text=[SET x = ?]",
                          "COMMIT  0 db=[shop] text=[COMMIT]", "  0 db=[shop]"));
}

TEST(Postgres, AnErrorHasItsSqlStateAndItsMessageWithoutValues) {
  Connected talk;
  talk.client(query("SELECT a FROM missing"));
  talk.server(error("42P01", "relation \"missing\" does not exist") + kReady);
  talk.client(query("SELECT 's3cr3t'::int"));
  talk.server(error("22P02", "invalid input syntax for type integer: \"s3cr3t\"") + kReady);
  EXPECT_THAT(talk.reported(),
              ElementsAre("SELECT missing 1 code=[42P01] state=[42P01] db=[shop] text=[SELECT a "
                          "FROM missing]",
                          "SELECT  1 code=[22P02] state=[22P02] db=[shop] text=[SELECT ?::int]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "relation \"missing\" does not exist");
  EXPECT_EQ(talk.sink.spans[1].database->error_message, "invalid input syntax for type integer: ?");
}

TEST(Postgres, AnErrorThatEndsTheConnectionIsTheAnswer) {
  Connected talk;
  talk.client(query("SELECT pg_sleep(9)"));
  talk.server(error("57P01", "terminating connection", "FATAL"));
  talk.close();
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT  1 code=[57P01] state=[57P01] db=[shop] "
                                           "text=[SELECT pg_sleep(?)]"));
}

TEST(Postgres, AnExecuteIsASpanWithTheTextOfItsStatement) {
  Connected talk;
  talk.client(unit("INSERT INTO t VALUES ($1)") + kSync);
  talk.server(kParsed + kBound + kNoData + done("INSERT 0 1") + kReady);
  talk.client(parse("SELECT a FROM t WHERE b = $1 AND c = 's3cr3t'", "s1") + describe('S', "s1") +
              kSync);
  talk.server(kParsed + message('t', big16(0)) + columns() + kReady);
  for (int i = 0; i < 2; ++i) {
    talk.client(bind_to("s1", "p1") + execute("p1") + kSync);
    talk.server(kBound + row() + done("SELECT 1") + kReady);
  }
  EXPECT_EQ(talk.sink.stream_requests, 0);
  const std::string select = "SELECT t 0 db=[shop] text=[SELECT a FROM t WHERE b = $1 AND c = ?]";
  EXPECT_THAT(talk.reported(),
              ElementsAre("INSERT t 0 db=[shop] text=[INSERT INTO t VALUES ($1)]", select, select));
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1030U);
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1040U);
}

TEST(Postgres, APortalIsReadInParts) {
  Connected talk;
  talk.client(parse("SELECT a FROM t") + bind_to("", "c") + execute("c") + kSync);
  talk.server(kParsed + kBound + row() + message('s') + kReady);
  talk.client(execute("c") + kSync);
  talk.server(row() + done("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 db=[shop] text=[SELECT a FROM t]",
                                           "SELECT t 0 db=[shop] text=[SELECT a FROM t]"));
}

TEST(Postgres, StatementsOfAPipelineArePairedInOrder) {
  Connected talk;
  talk.client(unit("INSERT INTO a VALUES (1)") + unit("UPDATE b SET c = 1") + kSync +
              unit("DELETE FROM d") + kSync);
  EXPECT_EQ(talk.sink.stream_requests, 1);
  talk.server(unit_answer("INSERT 0 1"));
  talk.server(unit_answer("UPDATE 1") + kReady + unit_answer("DELETE 1"));
  talk.server(kReady);
  ASSERT_EQ(talk.sink.spans.size(), 3U);
  EXPECT_EQ(talk.sink.spans[0].path, "a");
  EXPECT_EQ(talk.sink.spans[1].path, "b");
  EXPECT_EQ(talk.sink.spans[2].path, "d");
  EXPECT_LT(talk.sink.spans[0].end_ns, talk.sink.spans[1].end_ns);
}

TEST(Postgres, WhatAFailedPipelineSkipsHasFailedToo) {
  Connected talk;
  talk.client(unit("INSERT INTO a VALUES (1)") + unit("UPDATE b SET c = 1") +
              unit("DELETE FROM d"));
  talk.server(unit_answer("INSERT 0 1") + kParsed + error("23505", "duplicate key"));
  talk.client(unit("TRUNCATE e") + kSync + unit("SELECT 1 FROM f") + kSync);
  talk.server(kReady + unit_answer("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("INSERT a 0 db=[shop] text=[INSERT INTO a VALUES (?)]",
                                           "UPDATE b 1 code=[23505] state=[23505] db=[shop] "
                                           "text=[UPDATE b SET c = ?]",
                                           "DELETE d 1 db=[shop] text=[DELETE FROM d]",
                                           "TRUNCATE e 1 db=[shop] text=[TRUNCATE e]",
                                           "SELECT f 0 db=[shop] text=[SELECT ? FROM f]"));
}

TEST(Postgres, AStatementThatIsRefusedWhenItIsPreparedIsAFailedOperation) {
  Connected talk;
  talk.client(parse("SELEC a FROM t", "s1") + describe('S', "s1") + kSync);
  talk.server(error("42601", "syntax error at or near \"SELEC\"") + kReady);
  talk.client(parse("SELECT a FROM missing") + bind_to() + describe() + execute() + kSync);
  talk.server(error("42P01", "relation \"missing\" does not exist") + kReady);
  EXPECT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[0].database->sql_state, "42601");
  EXPECT_EQ(talk.sink.spans[1].path, "missing");
}

TEST(Postgres, AStatementOlderThanTheAgentIsUnknown) {
  Talk talk("postgres", {.mid_life = true});
  talk.client(bind_to("s1") + execute() + kSync);
  talk.server(kBound + row() + done("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("  0"));
  EXPECT_EQ(talk.sink.notes[Note::StatementUnknown], 1U);
}

TEST(Postgres, TheStatementUsedLongestAgoIsForgotten) {
  const auto options = ProtocolOptions().set(Options{.statements = 2});
  Connected talk({}, options);
  for (const std::string name : {"s1", "s2", "s3"}) {
    talk.client(parse("SELECT a FROM " + name, name) + kSync);
    talk.server(kParsed + kReady);
  }
  for (const std::string name : {"s1", "s2", "s3"}) {
    talk.client(bind_to(name) + execute() + kSync);
    talk.server(kBound + done("SELECT 0") + kReady);
  }
  EXPECT_THAT(talk.reported(),
              ElementsAre("  0 db=[shop]", "SELECT s2 0 db=[shop] text=[SELECT a FROM s2]",
                          "SELECT s3 0 db=[shop] text=[SELECT a FROM s3]"));
}

TEST(Postgres, DataIsCopiedInAndOut) {
  Connected talk;
  const std::string copy_in = message('G', std::string(1, '\0') + big16(0));
  talk.client(query("COPY t FROM STDIN"));
  talk.server(copy_in);
  talk.client(message('d', "s3cr3t\n") + message('c'));
  talk.server(done("COPY 1") + kReady);
  talk.client(query("COPY t TO STDOUT"));
  talk.server(message('H', std::string(1, '\0') + big16(0)) + message('d', "s3cr3t\n") +
              message('c') + done("COPY 1") + kReady);
  // In the extended protocol, with a Sync that is ignored.
  talk.client(parse("COPY u FROM STDIN") + bind_to() + execute() + kSync);
  talk.server(kParsed + kBound + copy_in);
  talk.client(message('d', "s3cr3t\n") + message('c') + kSync);
  talk.server(done("COPY 1") + kReady);
  talk.client(query("COPY v FROM STDIN"));
  talk.server(copy_in);
  talk.client(message('f', z("no")));
  talk.server(error("57014", "COPY from stdin failed: no") + kReady);
  talk.client(query("SELECT 1 FROM w"));
  talk.server(done("SELECT 1") + kReady);
  ASSERT_EQ(talk.sink.spans.size(), 5U);
  EXPECT_EQ(talk.sink.spans[0].method, "COPY");
  EXPECT_EQ(talk.sink.spans[1].path, "t");
  EXPECT_EQ(talk.sink.spans[2].path, "u");
  EXPECT_EQ(talk.sink.spans[3].status, 1);
  EXPECT_EQ(talk.sink.spans[4].path, "w");
}

TEST(Postgres, AReplicationStreamIsAnsweredWhenItBegins) {
  Connected talk;
  talk.client(query("START_REPLICATION 0/0"));
  talk.server(message('W', std::string(1, '\0') + big16(0)));
  EXPECT_EQ(talk.sink.spans.size(), 1U);
  talk.server(message('d', "x"));
  talk.client(message('d', "y") + message('c'));
  talk.server(message('c') + done("COPY 0") + kReady);
  talk.client(query("BEGIN"));
  talk.server(done("BEGIN") + kReady);
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(Postgres, FunctionsAreCalled) {
  Connected talk;
  talk.client(message('F', big32(1) + big16(0) + big16(0) + big16(0)));
  talk.server(message('V', big32(0xffffffff)) + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("CALL  0 db=[shop] text=[CALL]"));
}

TEST(Postgres, MessagesOfNoRequestChangeNothing) {
  Connected talk;
  talk.server(message('A', big32(1) + z("channel") + z("s3cr3t")));
  talk.client(query("LISTEN channel"));
  talk.server(message('N', "S" + z("NOTICE") + "M" + z("s3cr3t") + std::string(1, '\0')) +
              done("LISTEN") + message('S', z("TimeZone") + z("UTC")) + kReady);
  talk.server(message('A', big32(1) + z("channel") + z("")));
  EXPECT_THAT(talk.reported(), ElementsAre("LISTEN  0 db=[shop] text=[LISTEN channel]"));
}

TEST(Postgres, EncryptionIsAskedForAndRefusedOrGranted) {
  Talk plain("postgres");
  plain.client(kGss);
  plain.server("N");
  plain.client(kSsl);
  plain.server("N");
  plain.client(kStartup);
  plain.server(message('R', big32(5) + "salt"));
  plain.client(message('p', z("s3cr3t")));
  plain.server(kAuthenticated);
  plain.client(query("BEGIN"));
  plain.server(done("BEGIN") + kReady);
  EXPECT_THAT(plain.reported(), ElementsAre("BEGIN  0 db=[shop] text=[BEGIN]"));
  Talk encrypted("postgres");
  encrypted.client(kSsl);
  encrypted.server("S");
  EXPECT_EQ(encrypted.client("\x16\x03\x01"), ChunkResult::Handover);
}

TEST(Postgres, ACancelAndAFailedLogInMakeNoSpan) {
  Talk cancel("postgres");
  cancel.client(opener(80877102, big32(1) + big32(2)));
  EXPECT_THAT(cancel.reported(), IsEmpty());
  Talk refused("postgres");
  refused.client(kStartup);
  refused.server(error("28P01", "password authentication failed", "FATAL"));
  EXPECT_THAT(refused.reported(), IsEmpty());
}

TEST(Postgres, TheServersSideHasSpansOfItsOwn) {
  Connected talk({.client_direction = model::Direction::kReceive});
  talk.client(query("BEGIN"));
  talk.server(done("BEGIN") + kReady);
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSqlServer);
}

TEST(Postgres, AnyInputIsHarmless) {
  std::vector<Call> calls = {{false, kSsl},
                             {true, "N"},
                             {false, kStartup},
                             {true, kAuthenticated},
                             {false, query("SELECT a FROM t")},
                             {true, columns() + row() + done("SELECT 1") + kReady},
                             {false, parse("SELECT b FROM u", "s") + describe('S', "s") + kSync},
                             {true, kParsed + message('t', big16(0)) + columns() + kReady},
                             {false, bind_to("s", "p") + execute("p") + close('P', "p") + kSync},
                             {true, kBound + row() + done("SELECT 1") + kClosed + kReady},
                             {false, unit("DELETE FROM d") + unit("SELECT 1 FROM e") + kSync},
                             {true, error("23503", "violates") + kReady},
                             {false, query("COPY t FROM STDIN")},
                             {true, message('G', std::string(1, '\0') + big16(0))},
                             {false, message('d', "x") + message('c')},
                             {true, done("COPY 1") + kReady},
                             {false, message('X')}};
  expect_robust("postgres", calls);
}

}  // namespace
}  // namespace obi::protocol::postgres
