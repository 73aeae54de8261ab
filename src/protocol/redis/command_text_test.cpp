// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/command_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace obi::protocol::redis {
namespace {

std::string text_of(const std::vector<std::string>& command) {
  CommandText text;
  text.begin(command[0]);
  for (std::size_t i = 1; i < command.size(); ++i) text.add(command[i]);
  return text.text();
}

TEST(RedisCommandText, ShowsCommandAndKeyOnly) {
  const std::pair<std::vector<std::string>, std::string_view> cases[] = {
      {{"get", "user:1"}, "GET user:1"},
      {{"SET", "k", "secret", "EX", "10"}, "SET k ? ? ?"},
      {{"MSET", "a", "secret", "b", "secret"}, "MSET a ? ? ?"},
      {{"AUTH", "user", "secret"}, "AUTH"},
      {{"HELLO", "3", "AUTH", "user", "secret"}, "HELLO"},
      {{"config", "set", "requirepass", "secret"}, "CONFIG SET ? ?"},
      {{"ACL", "SETUSER", "bob", ">secret"}, "ACL SETUSER ? ?"},
      {{"CLIENT", "SETNAME", "me"}, "CLIENT SETNAME ?"},
      {{"OBJECT", "ENCODING", "k"}, "OBJECT ENCODING k"},
      {{"EVAL", "return 'secret'", "1", "k", "secret"}, "EVAL ? ? k ?"},
      {{"EVAL", "return 'secret'", "0", "secret"}, "EVAL ? ? ?"},
      {{"ZUNION", "2", "a", "b"}, "ZUNION ? a ?"},
      {{"BITOP", "AND", "dest", "a"}, "BITOP ? dest ?"},
      {{"MIGRATE", "host", "6379", "k", "0", "5", "AUTH", "secret"}, "MIGRATE ? ? k ? ? ? ?"},
      {{"XREAD", "STREAMS", "s", "0"}, "XREAD ? ? ?"},
      {{"JSON.SET", "doc", "$", "secret"}, "JSON.SET doc ? ?"},
      {{"FT.SEARCH", "idx", "secret"}, "FT.SEARCH idx ?"},
      {{"TS.MGET", "FILTER", "secret=1"}, "TS.MGET ? ?"},
      {{"FT.SECRET", "secret"}, "_OTHER ?"},
      {{"MYCMD", "secret"}, "_OTHER ?"},
      {{"AGpvZQBhYWFh"}, "_OTHER"},
      {{"b840fc02", "secret"}, ""},
      {{"", "secret"}, ""},
      {{"PING"}, "PING"},
      {{"PUBLISH", "news", "secret"}, "PUBLISH news ?"},
      {{"CLIENT", "secret with blanks"}, "CLIENT ?"},
  };
  for (const auto& [command, text] : cases) EXPECT_EQ(text_of(command), text) << command[0];
}

TEST(RedisCommandText, IsBounded) {
  std::vector<std::string> command{"MGET", std::string(100'000, 'k')};
  for (int i = 0; i < 10'000; ++i) command.emplace_back("x");
  const std::string text = text_of(command);
  EXPECT_LE(text.size(), CommandText::kMaxName + CommandText::kMaxKey + 64);
  EXPECT_TRUE(text.ends_with("? ..."));
}

TEST(RedisCommandText, KnowsTheCommandsThatSilenceTheServer) {
  CommandText text;
  const auto read = [&text](const std::vector<std::string_view>& words) {
    text.begin(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) text.add(words[i]);
  };
  read({"client", "reply", "off"});
  EXPECT_TRUE(text.is_reply_off());
  read({"CLIENT", "REPLY", "SKIP"});
  EXPECT_TRUE(text.is_reply_skip());
  read({"CLIENT", "REPLY", "ON"});
  EXPECT_TRUE(text.is_reply_on());
  read({"CLIENT", "NO-EVICT", "ON"});
  EXPECT_FALSE(text.is_reply_on());
  read({"SET", "REPLY", "OFF"});
  EXPECT_FALSE(text.is_reply_off());
}

TEST(RedisCommandText, TakesTheDatabaseFromSelect) {
  CommandText text;
  text.begin("SELECT");
  text.add("12");
  EXPECT_EQ(text.database(), 12);
  text.begin("select");
  text.add("1x");
  EXPECT_EQ(text.database(), -1);
}

TEST(RedisCommandTable, NamesAreKnownInAnyCase) {
  for (const std::string_view name : {"GET", "get", "ZUNIONSTORE", "auth", "APPEND", "XTRIM"})
    EXPECT_TRUE(is_known_command(name)) << name;
  for (const std::string_view name : {"", "GETS", "CONNECT", "PUB", "a b"})
    EXPECT_FALSE(is_known_command(name)) << name;
}

}  // namespace
}  // namespace obi::protocol::redis
