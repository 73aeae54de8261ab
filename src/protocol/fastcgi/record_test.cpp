// SPDX-License-Identifier: Apache-2.0
#include "protocol/fastcgi/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/fastcgi/record_fixture.hpp"

namespace obi::protocol::fastcgi {
namespace {

using testing::ElementsAre;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::vector<std::string> names_of(std::string_view text) {
  std::vector<std::string> names;
  ParamWalk walk(text);
  Param param;
  while (walk.next(param))
    names.push_back(std::string(param.name) + "=" + std::to_string(param.value.size()));
  return names;
}

TEST(FastcgiRecord, HeaderWithContentAndPadding) {
  const std::string bytes = record(6, 258, "abc", 5);
  const auto header = parse_header(bytes_of(bytes));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->type, RecordType::kStdout);
  EXPECT_EQ(header->request_id, 258);
  EXPECT_EQ(header->size(), 16U);
}

TEST(FastcgiRecord, OtherVersionsAndTypesAreNone) {
  EXPECT_EQ(parse_header(bytes_of("\2\1")).error(), ParseError::NotThisProtocol);
  EXPECT_EQ(parse_header(bytes_of("\1\1")).error(), ParseError::Truncated);
  EXPECT_EQ(parse_header(bytes_of(record(12, 1, ""))).error(), ParseError::NotThisProtocol);
  EXPECT_EQ(parse_header(bytes_of(record(0, 1, ""))).error(), ParseError::NotThisProtocol);
}

TEST(FastcgiRecord, ABeginIsKnownByEveryFixedByte) {
  const std::string good = begin();
  EXPECT_TRUE(check_begin(bytes_of(good)));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_EQ(check_begin(bytes_of(good).first(length)).error(), ParseError::Truncated) << length;
  for (const std::size_t at : {0, 1, 4, 5, 7, 8, 9, 10, 11, 15}) {
    std::string bad = good;
    bad[at] = '\x40';
    EXPECT_EQ(check_begin(bytes_of(bad)).error(), ParseError::NotThisProtocol) << at;
  }
  EXPECT_FALSE(check_begin(bytes_of(begin(0))));
}

TEST(FastcgiRecord, PairsWithShortAndLongLengths) {
  const std::string value(1000, 'v');
  const std::string name(200, 'n');
  const std::string text = pairs({{"A", "1"}, {"B", ""}, {"C", value}, {name, "x"}});
  EXPECT_THAT(names_of(text), ElementsAre("A=1", "B=0", "C=1000", name + "=1"));
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_LT(names_of(text.substr(0, length)).size(), 4U);
  EXPECT_THAT(names_of("\xff\xff\xff\xff\xff\xff\xff\xff"
                       "abc"),
              ElementsAre());
}

TEST(FastcgiRecord, TheStatusIsThatOfTheHead) {
  EXPECT_EQ(parse_cgi_head("Status: 404 Not Found\r\n\r\nx", false).status, 404);
  EXPECT_EQ(parse_cgi_head("Content-type: a\nstatus:503\n\n", false).status, 503);
  EXPECT_EQ(parse_cgi_head("Content-type: a\r\n\r\nStatus: 500", false).status, 200);
  EXPECT_EQ(parse_cgi_head("Location: http://a/\r\n\r\n", false).status, 302);
  EXPECT_EQ(parse_cgi_head("Status: 0x\r\n\r\n", false).status, 200);
  EXPECT_EQ(parse_cgi_head("Content-type: a\r\n", false).status, 0);
  EXPECT_EQ(parse_cgi_head("Content-type: a\r\n", true).status, 200);
  EXPECT_EQ(parse_cgi_head("A: b\r\n\r\nbody", false).bytes, 8U);
}

}  // namespace
}  // namespace obi::protocol::fastcgi
