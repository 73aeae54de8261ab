// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/redis/conversation.hpp"

namespace obi::protocol::redis {
namespace {

Match match(std::string_view client, std::string_view server, bool mid_life = false,
            bool server_first = false) {
  FirstBytes first_bytes;
  first_bytes.client = {.bytes = std::as_bytes(std::span(client)), .original_size = client.size()};
  first_bytes.server = {.bytes = std::as_bytes(std::span(server)), .original_size = server.size()};
  first_bytes.mid_life = mid_life;
  first_bytes.server_first = server_first;
  return detect(first_bytes);
}

TEST(RedisDetect, AnArrayThatNamesACommandIsProof) {
  EXPECT_EQ(match("*1\r\n$4\r\nPING\r\n", ""), Match::kYes);
  EXPECT_EQ(match("*2\r\n$3\r\nget\r\n$1\r\na\r\n", "rest of a value", true), Match::kYes);
}

TEST(RedisDetect, ACommandOfAModuleNeedsAnAnswer) {
  EXPECT_EQ(match("*1\r\n$7\r\nMY.PING\r\n", ""), Match::kMaybe);
  EXPECT_EQ(match("*1\r\n$7\r\nMY.PING\r\n", "+OK\r\n"), Match::kYes);
  EXPECT_EQ(match("*1\r\n$7\r\nMY.PING\r\n", "OK\r\n"), Match::kNo);
}

TEST(RedisDetect, AStartIsNoProof) {
  for (const std::string_view cut :
       {"*", "*1", "*1\r\n", "*1\r\n$4", "*1\r\n$4\r\n", "*1\r\n$4\r\nPI"}) {
    EXPECT_EQ(match(cut, ""), Match::kMaybe) << cut;
    EXPECT_EQ(match(cut, "+OK\r\n"), Match::kNo) << cut;
  }
}

TEST(RedisDetect, ALineNeedsAnAnswerOfResp) {
  EXPECT_EQ(match("PING\r\n", ""), Match::kMaybe);
  EXPECT_EQ(match("PING\r\n", "+PONG\r\n"), Match::kYes);
  EXPECT_EQ(match("get key\r\n", "$-1\r\n"), Match::kYes);
  EXPECT_EQ(match("get key\r\n", "END\r\n"), Match::kNo);
  EXPECT_EQ(match("set a b\r\n", "+OK\r\n"), Match::kYes);
  EXPECT_EQ(match("auth x\r\n", "-WRONGPASS invalid username-password pair\r\n"), Match::kYes);
  EXPECT_EQ(match("auth x\r\nget a\r\n", "+OK\r\n$1\r\nb\r\n"), Match::kYes);
  EXPECT_EQ(match("GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n"), Match::kNo);
}

TEST(RedisDetect, AWordAndAWordAreNoProof) {
  EXPECT_EQ(match("QUIT\r\n", "+OK\r\n"), Match::kMaybe);
  EXPECT_EQ(match("AUTH PLAIN\r\n", "+OK\r\n"), Match::kMaybe);
  EXPECT_EQ(match("AUTH joe secret\r\n", "-ERR [AUTH] failed\r\n"), Match::kMaybe);
  EXPECT_EQ(match("AUTH joe secret\r\nLIST\r\n", "+OK\r\n+OK\r\n"), Match::kNo);
  EXPECT_EQ(match("PING\r\n", "+OK\r\n"), Match::kNo);
}

TEST(RedisDetect, OtherProtocolsOfLinesAreNone) {
  EXPECT_EQ(match("PING\r\n", "+OK\r\n", true), Match::kNo);                 // NATS, verbose
  EXPECT_EQ(match("QUIT\r\n", "+OK bye\r\n", true), Match::kNo);             // POP3
  EXPECT_EQ(match("AUTH x\r\n", "+OK ready\r\n", false, true), Match::kNo);  // POP3
  EXPECT_EQ(match("PUB a 1\r\nx\r\n", "+OK\r\n"), Match::kNo);
  EXPECT_EQ(match("* OK IMAP\r\n", ""), Match::kNo);
  EXPECT_EQ(match("*2\r\n$3\r\na b\r\n", "+OK\r\n"), Match::kNo);
  EXPECT_EQ(match("", "+OK\r\n"), Match::kNo);
}

}  // namespace
}  // namespace obi::protocol::redis
