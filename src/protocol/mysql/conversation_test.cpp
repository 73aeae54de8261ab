// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mysql/options.hpp"
#include "protocol/mysql/packet_fixture.hpp"

namespace obi::protocol::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A connection that is past its handshake, by default.
struct Session : Talk {
  explicit Session(std::uint32_t capabilities = kUsualCapabilities, ConversationStart start = {},
                   const ProtocolOptions& options = {})
      : Talk("mysql", start, options) {
    server(greeting());
    client(login(capabilities));
    server(ok(2));
  }
};

constexpr std::uint32_t kModern = kUsualCapabilities | kCapDeprecateEof;

TEST(MysqlConversation, AQueryIsASpanFromItsFirstByteToTheEndOfItsAnswer) {
  Session talk;
  talk.client(query("SELECT id FROM items WHERE name = 'secret'"));
  const std::uint64_t start = talk.now_ns;
  talk.server(result().substr(0, 20));
  talk.server(result().substr(20));
  EXPECT_THAT(talk.reported(),
              ElementsAre("SELECT items 0 db=[shop] text=[SELECT id FROM items WHERE "
                          "name = ?]"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kSqlClient);
  EXPECT_EQ(span.database->system, "mysql");
  EXPECT_EQ(span.database->query_summary, "SELECT items");
  EXPECT_EQ(span.start_ns, start);
  EXPECT_EQ(span.end_ns, talk.now_ns);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, 47);
  EXPECT_EQ(span.response_bytes, static_cast<std::int64_t>(result().size()));
}

TEST(MysqlConversation, TheServersSideIsAServersSpan) {
  Session talk(kUsualCapabilities, {.client_direction = model::Direction::kReceive});
  talk.client(query("DELETE FROM items"));
  talk.server(ok(1));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSqlServer);
}

TEST(MysqlConversation, AnErrorHasCodeAndState) {
  Session talk;
  talk.client(query("SELECT * FROM missing"));
  talk.server(error(1, 1146, "42S02", "Table 'shop.missing' doesn't exist"));
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT missing 1 code=[1146] state=[42S02] db=[shop] "
                                           "text=[SELECT * FROM missing]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "Table 'shop.missing' doesn't exist");
}

TEST(MysqlConversation, AnErrorAmongTheRowsEndsTheAnswer) {
  Session talk;
  talk.client(query("SELECT id FROM items"));
  talk.server(packet(1, "\1") + definition(2) + eof(3) + row(4) +
              error(5, 1317, "70100", "interrupted"));
  talk.client(query("DELETE FROM items"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT items 1 code=[1317] state=[70100]"),
                                           HasSubstr("DELETE items 0")));
}

TEST(MysqlConversation, EitherEndOfAResultSetIsUnderstood) {
  for (const bool modern : {false, true}) {
    for (const int rows : {0, 1, 300}) {
      Session talk(modern ? kModern : kUsualCapabilities);
      talk.client(query("SELECT id FROM items"));
      talk.server(result(rows, modern));
      talk.client(query("SELECT id FROM others"));
      EXPECT_EQ(talk.reported().size(), 1U) << modern << " " << rows;
      talk.server(result(rows, modern));
      EXPECT_EQ(talk.reported().size(), 2U);
      EXPECT_EQ(talk.sink.stream_requests, 0);
    }
  }
}

TEST(MysqlConversation, AnAnswerOfSeveralPartsIsOne) {
  Session talk;
  talk.client(query("UPDATE items SET a = 1; SELECT id FROM items; DELETE FROM items"));
  talk.server(ok(1, kMoreResultsExist));
  talk.server(result(1, false, kMoreResultsExist, 2));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(error(7, 1142, "42000", "denied"));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("code=[1142]")));
}

TEST(MysqlConversation, PreparedStatementsAreRemembered) {
  for (const bool modern : {false, true}) {
    Session talk(modern ? kModern : kUsualCapabilities);
    talk.client(prepare("SELECT id FROM items WHERE id = ? AND b = 'secret'"));
    talk.server(prepared(5, 1, 2, modern));
    EXPECT_FALSE(talk.conversation().has_open_request());
    EXPECT_THAT(talk.reported(), IsEmpty());
    for (int i = 0; i < 3; ++i) {
      talk.client(execute(5));
      talk.server(result(1, modern));
    }
    talk.client(command(0x19, little(5, 4)));
    talk.client(execute(5));
    talk.server(error(1, 1243, "HY000", "Unknown prepared statement handler"));
    const std::string span =
        "SELECT items 0 db=[shop] text=[SELECT id FROM items WHERE id = ? AND b = ?]";
    EXPECT_THAT(talk.reported(),
                ElementsAre(span, span, span, "  1 code=[1243] state=[HY000] db=[shop]"));
    EXPECT_EQ(talk.sink.notes[Note::StatementUnknown], 1U);
  }
}

