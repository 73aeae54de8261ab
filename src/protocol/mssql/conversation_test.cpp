// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mssql/options.hpp"
#include "protocol/mssql/packet_fixture.hpp"

namespace obi::protocol::mssql {
namespace {

using model::ConnectionRole;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int kDoneProc = 0xfe;
constexpr int kNoEncryption = 2;

struct Session : Talk {
  explicit Session(ConversationStart start = {}, const ProtocolOptions& options = {})
      : Talk("mssql", start, options) {
    client(packet(18, prelogin(kNoEncryption)));
    server(packet(4, prelogin(kNoEncryption)));
    client(login());
    server(answer(database_token("shop") + done(0)));
  }
};

TEST(MssqlConversation, ABatchIsASpan) {
  Session talk;
  talk.client(batch("SELECT id FROM items WHERE name = N'secret'"));
  const std::uint64_t start = talk.now_ns;
  talk.server(answer(rows(3), 0));
  talk.server(answer(rows(0).substr(1) + done()));
  EXPECT_THAT(talk.reported(),
              ElementsAre(HasSubstr("SELECT items 0 db=[shop] text=[SELECT id FROM "
                                    "items WHERE name = ")));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.database->system, "microsoft.sql_server");
  EXPECT_EQ(span.type, model::EventType::kSqlClient);
  EXPECT_EQ(span.start_ns, start);
  EXPECT_EQ(span.end_ns, talk.now_ns);
  EXPECT_EQ(span.request_bytes,
            static_cast<std::int64_t>(batch("SELECT id FROM items WHERE name = N'secret'").size()));
  EXPECT_THAT(talk.reported()[0], Not(HasSubstr("secret")));
}

TEST(MssqlConversation, TheServersSideIsAServersSpan) {
  Session talk({.client_direction = model::Direction::kReceive});
  talk.client(batch("DELETE FROM items"));
  talk.server(answer(done()));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSqlServer);
}

TEST(MssqlConversation, AnErrorHasItsNumber) {
  Session talk;
  talk.client(batch("SELECT * FROM missing"));
  talk.server(answer(error_token(5701, "Changed", 0, 0xab) +
                     error_token(208, "Invalid object name 'missing'.") + done(2)));
  EXPECT_THAT(talk.reported(),
              ElementsAre("SELECT missing 1 code=[208] db=[shop] text=[SELECT * FROM "
                          "missing]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "Invalid object name 'missing'.");
}

TEST(MssqlConversation, AnErrorBehindRowsIsFound) {
  for (const bool is_split : {false, true}) {
    Session talk;
    talk.client(batch("SELECT id FROM items"));
    const std::string end = rows(3) + error_token(8134, "Divide by zero") + done(2);
    if (is_split) talk.server(answer(rows(20), 0));
    talk.server(answer(end));
    EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 1 code=[8134]")));
  }
}

TEST(MssqlConversation, TextThatIsExecutedIsASpan) {
  Session talk;
  const std::string sql = "SELECT id FROM items WHERE id = @a";
  for (const std::string& request :
       {call(10, nvarchar(sql) + nvarchar("@a int") + number(4)), call(10, nvarchar_max(sql)),
        call("sp_executesql", nvarchar(sql)), call("SP_EXECUTESQL", nvarchar(sql)),
        call(2, null_output() + nvarchar(sql))}) {
    talk.client(request);
    talk.server(answer(rows(1) + done(0x11, 0xff) + '\x79' + little(0, 4) + done(0, kDoneProc)));
  }
  EXPECT_THAT(talk.reported(), testing::Each(HasSubstr("SELECT items 0 db=[shop]")));
  EXPECT_EQ(talk.reported().size(), 5U);
}

TEST(MssqlConversation, PreparedStatementsAreRemembered) {
  Session talk;
  talk.client(call(11, null_output() + nvarchar("@a int") + nvarchar("DELETE FROM t WHERE a=@a")));
  talk.server(answer(returned(7) + done(0, kDoneProc)));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.client(
      call(13, null_output() + nvarchar("@a int") + nvarchar("SELECT id FROM items") + number(1)));
  talk.server(answer(rows(2) + done(0x11, 0xff) + returned(8) + done(0, kDoneProc)));
  for (const std::uint32_t handle : {7, 8, 9}) {
    talk.client(call(12, number(handle) + number(5)));
    talk.server(answer(rows(1) + done(0, kDoneProc)));
  }
  talk.client(call(15, number(7)));
  talk.server(answer(done(0, kDoneProc)));
  talk.client(call("sp_execute", number(7)));
  talk.server(answer(error_token(8179, "Could not find prepared statement") + done(2, kDoneProc)));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0"), HasSubstr("DELETE t 0"),
                                           HasSubstr("SELECT items 0"), "  0 db=[shop]",
                                           "  1 code=[8179] db=[shop]"));
  EXPECT_EQ(talk.sink.notes[Note::StatementUnknown], 2U);
}

