// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/packet.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/mssql/answer.hpp"
#include "protocol/mssql/packet_fixture.hpp"
#include "protocol/mssql/rpc.hpp"

namespace obi::protocol::mssql {
namespace {

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(MssqlPacket, HeaderIsCheckedInEachField) {
  const std::string good = packet(1, "x");
  EXPECT_EQ(parse_header(bytes_of(good))->length, 9);
  EXPECT_TRUE(parse_header(bytes_of(good))->is_last);
  EXPECT_EQ(parse_header(bytes_of(good).first(7)).error(), ParseError::Truncated);
  for (const auto& [at, byte] :
       {std::pair(0, '\2'), {1, '\x40'}, {2, '\x80'}, {3, '\7'}, {7, '\1'}}) {
    std::string bad = good;
    bad[static_cast<std::size_t>(at)] = byte;
    EXPECT_FALSE(parse_header(bytes_of(bad))) << at;
  }
}

TEST(MssqlPacket, PreloginReportsEncryption) {
  for (const int encryption : {0, 1, 2, 3}) {
    const std::string text = prelogin(encryption);
    EXPECT_TRUE(is_prelogin(bytes_of(text)));
    EXPECT_EQ(static_cast<int>(*parse_prelogin(bytes_of(text))), encryption);
    for (std::size_t length = 0; length < text.size(); ++length)
      EXPECT_FALSE(is_prelogin(bytes_of(text).first(length))) << length;
  }
}

TEST(MssqlPacket, LoginReportsDatabase) {
  const std::string text = login();
  const Bytes payload = bytes_of(text).subspan(kHeaderBytes);
  EXPECT_TRUE(is_login(payload, payload.size()));
  EXPECT_FALSE(is_login(payload, payload.size() + 1));
  EXPECT_EQ(text_of(database_of_login(payload)), wide("shop"));
  for (std::size_t length = 0; length < payload.size(); ++length)
    EXPECT_TRUE(database_of_login(payload.first(length)).empty()) << length;
}

TEST(MssqlPacket, HeadersOfRequestsAreSkippedWhereThereAreAny) {
  const std::string text = all_headers() + wide("SELECT");
  EXPECT_EQ(headers_bytes(bytes_of(text)), 22U);
  const std::string without = wide("SELECT 1");
  EXPECT_EQ(headers_bytes(bytes_of(without)), 0U);
  EXPECT_EQ(headers_bytes(bytes_of(text).first(20)), 0U);
}

TEST(MssqlPacket, TextBecomesUtf8) {
  const auto converted = [](std::string_view utf16, std::size_t most = 100) {
    std::string text;
    append_utf8(bytes_of(utf16), text, most);
    return text;
  };
  using std::string_literals::operator""s;
  EXPECT_EQ(converted(wide("abc")), "abc");
  EXPECT_EQ(converted("\xe9\0\xac\x20\x3d\xd8\0\xde"s), "é€😀");
  EXPECT_EQ(converted("\x3d\xd8"s + wide("a")), "");  // half a pair takes what follows with it
  EXPECT_EQ(converted("\0\xde"s + wide("a")), "a");
  EXPECT_EQ(converted(wide("abcdefgh"), 6), "abc");
}

TEST(MssqlRpc, CallsAreRead) {
  const auto parsed = [](const std::string& text) {
    return parse_call(bytes_of(text).subspan(kHeaderBytes + 22));
  };
  const std::string executed = call(10, nvarchar("SELECT 1") + nvarchar("@a int") + number(4));
  EXPECT_EQ(text_of(parsed(executed)->text), wide("SELECT 1"));
  EXPECT_EQ(parsed(executed)->purpose, Purpose::kExecuteText);
  const std::string by_handle = call(12, number(0x12345678));
  EXPECT_EQ(parsed(by_handle)->handle, 0x12345678U);
  const std::string other = call("dbo.Proc", number(4));
  EXPECT_EQ(parsed(other)->purpose, Purpose::kOther);
  EXPECT_EQ(text_of(parsed(other)->name), wide("dbo.Proc"));
  // Cut anywhere, nothing that wasn't there is read.
  const Bytes payload = bytes_of(executed).subspan(kHeaderBytes + 22);
  for (std::size_t length = 0; length < payload.size(); ++length) {
    const auto cut = parse_call(payload.first(length));
    const std::string_view text = cut ? text_of(cut->text) : std::string_view{};
    EXPECT_TRUE(wide("SELECT 1").starts_with(text)) << length;
  }
}

TEST(MssqlRpc, ParametersBeforeTheStatementMayBeOfAnyType) {
  using std::string_literals::operator""s;
  for (const std::string& first :
       {"\0\0\x38"s + little(4, 4), "\0\0\x7f"s + little(4, 8), "\0\0\x24\x10\0"s,
        "\0\0\x6a\x11\x12\2\5\1"s + little(7, 4), "\0\0\xa5"s + little(8, 2) + little(2, 2) + "ab",
        "\0\0\x1f"s, "\2"s + wide("@a") + "\0\x26\4\4"s + little(4, 4)}) {
    const std::string text = call(2, first + nvarchar("SELECT 1"));
    const auto parsed = parse_call(bytes_of(text).subspan(kHeaderBytes + 22));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(text_of(parsed->text), wide("SELECT 1"));
  }
}

TEST(MssqlAnswer, AnErrorsLengthsMustFit) {
  const std::string text = error_token(208, "missing");
  std::size_t size = 0;
  EXPECT_EQ(parse_error(bytes_of(text).subspan(1), size)->number, 208U);
  EXPECT_EQ(size, text.size() - 1);
  for (std::size_t length = 0; length < text.size() - 1; ++length)
    EXPECT_FALSE(parse_error(bytes_of(text).subspan(1, length), size)) << length;
  std::string longer = text;
  ++longer[1];
  EXPECT_FALSE(parse_error(bytes_of(longer + "xx").subspan(1), size));
}

}  // namespace
}  // namespace obi::protocol::mssql