TEST(MysqlConversation, AStatementThatIsClosedBeforeItsAnswerKeepsItsText) {
  Session talk;
  talk.client(prepare("DELETE FROM items"));
  talk.server(prepared(5, 0, 0, false));
  talk.client(execute(5));
  talk.client(command(0x19, little(5, 4)));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE items 0")));
}

TEST(MysqlConversation, AStatementThatCantBePreparedIsASpan) {
  Session talk;
  talk.client(prepare("SELECT id FROM missing"));
  talk.server(error(1, 1146, "42S02", "no such table"));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("SELECT missing 1 code=[1146]")));
}

TEST(MysqlConversation, OldStatementsAreForgotten) {
  const auto options = ProtocolOptions().set(Options{.statements = 2});
  Session talk(kUsualCapabilities, {}, options);
  for (const int id : {1, 2, 3}) {
    talk.client(prepare("DELETE FROM t" + std::to_string(id)));
    talk.server(prepared(static_cast<std::uint32_t>(id), 0, 0, false));
  }
  for (const int id : {1, 2, 3}) {
    talk.client(execute(static_cast<std::uint32_t>(id)));
    talk.server(ok(1));
  }
  EXPECT_THAT(talk.reported(),
              ElementsAre("  0 db=[shop]", HasSubstr("DELETE t2"), HasSubstr("DELETE t3")));
  EXPECT_EQ(talk.sink.notes[Note::StatementUnknown], 1U);
}

TEST(MysqlConversation, MariaDbExecutesWhatItHasJustPrepared) {
  Session talk;
  talk.client(prepare("SELECT id FROM items") + execute(0xffffffff));
  talk.server(prepared(9, 1, 0, false));
  talk.server(result());
  talk.client(command(0xfa, little(9, 4) + little(0, 2)));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(),
              ElementsAre(HasSubstr("SELECT items 0"), HasSubstr("SELECT items 0")));
  EXPECT_EQ(talk.sink.stream_requests, 0);
}

TEST(MysqlConversation, MariaDbMayLeaveOutDefinitions) {
  Session talk;
  talk.client(query("SELECT a, b FROM items"));
  talk.server(packet(1, std::string("\2\0", 2)) + eof(2) + row(3) + eof(4));
  EXPECT_EQ(talk.reported().size(), 1U);
  talk.client(query("SELECT a, b FROM items"));
  talk.server(packet(1, "\1\1") + definition(2) + eof(3) + row(4));
  EXPECT_EQ(talk.reported().size(), 1U);
  talk.server(eof(5));
  EXPECT_EQ(talk.reported().size(), 2U);
}

TEST(MysqlConversation, MariaDbsReportsOfProgressAreNoErrors) {
  Session talk;
  talk.client(query("ALTER TABLE items ADD b INT"));
  talk.server(packet(1, "\xff\xff\xff\1\1\1\0\0\0\5stage"));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(ok(2));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("ALTER items 0")));
}

TEST(MysqlConversation, MySqlMayLeaveOutDefinitions) {
  Session talk(kModern | kCapOptionalMetadata);
  talk.client(query("SELECT a FROM items"));
  talk.server(packet(1, std::string("\0\1", 2)) + row(2) + end_ok(3));
  talk.client(query("SELECT a FROM items"));
  talk.server(packet(1, "\1\1") + definition(2) + row(3) + end_ok(4));
  talk.client(query("DELETE FROM items"));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported().size(), 3U);
}

TEST(MysqlConversation, ACursorsRowsAreFetchedWithoutASpan) {
  Session talk;
  talk.client(prepare("SELECT id FROM items"));
  talk.server(prepared(5, 1, 0, false));
  talk.client(execute(5));
  talk.server(packet(1, "\1") + definition(2) + eof(3, kCursorExists));
  EXPECT_EQ(talk.reported().size(), 1U);
  talk.client(command(0x1c, little(5, 4) + little(10, 4)));
  talk.server(row(1) + row(2) + eof(3, 0x80));
  EXPECT_FALSE(talk.conversation().has_open_request());
  EXPECT_EQ(talk.reported().size(), 1U);
}