TEST(MssqlConversation, OldStatementsAreForgotten) {
  const auto options = ProtocolOptions().set(Options{.statements = 1});
  Session talk({}, options);
  for (const std::uint32_t handle : {1, 2}) {
    talk.client(call(11, null_output() + nvarchar("") + nvarchar("DELETE FROM t")));
    talk.server(answer(returned(handle) + done(0, kDoneProc)));
  }
  for (const std::uint32_t handle : {1, 2}) {
    talk.client(call(12, number(handle)));
    talk.server(answer(done(0, kDoneProc)));
  }
  EXPECT_THAT(talk.reported(), ElementsAre("  0 db=[shop]", HasSubstr("DELETE t")));
}

TEST(MssqlConversation, AStatementThatCantBePreparedIsASpan) {
  Session talk;
  talk.client(call(11, null_output() + nvarchar("") + nvarchar("SELECT * FROM missing")));
  talk.server(answer(error_token(208, "Invalid object name") + done(2, kDoneProc)));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT missing 1 code=[208]")));
}

TEST(MssqlConversation, OtherProceduresAreExecuted) {
  Session talk;
  talk.client(call("dbo.GetCustomer", nvarchar("hunter22")));
  talk.server(answer(done(0, kDoneProc)));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("EXEC")));
  EXPECT_THAT(talk.reported()[0], HasSubstr("dbo.GetCustomer"));
  EXPECT_THAT(talk.reported()[0], Not(HasSubstr("hunter22")));
}

TEST(MssqlConversation, WhatIsNoOperationMakesNoSpan) {
  Session talk;
  for (const std::string& request :
       {packet(14, all_headers() + little(5, 2)), call(7, number(1)), call(9, number(1)),
        call(15, number(1)), packet(7, "rows of a bulk load")}) {
    talk.client(request);
    talk.server(answer(done(0)));
    EXPECT_FALSE(talk.conversation().has_open_request());
  }
  EXPECT_THAT(talk.reported(), IsEmpty());
}

TEST(MssqlConversation, TheServerReportsTheDatabase) {
  Session talk;
  talk.client(batch("USE other"));
  talk.server(answer(database_token("other") + done()));
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported().back(), HasSubstr("DELETE t 0 db=[other]"));
}

