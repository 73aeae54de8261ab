// SPDX-License-Identifier: Apache-2.0
// client_encoding and standard_conforming_strings, which the server reports, decide what a literal
// is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/postgres/conversation_fixture.hpp"

namespace obi::protocol::postgres {
namespace {

constexpr std::string_view kPath = R"(SELECT 'C:\', 'planted', n)";
constexpr std::string_view kQuote = R"(SELECT 'it\'s planted', n)";
constexpr std::string_view kLetter = "SELECT E'\x95\x5c', 'planted', n";

std::string parameter(std::string_view name, std::string_view value) {
  return message('S', z(name) + z(value));
}
std::string strings(std::string_view value) {
  return parameter("standard_conforming_strings", value);
}

struct Session : Talk {
  explicit Session(const std::string& parameters = strings("on")) : Talk("postgres") {
    client(kStartup);
    server(message('R', big32(0)) + parameters + message('K', big32(1) + big32(2)) + kReady);
  }
  std::string reported_of(std::string_view sql, const std::string& before_end = {}) {
    client(query(sql));
    server(before_end + done("SELECT 1") + kReady);
    return std::string(sink.spans.back().database->query_text);
  }
};

TEST(PostgresSettings, TheServerSaysWhatABackslashIs) {
  EXPECT_EQ(Session().reported_of(kPath), "SELECT ?, ?, n");
  EXPECT_EQ(Session(strings("off")).reported_of(kQuote), "SELECT ?, n");
  EXPECT_EQ(Session("").reported_of(kPath), "SELECT ?");
  EXPECT_EQ(Session("").reported_of(kQuote), "SELECT ?");
  EXPECT_EQ(Session(strings("maybe")).reported_of(kPath), "SELECT ?");
}

TEST(PostgresSettings, TheyMayChange) {
  Session talk;
  talk.reported_of("SET standard_conforming_strings TO off", strings("off"));
  EXPECT_EQ(talk.reported_of(kQuote), "SELECT ?, n");
  talk.reported_of("RESET ALL", strings("on"));
  EXPECT_EQ(talk.reported_of(kPath), "SELECT ?, ?, n");
}

TEST(PostgresSettings, LettersAreThoseOfTheEncoding) {
  EXPECT_EQ(Session(parameter("client_encoding", "SJIS")).reported_of(kLetter), "SELECT ?, ?, n");
  EXPECT_EQ(Session(parameter("client_encoding", "SHIFT_JIS_2004")).reported_of(kLetter),
            "SELECT ?, ?, n");
  EXPECT_EQ(Session(parameter("client_encoding", "UHC")).reported_of(kLetter), "SELECT ?");
  EXPECT_EQ(Session(parameter("client_encoding", "JOHAB")).reported_of(kLetter), "SELECT ?");
  for (const char* name : {"UTF8", "EUC_JP", "EUC_TW", "LATIN1", "WIN1252", "ISO_8859_5", "KOI8R",
                           "SQL_ASCII", "MULE_INTERNAL"}) {
    EXPECT_EQ(
        Session(parameter("client_encoding", name)).reported_of("SELECT E'\xc3\xa9\\'planted', n"),
        "SELECT ?, n")
        << name;
  }
  Session talk(parameter("client_encoding", "UTF8"));
  talk.reported_of("SET client_encoding TO sjis", parameter("client_encoding", "SJIS"));
  EXPECT_EQ(talk.reported_of(kLetter), "SELECT ?, ?, n");
}

TEST(PostgresSettings, AmbiguousBehindWhatMayHaveChangedThem) {
  Session pipelined;
  pipelined.client(unit("SET standard_conforming_strings TO off"));
  pipelined.client(unit(kPath) + kSync);
  pipelined.server(unit_answer("SET") + unit_answer("SELECT 1") + kReady);
  ASSERT_EQ(pipelined.sink.spans.size(), 2U);
  EXPECT_EQ(pipelined.sink.spans[1].database->query_text, "SELECT ?");
  Session lossy;
  lossy.client(query("SELECT 1"));
  lossy.server(columns().substr(0, 7), 5000, std::string_view("Z\0\0\0\5I", 6));
  EXPECT_EQ(lossy.reported_of(kPath), "SELECT ?");
}

TEST(PostgresSettings, UnknownInMidLifeUntilTheyChange) {
  Talk talk("postgres", {.mid_life = true});
  for (int i = 0; i < 2; ++i) {
    talk.client(query(kPath));
    talk.server(strings("on") + done("SELECT 1") + kReady);
  }
  EXPECT_THAT(talk.reported(), testing::ElementsAre(testing::HasSubstr("[SELECT ?]"),
                                                    testing::HasSubstr("[SELECT ?, ?, n]")));
}

}  // namespace
}  // namespace obi::protocol::postgres