TEST(MysqlConversation, CommandsThatAreNoOperationMakeNoSpan) {
  Session talk;
  talk.client(command(0x0e));
  talk.server(ok(1));
  talk.client(command(0x09));
  talk.server(packet(1, "Uptime: 5"));
  talk.client(command(0x1b, little(0, 2)));
  talk.server(eof(1));
  talk.client(command(0x18, little(5, 4) + little(0, 2) + "blob"));
  talk.client(command(0x1f));
  talk.server(ok(1));
  EXPECT_FALSE(talk.conversation().has_open_request());
  talk.client(command(0x01));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_THAT(talk.sink.notes, testing::SizeIs(0));
}

TEST(MysqlConversation, TheDatabaseChangesWhenTheServerAgrees) {
  Session talk;
  const auto ask = [&] {
    talk.client(query("DELETE FROM t"));
    talk.server(ok(1));
    return std::string(talk.sink.spans.back().database->name_space);
  };
  EXPECT_EQ(ask(), "shop");
  talk.client(command(0x02, "other"));
  talk.server(error(1, 1049, "42000", "Unknown database"));
  EXPECT_EQ(ask(), "shop");
  talk.client(command(0x02, "other"));
  talk.server(ok(1));
  EXPECT_EQ(ask(), "other");
  talk.client(query("USE `third`"));
  talk.server(ok(1));
  EXPECT_EQ(ask(), "third");
  talk.client(
      command(0x11, std::string("bob\0\4pass", 9) + std::string("fourth\0\x21\0plugin\0", 16)));
  talk.server(packet(1, std::string("\xfeplugin\0saltsalt", 16)));
  talk.client(packet(2, "hunter22"));
  talk.server(ok(3));
  EXPECT_EQ(ask(), "fourth");
}

TEST(MysqlConversation, TlsAndCompressionAreLeft) {
  Talk tls("mysql");
  tls.server(greeting());
  EXPECT_EQ(tls.client(packet(1, login(kUsualCapabilities | kCapSsl).substr(4, 32))),
            ChunkResult::Message);
  EXPECT_EQ(tls.client("\x16\x03\x01"), ChunkResult::Handover);
  Session compressed(kUsualCapabilities | kCapCompress);
  EXPECT_EQ(compressed.client(query("SELECT 1 FROM t")), ChunkResult::Handover);
  EXPECT_EQ(compressed.sink.notes[Note::MessageUnsupported], 1U);
}

TEST(MysqlConversation, AReplicasStreamIsLeft) {
  Session talk;
  talk.client(command(0x12, std::string(10, '\0')));
  EXPECT_EQ(talk.server(packet(1, std::string(1, '\0'))), ChunkResult::Handover);
  EXPECT_EQ(talk.sink.notes[Note::MessageUnsupported], 1U);
}

TEST(MysqlConversation, NoSecretIsKept) {
  Session talk;
  talk.client(query("SELECT id FROM items WHERE token = 'hunter22' AND pin = 4711"));
  talk.server(result());
  talk.client(prepare("UPDATE items SET token = \"hunter22\""));
  talk.server(prepared(1, 0, 0, false));
  talk.client(execute(1));
  talk.server(ok(1));
  for (const std::string& line : talk.reported()) {
    EXPECT_THAT(line, Not(HasSubstr("hunter22")));
    EXPECT_THAT(line, Not(HasSubstr("4711")));
    EXPECT_THAT(line, Not(HasSubstr("alice")));
  }
}

TEST(MysqlConversation, IsRobust) {
  for (const bool modern : {false, true}) {
    expect_robust("mysql", {{true, greeting()},
                            {false, login(modern ? kModern : kUsualCapabilities)},
                            {true, ok(2)},
                            {false, query("SELECT id FROM items")},
                            {true, result(2, modern)},
                            {false, prepare("SELECT a FROM t WHERE b = ?")},
                            {true, prepared(1, 1, 1, modern)},
                            {false, execute(1)},
                            {true, result(1, modern)},
                            {false, query("USE other")},
                            {true, ok(1)},
                            {false, query("SELECT * FROM missing")},
                            {true, error(1, 1146, "42S02", "no such table")},
                            {false, command(0x19, little(1, 4)) + command(0x01)}});
  }
}

}  // namespace
}  // namespace obi::protocol::mysql