TEST(MssqlConversation, AMessageOfSeveralPacketsIsOne) {
  Session talk;
  const std::string payload = all_headers() + wide("SELECT id FROM items WHERE name = 'secret'");
  talk.client(packet(1, payload.substr(0, 60), 0));
  talk.client(packet(1, payload.substr(60), 1));
  talk.server(answer(rows(1), 0) + answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0")));
}

TEST(MssqlConversation, WhatIsCancelledHasFailed) {
  Session talk;
  talk.client(batch("SELECT id FROM items"));
  talk.server(answer(rows(3), 0));
  talk.client(packet(6, ""));
  talk.server(answer(done(0x20)));
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 1"), HasSubstr("DELETE t 0")));
}

TEST(MssqlConversation, EncryptedConnectionsAreLeft) {
  for (const int encryption : {1, 3}) {
    Talk talk("mssql");
    talk.client(packet(18, prelogin(0)));
    EXPECT_EQ(talk.server(packet(4, prelogin(encryption))), ChunkResult::Message);
    EXPECT_EQ(talk.client("\x16\x03\x01"), ChunkResult::Handover);
  }
}

TEST(MssqlConversation, WhereOnlyTheLoginIsEncryptedTheRestIsRead) {
  Talk talk("mssql");
  talk.client(packet(18, prelogin(0)));
  talk.server(packet(4, prelogin(0)));
  talk.client(packet(18, "client hello"));
  talk.server(packet(18, "server hello"));
  talk.client(packet(18, "finished"));
  talk.client(std::string("\x17\x03\x03\0\5login", 10));
  talk.server(answer(database_token("shop") + done(0)));
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE t 0 db=[shop]")));
}

TEST(MssqlConversation, MultiplexedSessionsAreLeft) {
  Session talk;
  EXPECT_EQ(talk.client(std::string("\x53\1\0\0\x10\0\0\0", 8)), ChunkResult::Message);
  EXPECT_EQ(talk.client(batch("DELETE FROM t")), ChunkResult::Handover);
  EXPECT_EQ(talk.sink.notes[Note::MessageUnsupported], 1U);
}

TEST(MssqlLoss, TheNextRequestProvesTheEndOfALargeAnswer) {
  Session talk;
  talk.client(batch("SELECT id FROM items"));
  talk.server(answer(rows(100), 0), 20'000, "any rows");
  talk.server("the rest of a packet, and an end that says nothing");
  const std::uint64_t end = talk.now_ns;
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 0"), HasSubstr("DELETE t 0")));
  EXPECT_EQ(talk.sink.spans[0].end_ns, end);
}

TEST(MssqlLoss, ALargeRequestNeedsItsStartOnly) {
  Session talk;
  const std::string payload = all_headers() + wide("INSERT INTO items VALUES ('secret')");
  talk.client(packet(1, payload, 0), 50'000);
  talk.client("", 50'000);
  talk.server(answer(done()));
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("INSERT items 0"), HasSubstr("DELETE t 0")));
  EXPECT_GT(talk.sink.spans[0].request_bytes, 100'000);
}

TEST(MssqlLoss, AGapInARequestIsPartOfIt) {
  Session talk;
  const std::string payload = all_headers() + wide("INSERT INTO items VALUES ('secret')");
  talk.client(packet(1, payload, 0));
  talk.lose_of_client(50'000);
  talk.client("in the midst of a packet");
  talk.server(answer(done()));
  talk.client(packet(7, "rows of a bulk load", 0));
  talk.lose_of_client(50'000);
  talk.client("in the midst of a row");
  talk.server(answer(done()));
  talk.client(batch("DELETE FROM t"));
  talk.server(answer(done()));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("INSERT items 0"), HasSubstr("DELETE t 0")));
}

TEST(MssqlLoss, LostBytesPairNothingWrongly) {
  for (const bool of_client : {false, true}) {
    Session talk;
    talk.client(batch("SELECT id FROM items"));
    of_client ? talk.lose_of_client(0) : talk.lose_of_server(0);
    talk.server(answer(done()));
    talk.client(batch("DELETE FROM t"));
    talk.server(answer(error_token(229, "denied") + done(2)));
    EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE t 1 code=[229]")));
    EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
  }
}

TEST(MssqlLoss, InMidLifeTheFirstRequestIsWhereItBegins) {
  Talk talk("mssql", {.mid_life = true});
  talk.server("rows of an older answer");
  talk.client(batch("SELECT id FROM items"));
  talk.server(answer(rows(1) + done()));
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT items 0 text=[SELECT id FROM items]"));
}

TEST(MssqlDetect, ItsFirstMessageIsEnough) {
  EXPECT_EQ(classified({{false, packet(18, prelogin(0))}}), "mssql");
  EXPECT_EQ(classified({{false, login()}}), "mssql");
  EXPECT_EQ(classified({{false, packet(18, "a text of any kind")}}), "");
  EXPECT_EQ(classified({{false, packet(18, prelogin(0)) + "x"}}), "");
}

TEST(MssqlDetect, InMidLifeARequestAndItsAnswerAreEnough) {
  const auto found = [](const std::string& asked, const std::string& answered) {
    return classified({{false, asked}, {true, answered}}, ConnectionRole::kClient, 0, true);
  };
  EXPECT_EQ(found(batch("SELECT 1"), answer(rows(1) + done())), "mssql");
  EXPECT_EQ(found(call(12, number(1)), answer(done())), "mssql");
  EXPECT_EQ(found(batch("SELECT 1"), packet(4, "?")), "");
  EXPECT_EQ(found(packet(1, wide("SELECT 1")), answer(done())), "");
}

TEST(MssqlConversation, IsRobust) {
  expect_robust("mssql",
                {{false, packet(18, prelogin(2))},
                 {true, packet(4, prelogin(2))},
                 {false, login()},
                 {true, answer(database_token("shop") + done(0))},
                 {false, batch("SELECT id FROM items")},
                 {true, answer(rows(2), 0) + answer(rows(1) + done())},
                 {false, call(13, null_output() + nvarchar("@a int") + nvarchar("DELETE FROM t"))},
                 {true, answer(rows(1) + done(0x11, 0xff) + returned(8) + done(0, kDoneProc))},
                 {false, call(12, number(8))},
                 {true, answer(error_token(208, "Invalid object name") + done(2, kDoneProc))},
                 {false, call("dbo.Proc", number(1))},
                 {true, answer(done(0, kDoneProc))}});
}

}  // namespace
}  // namespace obi::protocol::mssql
