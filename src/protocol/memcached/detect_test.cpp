// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/memcached/conversation.hpp"
#include "protocol/memcached/wire_fixture.hpp"

namespace obi::protocol::memcached {
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

TEST(MemcachedDetect, ACommandNeedsAnAnswerThatFits) {
  EXPECT_EQ(match("get k\r\n", ""), Match::kMaybe);
  EXPECT_EQ(match("get k\r\n", "VA"), Match::kMaybe);
  EXPECT_EQ(match("get k\r\n", "VALUE k 0 1\r\nx"), Match::kYes);
  EXPECT_EQ(match("get k\r\n", "END\r\n", true), Match::kYes);
  EXPECT_EQ(match("mg k v\r\n", "EN\r\n"), Match::kYes);
  EXPECT_EQ(match("version\r\n", "VERSION 1.6\r\n"), Match::kYes);
  EXPECT_EQ(match("get k\r\n", "STORED\r\n"), Match::kNo);
  EXPECT_EQ(match("get k\r\n", "$-1\r\n"), Match::kNo);  // Redis
}

TEST(MemcachedDetect, AStoreWithItsDataIsProof) {
  EXPECT_EQ(match("set k 0 0 3 noreply\r\nabc\r\n", ""), Match::kYes);
  EXPECT_EQ(match("set k 0 0 3\r\nab", ""), Match::kMaybe);
  EXPECT_EQ(match("set k 0 0 3\r\nabcde", ""), Match::kNo);
  EXPECT_EQ(match("set k 0 0 100000\r\nabcde", "STORED\r\n"), Match::kYes);
}

TEST(MemcachedDetect, AStartIsNoProof) {
  for (const std::string_view cut : {"g", "get", "get k", "set k 0 0 3"})
    EXPECT_EQ(match(cut, ""), Match::kMaybe) << cut;
  for (const std::string_view other : {"gx", "GET / HTTP/1.1", "EHLO", "\x16\x03\x01", "x y"})
    EXPECT_EQ(match(other, ""), Match::kNo) << other;
}

TEST(MemcachedDetect, AWordAndAWordAreNoProof) {
  EXPECT_EQ(match("flush_all\r\n", "OK\r\n"), Match::kNo);
  EXPECT_EQ(match("stats\r\n", "OK 923\r\n---\r\n"), Match::kNo);  // beanstalkd
  EXPECT_EQ(match("stats\r\n", "END\r\n"), Match::kNo);
  EXPECT_EQ(match("quit\r\n", "ERROR\r\n"), Match::kNo);
  EXPECT_EQ(match("get k\r\n", "ERROR\r\n"), Match::kNo);
  EXPECT_EQ(match("delete 1\r\n", "DELETED\r\n", true), Match::kNo);  // beanstalkd
  EXPECT_EQ(match("delete k\r\n", "DELETED\r\n"), Match::kYes);
  EXPECT_EQ(match("stats\r\n", "STAT pid 1\r\n"), Match::kYes);
}

TEST(MemcachedDetect, OtherProtocolsAreNone) {
  EXPECT_EQ(match("quit\r\n", "+OK\r\n", true), Match::kNo);
  EXPECT_EQ(match("stats\r\n", "END\r\n", false, true), Match::kNo);
  EXPECT_EQ(match("", "END\r\n"), Match::kNo);
  EXPECT_EQ(match("PING\r\n", "PONG\r\n"), Match::kNo);
}

TEST(MemcachedDetect, ABinaryRequestOfItsOwnIsProof) {
  EXPECT_EQ(match(request(0, {.key = "k"}), ""), Match::kYes);
  EXPECT_EQ(match(request(0, {.key = "k"}), "", true), Match::kMaybe);
  EXPECT_EQ(match(request(0, {.key = "k"}), response(0), true), Match::kYes);
  EXPECT_EQ(match(request(0, {.key = "k"}), response(1), true), Match::kNo);
  EXPECT_EQ(match(request(0x20), ""), Match::kMaybe);
  EXPECT_EQ(match(request(0x20) + request(0x0b), ""), Match::kYes);
  EXPECT_EQ(match(request(0x1f, {.key = "libcouchbase"}), ""), Match::kNo);
  EXPECT_EQ(match(request(0, {.key = "k", .status = 7}), ""), Match::kNo);  // a vbucket
}

}  // namespace
}  // namespace obi::protocol::memcached
