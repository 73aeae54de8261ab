// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/memcached/conversation.hpp"
#include "protocol/memcached/wire_fixture.hpp"

namespace obi::protocol::memcached {
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

TEST(MemcachedJudge, ACommandNeedsAnAnswerThatFits) {
  EXPECT_EQ(verdict("get k\r\n", ""), Verdict::kMaybe);
  EXPECT_EQ(verdict("get k\r\n", "VA"), Verdict::kMaybe);
  EXPECT_EQ(verdict("get k\r\n", "VALUE k 0 1\r\nx"), Verdict::kYes);
  EXPECT_EQ(verdict("get k\r\n", "END\r\n", true), Verdict::kYes);
  EXPECT_EQ(verdict("mg k v\r\n", "EN\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("version\r\n", "VERSION 1.6\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("get k\r\n", "STORED\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("get k\r\n", "$-1\r\n"), Verdict::kNo);  // Redis
}

TEST(MemcachedJudge, AStoreWithItsDataIsProof) {
  EXPECT_EQ(verdict("set k 0 0 3 noreply\r\nabc\r\n", ""), Verdict::kYes);
  EXPECT_EQ(verdict("set k 0 0 3\r\nab", ""), Verdict::kMaybe);
  EXPECT_EQ(verdict("set k 0 0 3\r\nabcde", ""), Verdict::kNo);
  EXPECT_EQ(verdict("set k 0 0 100000\r\nabcde", "STORED\r\n"), Verdict::kYes);
}

TEST(MemcachedJudge, AStartIsNoProof) {
  for (const std::string_view cut : {"g", "get", "get k", "set k 0 0 3"})
    EXPECT_EQ(verdict(cut, ""), Verdict::kMaybe) << cut;
  for (const std::string_view other : {"gx", "GET / HTTP/1.1", "EHLO", "\x16\x03\x01", "x y"})
    EXPECT_EQ(verdict(other, ""), Verdict::kNo) << other;
}

TEST(MemcachedJudge, AWordAndAWordAreNoProof) {
  EXPECT_EQ(verdict("flush_all\r\n", "OK\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("stats\r\n", "OK 923\r\n---\r\n"), Verdict::kNo);  // beanstalkd
  EXPECT_EQ(verdict("stats\r\n", "END\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("quit\r\n", "ERROR\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("get k\r\n", "ERROR\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("delete 1\r\n", "DELETED\r\n", true), Verdict::kNo);  // beanstalkd
  EXPECT_EQ(verdict("delete k\r\n", "DELETED\r\n"), Verdict::kYes);
  EXPECT_EQ(verdict("stats\r\n", "STAT pid 1\r\n"), Verdict::kYes);
}

TEST(MemcachedJudge, OtherProtocolsAreNone) {
  EXPECT_EQ(verdict("quit\r\n", "+OK\r\n", true), Verdict::kNo);
  EXPECT_EQ(verdict("stats\r\n", "END\r\n", false, true), Verdict::kNo);
  EXPECT_EQ(verdict("", "END\r\n"), Verdict::kNo);
  EXPECT_EQ(verdict("PING\r\n", "PONG\r\n"), Verdict::kNo);
}

TEST(MemcachedJudge, ABinaryRequestOfItsOwnIsProof) {
  EXPECT_EQ(verdict(request(0, {.key = "k"}), ""), Verdict::kYes);
  EXPECT_EQ(verdict(request(0, {.key = "k"}), "", true), Verdict::kMaybe);
  EXPECT_EQ(verdict(request(0, {.key = "k"}), response(0), true), Verdict::kYes);
  EXPECT_EQ(verdict(request(0, {.key = "k"}), response(1), true), Verdict::kNo);
  EXPECT_EQ(verdict(request(0x20), ""), Verdict::kMaybe);
  EXPECT_EQ(verdict(request(0x20) + request(0x0b), ""), Verdict::kYes);
  EXPECT_EQ(verdict(request(0x1f, {.key = "libcouchbase"}), ""), Verdict::kNo);
  EXPECT_EQ(verdict(request(0, {.key = "k", .status = 7}), ""), Verdict::kNo);  // a vbucket
}

}  // namespace
}  // namespace obi::protocol::memcached
