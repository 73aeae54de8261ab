// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/redis/conversation.hpp"

namespace obi::protocol::redis {
namespace {

Verdict verdict(std::string_view client, std::string_view server, bool mid_life = false,
                bool server_first = false) {
  FirstBytes first_bytes;
  first_bytes.client = {.bytes = std::as_bytes(std::span(client)), .original_size = client.size()};
  first_bytes.server = {.bytes = std::as_bytes(std::span(server)), .original_size = server.size()};
  first_bytes.mid_life = mid_life;
  first_bytes.server_first = server_first;
  return judge(first_bytes);
}

TEST(RedisJudge, AnArrayThatNamesACommandIsProof) {
  EXPECT_EQ(verdict("*1\r\n$4\r\nPING\r\n", ""), Verdict::kYes);
  EXPECT_EQ(verdict("*2\r\n$3\r\nget\r\n$1\r\na\r\n", "rest of a value", true), Verdict::kYes);
}

TEST(RedisJudge, ACommandOfAModuleNeedsAnAnswer) {
  EXPECT_EQ(verdict("*1\r\n$7\r\nMY.PING\r\n", ""), Verdict::kMaybe);
  EXPECT_EQ(verdict("*1\r\n$7\r\nMY.PING\r\n", "+OK\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("*1\r\n$7\r\nMY.PING\r\n", "OK\r\n"), Verdict::kNo);
}

TEST(RedisJudge, AStartIsNoProof) {
  for (const std::string_view cut :
       {"*", "*1", "*1\r\n", "*1\r\n$4", "*1\r\n$4\r\n", "*1\r\n$4\r\nPI"}) {
    EXPECT_EQ(verdict(cut, ""), Verdict::kMaybe) << cut;
    EXPECT_EQ(verdict(cut, "+OK\r\n"), Verdict::kNo) << cut;
  }
}

TEST(RedisJudge, ALineNeedsAnAnswerOfResp) {
  EXPECT_EQ(verdict("PING\r\n", ""), Verdict::kMaybe);
  EXPECT_EQ(verdict("PING\r\n", "+PONG\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("get key\r\n", "$-1\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("get key\r\n", "END\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("set a b\r\n", "+OK\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("auth x\r\n", "-WRONGPASS invalid username-password pair\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("auth x\r\nget a\r\n", "+OK\r\n$1\r\nb\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n"), Verdict::kNo);
}

TEST(RedisJudge, AWordAndAWordAreNoProof) {
  EXPECT_EQ(verdict("QUIT\r\n", "+OK\r\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict("AUTH PLAIN\r\n", "+OK\r\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict("AUTH joe secret\r\n", "-ERR [AUTH] failed\r\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict("AUTH joe secret\r\nLIST\r\n", "+OK\r\n+OK\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("PING\r\n", "+OK\r\n"), Verdict::kNo);
}

TEST(RedisJudge, OtherProtocolsOfLinesAreNone) {
  EXPECT_EQ(verdict("PING\r\n", "+OK\r\n", true), Verdict::kNo);                 // NATS, verbose
  EXPECT_EQ(verdict("QUIT\r\n", "+OK bye\r\n", true), Verdict::kNo);             // POP3
  EXPECT_EQ(verdict("AUTH x\r\n", "+OK ready\r\n", false, true), Verdict::kNo);  // POP3
  EXPECT_EQ(verdict("PUB a 1\r\nx\r\n", "+OK\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("* OK IMAP\r\n", ""), Verdict::kNo);
  EXPECT_EQ(verdict("*2\r\n$3\r\na b\r\n", "+OK\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("", "+OK\r\n"), Verdict::kNo);
}

}  // namespace
}  // namespace obi::protocol::redis
