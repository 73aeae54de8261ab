// SPDX-License-Identifier: Apache-2.0
// What of a conversation was not captured or is older than the agent, and which bytes begin one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mysql/conversation.hpp"
#include "protocol/mysql/detect.hpp"
#include "protocol/mysql/packet_fixture.hpp"

namespace obi::protocol::mysql {
namespace {

using model::ConnectionRole;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Session : Talk {
  Session() : Talk("mysql") {
    server(greeting());
    client(login());
    server(ok(2));
  }
};

TEST(MysqlLoss, TheLastBytesProveTheEndOfALargeAnswer) {
  for (const bool modern : {false, true}) {
    Session talk;
    talk.client(query("SELECT id FROM items"));
    talk.server(result(100, modern).substr(0, 500), 10'000, "some row");
    EXPECT_THAT(talk.reported(), IsEmpty());
    const std::string whole = result(100, modern);
    talk.server("", 20'000, std::string_view(whole).substr(whole.size() - 8));
    EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0")));
    EXPECT_EQ(talk.sink.spans[0].response_bytes, 30'500);
    EXPECT_EQ(talk.sink.spans[0].end_ns, talk.now_ns);
    talk.client(query("DELETE FROM t"));
    talk.server(ok(1));
    EXPECT_EQ(talk.reported().size(), 2U);
  }
}

TEST(MysqlLoss, WhereACaptureEndsInAHeaderNothingIsLost) {
  const std::string whole = result(100);
  for (std::size_t length = 60; length < 90; ++length) {
    Session talk;
    talk.client(query("SELECT id FROM items"));
    talk.server(whole.substr(0, length), whole.size() - length,
                std::string_view(whole).substr(whole.size() - 8));
    EXPECT_EQ(talk.reported().size(), 1U) << length;
    EXPECT_EQ(talk.sink.spans[0].response_bytes, static_cast<std::int64_t>(whole.size()));
  }
}

TEST(MysqlLoss, TheNextCommandProvesTheEndOfAnAnswer) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.server(result(100).substr(0, 500), 10'000, "rowrowro");
  talk.server("the rest of a row and an end that says nothing");
  const std::uint64_t end = talk.now_ns;
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.client(query("DELETE FROM t"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0"), HasSubstr("DELETE t 0")));
  EXPECT_EQ(talk.sink.spans[0].end_ns, end);
}

TEST(MysqlLoss, SilenceProvesTheEndOfAnAnswer) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.server(result(100).substr(0, 500), 10'000, "rowrowro");
  talk.stay_quiet();
  EXPECT_EQ(talk.reported().size(), 1U);
}

TEST(MysqlLoss, AnAnswerOfWhichTheStartIsLostIsAbandoned) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.lose_of_server(0);
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
  talk.server("the rest");
  talk.client(query("DELETE FROM t"));
  talk.server(error(1, 1142, "42000", "denied"));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE t 1 code=[1142]")));
}

TEST(MysqlLoss, AGapInTheHandshakeCostsNoStatement) {
  for (const bool of_server : {false, true}) {
    Talk talk("mysql");
    talk.server(greeting().substr(0, of_server ? 20 : std::string::npos));
    of_server ? talk.lose_of_server(0) : talk.lose_of_client(0);
    talk.server(ok(2));
    talk.client(query("DELETE FROM t"));
    talk.server(ok(1));
    EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE t 0"))) << of_server;
  }
}

TEST(MysqlLoss, AGapAmongTheRowsCostsNothing) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.server(result(100).substr(0, 500));
  talk.lose_of_server(0);
  talk.server("w 1 2 3" + eof(99));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0")));
}

TEST(MysqlLoss, ALostCommandPairsNothingWrongly) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.lose_of_client(0);
  talk.server(result());
  talk.server(ok(1));  // of a command that was lost
  talk.client(query("DELETE FROM t"));
  talk.server(error(1, 1142, "42000", "denied"));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE t 1 code=[1142]")));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(MysqlLoss, WhereRequestsArePipelinedNothingIsGuessed) {
  Session talk;
  talk.client(query("DELETE FROM a") + query("DELETE FROM b") + query("DELETE FROM c"));
  EXPECT_EQ(talk.sink.stream_requests, 1);
  talk.server(ok(1), 11);
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE a")));
  talk.client(query("DELETE FROM d"));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported().size(), 1U);
  talk.stay_quiet();
  talk.client(query("DELETE FROM e"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE a"), HasSubstr("DELETE e")));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
}

// As Connector/C's mariadb_stmt_execute_direct does.
TEST(MysqlLoss, WhatIsPreparedAndExecutedInOneGoIsNoPipeline) {
  Session talk;
  talk.client(prepare("SELECT id FROM items") + execute(0xffffffff));
  EXPECT_EQ(talk.sink.stream_requests, 0);
  talk.server(prepared(9, 1, 0, false) + result().substr(0, 20), 200'000, eof(9).substr(1));
  talk.client(query("SELECT id FROM large"));
  talk.server(result().substr(0, 20), 200'000);
  talk.client(query("DELETE FROM t"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0"), HasSubstr("SELECT large 0"),
                                           HasSubstr("DELETE t 0")));
}

TEST(MysqlLoss, InMidLifeTheFirstCommandIsWhereItBegins) {
  Talk talk("mysql", {.mid_life = true});
  talk.server("rows of an older answer");
  talk.client(query("SELECT id FROM items"));
  talk.server(result());
  talk.client(prepare("DELETE FROM t"));
  talk.server(prepared(3, 2, 2, false));  // the last EOF belongs to no request
  talk.client(execute(3));
  talk.server(ok(1));
  talk.client(execute(1));
  talk.server(result(2, true));
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT items 0 text=[SELECT id FROM items]",
                                           "DELETE t 0 text=[DELETE FROM t]", "  0"));
  EXPECT_EQ(talk.sink.notes[Note::StatementUnknown], 1U);
}

TEST(MysqlDetect, AGreetingIsEnough) {
  EXPECT_EQ(classified({{true, greeting()}}), "mysql");
  EXPECT_EQ(classified({{true, greeting()}}, ConnectionRole::kServer), "mysql");
  EXPECT_EQ(classified({{true, greeting().substr(0, 3)}, {true, greeting().substr(3)}}), "mysql");
  EXPECT_EQ(classified({{true, greeting() + "x"}}), "");
  EXPECT_EQ(classified({{false, greeting()}}, ConnectionRole::kClient), "");
}

TEST(MysqlDetect, InMidLifeACommandAndItsAnswerAreEnough) {
  const auto found = [](const std::string& asked, const std::string& answered) {
    return classified({{false, asked}, {true, answered}}, ConnectionRole::kClient, 0, true);
  };
  EXPECT_EQ(found(query("select 1"), result()), "mysql");
  EXPECT_EQ(found(query("/* app */ INSERT INTO t VALUES (1)"), ok(1)), "mysql");
  EXPECT_EQ(found(command(0x03, std::string("\0\1SELECT 1", 10)), result(1, true)), "mysql");
  EXPECT_EQ(found(prepare("SELECT 1"), prepared(1, 1, 0, false)), "mysql");
  EXPECT_EQ(found(execute(7), error(1, 1146, "42S02", "missing")), "mysql");
  EXPECT_EQ(found(query("select 1"), result().substr(0, 30)), "mysql");
  EXPECT_EQ(found(query("select 1"), ok(2)), "");
  EXPECT_EQ(found(query("hello world"), ok(1)), "");
  EXPECT_EQ(found(query("selection"), ok(1)), "");
  EXPECT_EQ(found(packet(1, "\x03select 1"), ok(1)), "");
  EXPECT_EQ(found(query("select 1") + "!", ok(1)), "mysql");
  EXPECT_EQ(found(query("select 1") + "more", ok(1)), "");
  EXPECT_EQ(classified({{false, query("select 1")}, {true, ok(1)}}), "");  // a greeting was due
}

TEST(MysqlDetect, InMidLifeACommandMayComeInPartsOrBehindTheEndOfAnOlderAnswer) {
  EXPECT_EQ(
      classified(
          {{false, query("select 1").substr(0, 4)}, {false, "\x03select 1"}, {true, result()}},
          ConnectionRole::kUnknown, 0, true),
      "mysql");
  const std::string older = "rows";
  const std::string asked = query("select 1");
  const auto payload = [](const std::string& text) {
    return Payload{.bytes = std::as_bytes(std::span(text)), .original_size = text.size()};
  };
  EXPECT_EQ(detect({.client = payload(asked),
                    .server = payload(older),
                    .mid_life = true,
                    .server_first = true}),
            Match::kYes);
}

}  // namespace
}  // namespace obi::protocol::mysql
