// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/packet.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/mysql/packet_fixture.hpp"

namespace obi::protocol::mysql {
namespace {

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
Bytes payload_of(std::string_view text) { return bytes_of(text).subspan(kHeaderBytes); }

TEST(MysqlPacket, GreetingReportsCapabilities) {
  const std::string text = greeting(0x81bff7ff);
  EXPECT_EQ(parse_greeting(payload_of(text))->capabilities, 0x81bff7ffU);
}

TEST(MysqlPacket, AGreetingCutShortIsTruncated) {
  const std::string text = greeting();
  for (std::size_t length = 1; length < 7 + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10; ++length) {
    const auto cut = parse_greeting(payload_of(text).first(length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error(), ParseError::Truncated) << length;
  }
}

TEST(MysqlPacket, OtherGreetingsAreNone) {
  EXPECT_FALSE(parse_greeting(bytes_of("220 mail.example.com ESMTP ready, and quite a bit more")));
  EXPECT_FALSE(parse_greeting(payload_of(greeting(kServerCapabilities, "8.0\x01"))));
  EXPECT_FALSE(parse_greeting(payload_of(greeting(kServerCapabilities & ~kCapProtocol41))));
}

TEST(MysqlPacket, HandshakeResponseReportsDatabase) {
  EXPECT_EQ(parse_handshake_response(payload_of(login()))->database, "shop");
  EXPECT_EQ(
      parse_handshake_response(payload_of(login(kUsualCapabilities | kCapLenencAuth)))->database,
      "shop");
  EXPECT_EQ(parse_handshake_response(payload_of(login(kUsualCapabilities & ~kCapConnectWithDb)))
                ->database,
            "");
  EXPECT_FALSE(parse_handshake_response(payload_of(login()).first(31)));
}

TEST(MysqlPacket, AnOldHandshakeResponseReportsDatabase) {
  const std::string text =
      little(kCapConnectWithDb, 2) + little(0, 3) + "alice" + '\0' + "scramble" + '\0' + "shop";
  EXPECT_EQ(parse_handshake_response(bytes_of(text))->database, "shop");
}

TEST(MysqlPacket, AHandshakeResponseThatEndsEarlyStartsTls) {
  const std::string text = login(kUsualCapabilities | kCapSsl);
  EXPECT_TRUE(parse_handshake_response(payload_of(text).first(32))->starts_tls);
  EXPECT_FALSE(parse_handshake_response(payload_of(text))->starts_tls);
}

TEST(MysqlPacket, ErrorHasCodeStateAndMessage) {
  const std::string whole = error(1, 1146, "42S02", "no such table");
  const auto full = parse_error(payload_of(whole));
  EXPECT_EQ(full->code, 1146);
  EXPECT_EQ(full->sql_state, "42S02");
  EXPECT_EQ(full->message, "no such table");
  const std::string before_login = packet(0, "\xff\x10\x04Too many connections");
  const auto early = parse_error(payload_of(before_login));
  EXPECT_EQ(early->code, 1040);
  EXPECT_EQ(early->sql_state, "");
  EXPECT_EQ(early->message, "Too many connections");
}

TEST(MysqlPacket, StatusIsWhereTheKindOfPacketHasIt) {
  EXPECT_EQ(status_of(payload_of(eof(1, 0x22)), 5), 0x22);
  EXPECT_EQ(status_of(payload_of(ok(1, 0x0a)), 7), 0x0a);
  EXPECT_EQ(status_of(payload_of(end_ok(1, 0x40)), 7), 0x40);
  const std::string many =
      "\xfe" + std::string("\xfc\x10\x20\x05", 4) + little(0x0b, 2) + little(0, 2);
  EXPECT_EQ(status_of(bytes_of(many), many.size()), 0x0b);
}

TEST(MysqlPacket, QueryAttributesAreSkipped) {
  using std::string_literals::operator""s;
  const std::string none = "\x03\x00\x01SELECT 1"s;
  EXPECT_EQ(query_text(bytes_of(none), true), "SELECT 1");
  EXPECT_EQ(query_text(bytes_of(none), std::nullopt), "SELECT 1");
  EXPECT_EQ(query_text(bytes_of("\x03SELECT 1"), std::nullopt), "SELECT 1");
  // A string, a 64-bit number and a NULL.
  const std::string some = "\x03\x03\x01\x04\x01"s + "\xfd\x00\x03one"s + "\x08\x00\x03two"s +
                           "\x06\x00\x05three"s + "\x05value" + little(77, 8) + "SELECT 2";
  EXPECT_EQ(query_text(bytes_of(some), true), "SELECT 2");
  EXPECT_EQ(query_text(bytes_of(some), std::nullopt), "SELECT 2");
  for (std::size_t length = 0; length < some.size() - 8; ++length)
    EXPECT_EQ(query_text(bytes_of(some).first(length), true), "") << length;
}

TEST(MysqlPacket, UseNamesADatabase) {
  EXPECT_EQ(database_of_use("USE shop"), "shop");
  EXPECT_EQ(database_of_use(" use `my shop` "), "my shop");
  EXPECT_EQ(database_of_use("USE`shop`"), "shop");
  EXPECT_EQ(database_of_use("use shop;"), "shop");
  EXPECT_EQ(database_of_use("USER shop"), "");
  EXPECT_EQ(database_of_use("SELECT 1"), "");
}

TEST(MysqlPacket, TheLastBytesOfAResultSetAreKnown) {
  EXPECT_TRUE(ends_result(bytes_of(result(3))));
  EXPECT_TRUE(ends_result(bytes_of(result(3, true))));
  EXPECT_FALSE(ends_result(bytes_of(result(3, false, kMoreResultsExist))));
  EXPECT_FALSE(ends_result(bytes_of(result(3, true, kMoreResultsExist))));
  EXPECT_FALSE(ends_result(bytes_of(row(3, "some text"))));
  EXPECT_FALSE(ends_result(bytes_of(eof(2)).last(7)));
}

}  // namespace
}  // namespace obi::protocol::mysql
