// SPDX-License-Identifier: Apache-2.0
#include "protocol/sunrpc/message.hpp"

#include <gtest/gtest.h>

#include "protocol/sunrpc/conversation_fixture.hpp"
#include "protocol/sunrpc/names.hpp"

namespace obi::protocol::sunrpc {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(SunrpcMessage, AMarkHasALengthAndSaysIfMoreFollows) {
  const auto last = parse_mark(bytes_of(word(0x80000018)));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->length, 24U);
  EXPECT_TRUE(last->is_last);
  EXPECT_FALSE(parse_mark(bytes_of(word(24)))->is_last);
  EXPECT_EQ(parse_mark(bytes_of("abc")).error(), ParseError::Truncated);
  EXPECT_EQ(parse_mark(bytes_of(word(0x7fffffff))).error(), ParseError::Malformed);
}

TEST(SunrpcMessage, ACallNamesItsProcedure) {
  const auto call = parse_call(bytes_of(call_front(7, 100003, 3, 6) + "arguments"));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->xid, 7U);
  EXPECT_EQ(call->program, 100003U);
  EXPECT_EQ(call->version, 3U);
  EXPECT_EQ(call->procedure, 6U);
  EXPECT_EQ(call->auth_flavor, 1U);
}

TEST(SunrpcMessage, EveryPrefixOfAFrontIsTruncated) {
  const std::string front = call_front(7, 100003, 3, 6);
  for (std::size_t size = 0; size < front.size(); ++size)
    EXPECT_EQ(parse_call(bytes_of(front.substr(0, size))).error(), ParseError::Truncated) << size;
  const std::string done = words({7, 1, 0, 0, 0, 0});
  for (std::size_t size = 0; size < done.size(); ++size)
    EXPECT_EQ(parse_reply(bytes_of(done.substr(0, size))).error(), ParseError::Truncated) << size;
}

TEST(SunrpcMessage, WhatHasAnotherValueInAFixedPlaceIsNoCall) {
  const std::uint32_t huge = 0x80000000;
  for (const auto& text : {words({7, 1, 2, 100003, 3, 6, 0, 0, 0, 0}),      // a reply
                           words({7, 0, 3, 100003, 3, 6, 0, 0, 0, 0}),      // RPC version 3
                           words({7, 0, 2, huge, 3, 6, 0, 0, 0, 0}),        // program
                           words({7, 0, 2, 100003, 3, huge, 0, 0, 0, 0}),   // procedure
                           words({7, 0, 2, 100003, 3, 6, 77, 0, 0, 0}),     // flavor
                           words({7, 0, 2, 100003, 3, 6, 1, 404, 0, 0}),    // credential too long
                           words({7, 0, 2, 100003, 3, 6, 0, 4, 0, 0, 0})})  // AUTH_NONE with body
    EXPECT_EQ(parse_call(bytes_of(text)).error(), ParseError::NotThisProtocol);
}

TEST(SunrpcMessage, TheStatusIsThatOfTheModel) {
  const auto status = [](std::initializer_list<std::uint32_t> reply) {
    return parse_reply(bytes_of(words(reply))).value_or(Reply{.status = -1}).status;
  };
  EXPECT_EQ(status({7, 1, 0, 0, 0, 0}), 0);
  EXPECT_EQ(status({7, 1, 0, 0, 0, 1}), 2);        // PROG_UNAVAIL
  EXPECT_EQ(status({7, 1, 0, 0, 0, 2, 2, 4}), 3);  // PROG_MISMATCH
  EXPECT_EQ(status({7, 1, 0, 0, 0, 5}), 6);        // SYSTEM_ERR
  EXPECT_EQ(status({7, 1, 1, 0, 2, 2}), 1);        // RPC_MISMATCH
  EXPECT_EQ(status({7, 1, 1, 1, 5}), 1);           // AUTH_ERROR
  EXPECT_EQ(status({7, 1, 0, 0, 0, 6}), -1);
  EXPECT_EQ(status({7, 1, 1, 2, 0, 0}), -1);
  EXPECT_EQ(status({7, 1, 2, 0, 0, 0}), -1);
}

TEST(SunrpcNames, KnownNumbersHaveTheirNames) {
  EXPECT_EQ(program_name(100000), "portmapper");
  EXPECT_EQ(program_name(400122), "nfs_cb");
  EXPECT_EQ(program_name(0x20000001), "");
  EXPECT_EQ(procedure_name(100000, 2, 3), "GETPORT");
  EXPECT_EQ(procedure_name(100000, 4, 3), "GETADDR");
  EXPECT_EQ(procedure_name(100003, 2, 17), "STATFS");
  EXPECT_EQ(procedure_name(100003, 3, 21), "COMMIT");
  EXPECT_EQ(procedure_name(100003, 4, 1), "COMPOUND");
  EXPECT_EQ(procedure_name(100003, 5, 1), "");
  EXPECT_EQ(procedure_name(100021, 4, 22), "NM_LOCK");
  EXPECT_EQ(procedure_name(100021, 4, 18), "");
  EXPECT_EQ(procedure_name(0x20000001, 1, 0), "NULL");
  EXPECT_EQ(auth_flavor_name(6), "rpcsec_gss");
  EXPECT_EQ(auth_flavor_name(390003), "");
}

}  // namespace
}  // namespace obi::protocol::sunrpc
