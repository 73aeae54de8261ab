// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::sql {
namespace {

using testing::ElementsAre;

TEST(SqlConversation, AStatementIsAnsweredByWhatTheServerSaysNext) {
  Talk talk("sql");
  talk.client("login me");
  talk.server("welcome");
  talk.client(std::string("\0\1SELECT a FROM t ", 18));
  talk.client("WHERE b = 's3cr3t'");
  talk.server("row row");
  talk.server("end");
  talk.client("UPDATE u SET c = 5");
  talk.server("done");
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 text=[SELECT a FROM t WHERE b = ?]"));
  talk.stay_quiet(2'000'000'000);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 text=[SELECT a FROM t WHERE b = ?]",
                                           "UPDATE u 0 text=[UPDATE u SET c = ?]"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.database->system, "other_sql");
  EXPECT_EQ(span.type, model::EventType::kSqlClient);
  EXPECT_EQ(span.end_ns, 1060U);
  EXPECT_EQ(span.request_bytes, 36);
  EXPECT_EQ(span.response_bytes, 10);
}

TEST(SqlConversation, WhatIsNoSqlIsNoSpan) {
  Talk talk("sql");
  talk.client("set k v");
  talk.server("ok");
  talk.client("SELECT a FR");
  talk.lose_of_client(3);
  talk.server("x");
  talk.client("SELECT a FROM t");
  talk.close(model::ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.reported(), ElementsAre("SELECT t 0 text=[SELECT a FROM t] !eof"));
}

TEST(SqlConversation, TheServersSide) {
  Talk talk("sql", {.client_direction = model::Direction::kReceive});
  talk.client("SELECT a FROM t");
  talk.server("x");
  talk.close();
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSqlServer);
}

TEST(SqlConversation, ItIsOnlyLookedForWhenAskedFor) {
  const std::vector<Call> calls = {{false, "xx SELECT a FROM t"}, {true, "answer"}};
  EXPECT_EQ(classified(calls), "");
  EXPECT_EQ(classified(calls, model::ConnectionRole::kClient, 0, false, {}, all_protocols()),
            "sql");
}

TEST(SqlConversation, ItIsDecidedOnceTheServerHasAnswered) {
  FirstBytes first_bytes;
  const std::string_view client = "xx SELECT a FROM t";
  const std::string_view server = "answer";
  first_bytes.client = {.bytes = std::as_bytes(std::span(client)), .original_size = client.size()};
  EXPECT_EQ(detect(first_bytes), Match::kMaybe);
  first_bytes.server = {.bytes = std::as_bytes(std::span(server)), .original_size = server.size()};
  EXPECT_EQ(detect(first_bytes), Match::kYes);
}

TEST(SqlConversation, AnyInputIsHarmless) {
  const std::vector<Call> calls = {
      {false, "SELECT a FROM t WHERE b = 'x'"}, {true, "1"}, {false, "DELETE FROM u"}, {true, "2"}};
  expect_prefixes_are_harmless("sql", calls);
  expect_flips_are_harmless("sql", calls);
  expect_garbage_is_harmless("sql");
}

}  // namespace
}  // namespace obi::protocol::sql
