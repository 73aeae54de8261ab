// SPDX-License-Identifier: Apache-2.0
// The client's character set and the server's version decide what a literal is: from the handshake,
// SET NAMES and its like, COM_CHANGE_USER, session tracking; unknown in mid-life.
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

constexpr char kSjis = 13;
constexpr char kGbk = 28;
constexpr char kUtf8mb4 = 45;
// The letter 95 5c of Shift JIS, whose second byte is a backslash in ASCII.
constexpr std::string_view kLetter = "SELECT '\x95\x5c', 'planted', n";
constexpr std::string_view kEscape = "SELECT '\\'planted', n";
constexpr std::string_view kAllReported = "SELECT ?, ?, n";
constexpr std::string_view kAmbiguous = "SELECT ?";

std::string login_in(char collation) {
  std::string bytes = login();
  bytes[kHeaderBytes + 8] = collation;
  return bytes;
}

// An OK packet that says that a variable has another value.
std::string ok_with(std::string_view name, std::string_view value) {
  const auto text = [](std::string_view part) {
    return static_cast<char>(part.size()) + std::string(part);
  };
  const std::string change = text(name) + text(value);
  const std::string changes = '\0' + text(change);
  return packet(1, std::string(3, '\0') + little(2 | kSessionStateChanged, 2) + little(0, 2) +
                       '\0' + text(changes));
}

struct Session : Talk {
  explicit Session(char collation, std::string_view version = "8.0.39") : Talk("mysql") {
    server(greeting(kServerCapabilities, version));
    client(login_in(collation));
    server(ok(2));
  }
  std::string reported_of(std::string_view sql, std::string_view answer = {}) {
    client(query(sql));
    server(answer.empty() ? ok(1) : answer);
    return std::string(sink.spans.back().database->query_text);
  }
};

TEST(MysqlCharset, TheHandshakeSaysIt) {
  EXPECT_EQ(Session(kSjis).reported_of(kLetter), kAllReported);
  EXPECT_EQ(Session(kUtf8mb4).reported_of(kEscape), "SELECT ?, n");
  EXPECT_EQ(Session(kUtf8mb4).reported_of("SELECT '\xe8\xa1\xa8', 'it\\'s planted', n"),
            kAllReported);
  EXPECT_EQ(Session(kGbk).reported_of("SELECT '\xdf\x5c', 'planted', n"), kAllReported);
}

TEST(MysqlCharset, StatementsChangeIt) {
  for (const std::string_view sql :
       {"SET NAMES sjis", "set names 'cp932'", "SET NAMES sjis COLLATE sjis_bin",
        "SET CHARACTER SET sjis", "SET CHARSET 'sjis'", "SET character_set_client = sjis",
        "SET SESSION character_set_client = 'sjis'", "SET @@character_set_client := sjis",
        "SET @@session.character_set_client=sjis", "SET a = 1, NAMES sjis, b = 2",
        "/*!40101 SET NAMES sjis */", "SELECT 1; SET NAMES sjis", "-- x\nSET NAMES sjis"}) {
    Session talk(kUtf8mb4);
    talk.reported_of(sql);
    EXPECT_EQ(talk.reported_of(kLetter), kAllReported) << sql;
    talk.reported_of("SET NAMES utf8mb4");
    EXPECT_EQ(talk.reported_of(kEscape), "SELECT ?, n") << sql;
  }
}

TEST(MysqlCharset, WhatMayHaveChangedItMakesItAmbiguous) {
  for (const std::string_view sql :
       {"SET NAMES DEFAULT", "SET NAMES klingon", "SET character_set_client = @@a", "CALL p()",
        "EXECUTE s", "SET character_set_client = CONCAT('sj', 'is')",
        "SET GLOBAL character_set_client = sjis", "BEGIN NOT ATOMIC CALL p(); END"}) {
    Session talk(kUtf8mb4);
    talk.reported_of(sql);
    EXPECT_EQ(talk.reported_of(kLetter), kAmbiguous) << sql;
  }
  for (const std::string_view sql : {"SELECT 'SET NAMES sjis'", "SET @names = 'sjis'",
                                     "UPDATE t SET names = 'sjis'", "SET time_zone = 'x'"}) {
    Session talk(kUtf8mb4);
    talk.reported_of(sql);
    EXPECT_EQ(talk.reported_of("SELECT '\xe8\xa1\xa8\\'planted', n"), "SELECT ?, n") << sql;
  }
}

TEST(MysqlCharset, AStatementThatFailsMayHaveChangedIt) {
  Session talk(kUtf8mb4);
  talk.reported_of("SET NAMES sjis; nonsense", error(1, 1064, "42000", "near"));
  EXPECT_EQ(talk.reported_of(kLetter), kAmbiguous);
}

TEST(MysqlCharset, BehindItInTheSameCommandItIsAmbiguous) {
  Session talk(kUtf8mb4);
  EXPECT_EQ(talk.reported_of("SET NAMES sjis; " + std::string(kLetter)),
            "SET NAMES sjis; SELECT ?");
  EXPECT_EQ(talk.reported_of("SET sql_mode=''; SELECT 'C:\\', 'planted'"),
            "SET sql_mode=?; SELECT ?");
}

