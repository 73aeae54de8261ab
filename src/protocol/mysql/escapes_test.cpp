// SPDX-License-Identifier: Apache-2.0
// NO_BACKSLASH_ESCAPES: whether a backslash in a literal escapes is in the server's status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mysql/packet_fixture.hpp"

namespace obi::protocol::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr int kPlain = kNoBackslashEscapes | 2;
constexpr std::string_view kPath = R"(SELECT 'C:\', 'secret', n)";
constexpr std::string_view kQuote = R"(SELECT 'it\'s secret', n)";

struct Session : Talk {
  explicit Session(int status = 2) : Talk("mysql") {
    server(greeting());
    client(login());
    server(ok(2, status));
  }
  // The text reported of a statement that is answered with this status.
  std::string text_of(std::string_view sql, int status) {
    client(query(sql));
    server(ok(1, status));
    return std::string(sink.spans.back().database->query_text);
  }
};

TEST(MysqlEscapes, TheStatusBeforeAStatementSaysHowItIsRead) {
  Session usual;
  EXPECT_EQ(usual.text_of(kQuote, 2), "SELECT ?, n");
  Session plain(kPlain);
  EXPECT_EQ(plain.text_of(kPath, kPlain), "SELECT ?, ?, n");
}

TEST(MysqlEscapes, AStatementMayChangeThemForThoseBehindIt) {
  Session talk;
  EXPECT_EQ(talk.text_of("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", kPlain), "SET sql_mode = ?");
  EXPECT_EQ(talk.text_of(kPath, kPlain), "SELECT ?, ?, n");
  EXPECT_EQ(talk.text_of("SET sql_mode = ''", 2), "SET sql_mode = ?");
  EXPECT_EQ(talk.text_of(kQuote, 2), "SELECT ?, n");
}

TEST(MysqlEscapes, WhereOneCommandChangesThemNothingOfALiteralIsReported) {
  Session talk;
  talk.client(query(std::string("SET sql_mode = 'NO_BACKSLASH_ESCAPES'; ") + std::string(kPath)));
  talk.server(ok(1, kPlain | kMoreResultsExist) + ok(2, kPlain));
  // … also if it changes them back.
  talk.client(query("SET sql_mode = ''; " + std::string(kPath) + "; SET sql_mode = 'x'"));
  talk.server(ok(1, 2 | kMoreResultsExist) + ok(2, 2 | kMoreResultsExist) + ok(3, kPlain));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  for (const std::string& reported : talk.reported())
    EXPECT_THAT(reported, Not(HasSubstr("secret")));
}

TEST(MysqlEscapes, APreparedStatementIsReadAsItWasPrepared) {
  Session talk(kPlain);
  talk.client(prepare(kPath));
  talk.server(prepared(7, 0, 0, false));
  EXPECT_EQ(talk.text_of("SET sql_mode = ''", 2), "SET sql_mode = ?");
  talk.client(execute(7));
  talk.server(ok(1));
  EXPECT_EQ(talk.sink.spans.back().database->query_text, "SELECT ?, ?, n");
}

TEST(MysqlEscapes, UnknownInMidLifeUntilAStatusWasSeen) {
  Talk talk("mysql", {.mid_life = true});
  for (int i = 0; i < 2; ++i) {
    talk.client(query(kPath));
    talk.server(ok(1, kPlain));
  }
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("[SELECT ?]"), HasSubstr("[SELECT ?, ?, n]")));
}

TEST(MysqlEscapes, UnknownBehindAnAnswerThatWasNotSeen) {
  Session talk;
  talk.client(query("SELECT a FROM t"));
  talk.server(result().substr(0, 9), 5000, "12345678");
  talk.client(query(kPath));
  talk.server(ok(1));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans.back().database->query_text, "SELECT ?");
}

}  // namespace
}  // namespace obi::protocol::mysql
