// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/element.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::protocol::redis {
namespace {

std::expected<Element, ParseError> parsed(std::string_view text) {
  return parse_element(std::as_bytes(std::span(text)));
}

struct Case {
  std::string_view bytes;
  std::uint64_t size;
  std::uint64_t members;
  std::string_view text;
};

constexpr Case kCases[] = {
    {"+OK\r\n", 5, 0, "OK"},
    {"+\r\n", 3, 0, ""},
    {"-ERR no\r\n", 9, 0, "ERR no"},
    {":-12\r\n", 6, 0, "-12"},
    {":+12\r\n", 6, 0, "+12"},
    {"_\r\n", 3, 0, ""},
    {",-1.5e9\r\n", 9, 0, "-1.5e9"},
    {",inf\r\n", 6, 0, "inf"},
    {",nan\r\n", 6, 0, "nan"},
    {"#t\r\n", 4, 0, "t"},
    {"(3492890328409238509324850943850943825024385\r\n", 46, 0,
     "3492890328409238509324850943850943825024385"},
    {"$5\r\nhe\r\no\r\n", 11, 0, "he\r\no"},
    {"$0\r\n\r\n", 6, 0, ""},
    {"$-1\r\n", 5, 0, ""},
    {"$?\r\n", 4, 0, ""},
    {";2\r\nab\r\n", 8, 0, "ab"},
    {";0\r\n", 4, 0, ""},
    {"!5\r\nERR x\r\n", 11, 0, "ERR x"},
    {"=7\r\ntxt:abc\r\n", 13, 0, "txt:abc"},
    {"*2\r\n", 4, 2, ""},
    {"*0\r\n", 4, 0, ""},
    {"*-1\r\n", 5, 0, ""},
    {"*?\r\n", 4, 0, ""},
    {"~3\r\n", 4, 3, ""},
    {">3\r\n", 4, 3, ""},
    {"%3\r\n", 4, 6, ""},
    {"|1\r\n", 4, 2, ""},
    {".\r\n", 3, 0, ""},
};

TEST(RedisElement, EveryTypeIsRead) {
  for (const Case& each : kCases) {
    const auto element = parsed(each.bytes);
    ASSERT_TRUE(element) << each.bytes;
    EXPECT_EQ(element->size, each.size) << each.bytes;
    EXPECT_EQ(element->members, each.members) << each.bytes;
    EXPECT_EQ(element->text, each.text) << each.bytes;
    EXPECT_EQ(element->type, each.bytes[0]);
  }
}

TEST(RedisElement, APrefixIsTruncatedOrHasItsSizeAlready) {
  for (const Case& each : kCases) {
    for (std::size_t length = 0; length < each.bytes.size(); ++length) {
      const auto element = parsed(each.bytes.substr(0, length));
      if (element) {
        EXPECT_EQ(element->size, each.size) << each.bytes << " " << length;
      } else {
        EXPECT_EQ(element.error(), ParseError::Truncated) << each.bytes << " " << length;
      }
    }
  }
}

TEST(RedisElement, WhatBreaksARuleIsNoElement) {
  for (const std::string_view bytes : {"GET",
                                       "+OK\n",
                                       "+O\rK\r\n",
                                       ":1x\r\n",
                                       ":\r\n",
                                       "#x\r\n",
                                       "#tt\r\n",
                                       "_x\r\n",
                                       ",1,5\r\n",
                                       "$\r\n",
                                       "$x\r\n",
                                       "$-2\r\n",
                                       "$5x\r\n",
                                       "$1\r\nabc",
                                       "$1\n",
                                       "*1 \r\n",
                                       "~-1\r\n",
                                       "!?\r\n",
                                       "%-1\r\n",
                                       ".x",
                                       "*99999999999\r\n",
                                       "$4294967297\r\n",
                                       ";-1\r\n"}) {
    const auto element = parsed(bytes);
    ASSERT_FALSE(element) << bytes;
    EXPECT_EQ(element.error(), ParseError::NotThisProtocol) << bytes;
  }
}

}  // namespace
}  // namespace obi::protocol::redis