TEST(MysqlCharset, MoreThanWasReadMayHaveChangedIt) {
  Session talk(kUtf8mb4);
  const std::string insert = "INSERT INTO t VALUES ('" + std::string(5000, 'x') + "')";
  talk.reported_of(insert);
  EXPECT_EQ(talk.reported_of(kEscape), "SELECT ?, n");
  talk.reported_of(insert + "; SET NAMES sjis", ok(1, 2 | kMoreResultsExist) + ok(2));
  EXPECT_EQ(talk.reported_of(kLetter), kAmbiguous);
}

TEST(MysqlCharset, TheServerSaysItWhereSessionsAreTracked) {
  Session talk(kUtf8mb4);
  talk.reported_of("CALL p()", ok_with("character_set_client", "sjis"));
  EXPECT_EQ(talk.reported_of(kLetter), kAllReported);
  talk.reported_of("SET autocommit = 1", ok_with("autocommit", "ON"));
  EXPECT_EQ(talk.reported_of(kLetter), kAllReported);
}

TEST(MysqlCharset, AnotherUserBringsAnotherOne) {
  const auto change_user = [](std::string_view collation) {
    return command(
        0x11, std::string("bob\0", 4) + '\0' + std::string("shop\0", 5) + std::string(collation));
  };
  Session talk(kUtf8mb4);
  talk.client(change_user(little(kSjis, 2)));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported_of(kLetter), kAllReported);
  talk.client(change_user(""));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported_of(kLetter), kAmbiguous);
}

TEST(MysqlCharset, AResetBringsBackThatOfTheLogin) {
  Session talk(kSjis);
  talk.client(command(0x1f));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported_of(kLetter), kAllReported);
  talk.reported_of("SET NAMES utf8");
  talk.client(command(0x1f));
  talk.server(ok(1));
  EXPECT_EQ(talk.reported_of(kLetter), kAmbiguous);
}

TEST(MysqlCharset, UnknownInMidLifeUntilAStatementSetsIt) {
  Talk talk("mysql", {.mid_life = true});
  for (const std::string_view sql : {kLetter, std::string_view("SET NAMES sjis"), kLetter}) {
    talk.client(query(sql));
    talk.server(ok(1));
  }
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("[SELECT ?]"), HasSubstr("[SET NAMES sjis]"),
                                           HasSubstr("[SELECT ?, ?, n]")));
}

TEST(MysqlCharset, APreparedStatementIsReadAsItWasPrepared) {
  Session talk(kSjis);
  talk.client(prepare(kLetter));
  talk.server(prepared(7, 0, 0, false));
  talk.reported_of("SET NAMES utf8mb4");
  talk.client(execute(7));
  talk.server(ok(1));
  EXPECT_EQ(talk.sink.spans.back().database->query_text, kAllReported);
  for (const std::string& reported : talk.reported())
    EXPECT_THAT(reported, Not(HasSubstr("planted")));
}

TEST(MysqlCharset, TheGreetingSaysWhichCommentsAreExecuted) {
  constexpr std::string_view kComments = "SELECT /*!80000 a, */ /*M!100100 b, */ /*!90900 c, */ d";
  EXPECT_EQ(Session(kUtf8mb4).reported_of(kComments), "SELECT a, d");
  EXPECT_EQ(Session(kUtf8mb4, "5.5.5-10.11.6-MariaDB").reported_of(kComments), "SELECT b, d");
  EXPECT_EQ(Session(kUtf8mb4, "5.7.44-log").reported_of(kComments), "SELECT d");
}

TEST(MysqlErrors, AMessageEndsBeforeTheFirstValueItQuotes) {
  const auto reported = [](int code, std::string_view message) {
    Session talk(kUtf8mb4);
    talk.reported_of("INSERT INTO t VALUES ('planted')", error(1, code, "23000", message));
    return std::string(talk.sink.spans.back().database->error_message);
  };
  EXPECT_EQ(reported(1062, "Duplicate entry 'planted' for key 't.PRIMARY'"), "Duplicate entry");
  EXPECT_EQ(reported(1064, "You have an error near 'planted' at line 1"), "You have an error near");
  EXPECT_EQ(reported(1146, "Table 'shop.t' doesn't exist"), "Table 'shop.t' doesn't exist");
  EXPECT_EQ(reported(1205, "Lock wait timeout exceeded"), "Lock wait timeout exceeded");
}

TEST(MysqlPacket, VersionsAreNumbers) {
  EXPECT_EQ(version_number("8.0.39"), 80039U);
  EXPECT_EQ(version_number("5.7.44-log"), 50744U);
  EXPECT_EQ(version_number("5.5.5-10.11.6-MariaDB-0+deb12u1"), 101106U);
  EXPECT_EQ(version_number("11.4.2-MariaDB"), 110402U);
  EXPECT_EQ(version_number("8.0"), 0U);
  EXPECT_EQ(version_number("PgBouncer"), 0U);
}

}  // namespace
}  // namespace obi::protocol::mysql
