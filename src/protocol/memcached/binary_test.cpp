// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/memcached/opcode.hpp"
#include "protocol/memcached/wire_fixture.hpp"

namespace obi::protocol::memcached {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(MemcachedFrame, PrefixesAreTruncatedAndLengthsMustAgree) {
  const std::string bytes = request(1, {.extras = kStoreExtras, .key = "key", .value = "value"});
  const auto all = std::as_bytes(std::span(bytes));
  const auto whole = parse_frame(all);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size(), bytes.size());
  EXPECT_EQ(key_of(*whole, all), "key");
  EXPECT_EQ(value_of(*whole, all), "value");
  EXPECT_EQ(key_of(*whole, all.first(34)), "ke");
  EXPECT_EQ(value_of(*whole, all.first(30)), "");
  for (std::size_t size = 0; size < kFrameHeaderBytes; ++size)
    EXPECT_EQ(parse_frame(all.first(size)).error(), ParseError::Truncated);
  std::string wrong = bytes;
  wrong[11] = 3;  // a body that is shorter than its parts
  EXPECT_EQ(parse_frame(std::as_bytes(std::span(wrong))).error(), ParseError::Malformed);
  EXPECT_EQ(parse_frame(std::as_bytes(std::span("get a\r\n"))).error(),
            ParseError::NotThisProtocol);
}

TEST(MemcachedFrame, FlexibleFramingHasAShortKeyLength) {
  const std::string bytes =
      frame(Frame::kFlexibleRequest, 0, {.key = "key", .opaque = 5, .frame_extras = "abcd"});
  const auto parsed = parse_frame(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->opaque, 5U);
  EXPECT_EQ(key_of(*parsed, std::as_bytes(std::span(bytes))), "key");
}

struct Case {
  std::uint8_t opcode;
  Parts request;
  Parts response;
  std::string_view reported;
};

const Case kCases[] = {
    {0x00, {.key = "k"}, {.extras = "1234", .value = "x"}, "GET  0 text=[k]"},
    {0x00, {.key = "k"}, {.value = "Not found", .status = 1}, "GET  0 text=[k]"},
    {0x0c, {.key = "k"}, {.extras = "1234", .key = "k", .value = "x"}, "GET  0 text=[k]"},
    {0x01, {.extras = kStoreExtras, .key = "k", .value = "secret"}, {}, "SET  0 text=[k]"},
    {0x01,
     {.extras = kStoreExtras, .key = "k"},
     {.value = "Too large", .status = 3},
     "SET  1 code=[SERVER_ERROR] text=[k]"},
    {0x02, {.extras = kStoreExtras, .key = "k"}, {.status = 2}, "ADD  0 text=[k]"},
    {0x03, {.extras = kStoreExtras, .key = "k"}, {}, "REPLACE  0 text=[k]"},
    {0x04, {.key = "k"}, {}, "DELETE  0 text=[k]"},
    {0x05, {.extras = kCountExtras, .key = "k"}, {.value = "12345678"}, "INCR  0 text=[k]"},
    {0x06,
     {.extras = kCountExtras, .key = "k"},
     {.status = 6},
     "DECR  1 code=[CLIENT_ERROR] text=[k]"},
    {0x07, {}, {}, "QUIT  0"},
    {0x08, {}, {}, "FLUSH_ALL  0"},
    {0x0b, {}, {.value = "1.6.18"}, "VERSION  0"},
    {0x0b, {}, {.status = 0x81}, "VERSION  1 code=[ERROR]"},
    {0x0e, {.key = "k", .value = "x"}, {}, "APPEND  0 text=[k]"},
    {0x0f, {.key = "k", .value = "x"}, {.status = 5}, "PREPEND  0 text=[k]"},
    {0x1b, {.extras = "1234"}, {}, "VERBOSITY  0"},
    {0x1c, {.extras = "1234", .key = "k"}, {}, "TOUCH  0 text=[k]"},
    {0x1d, {.extras = "1234", .key = "k"}, {.extras = "1234", .value = "x"}, "GAT  0 text=[k]"},
};

TEST(MemcachedBinary, EachOperationIsASpan) {
  for (const Case& each : kCases) {
    Talk talk("memcached");
    talk.client(request(each.opcode, each.request));
    talk.server(response(each.opcode, each.response));
    EXPECT_THAT(talk.reported(), ElementsAre(each.reported)) << int{each.opcode};
  }
}

TEST(MemcachedBinary, QuietOnesMayBePassedOver) {
  Talk talk("memcached");
  talk.client(request(0x0d, {.key = "a", .opaque = 1}) + request(0x0d, {.key = "b", .opaque = 2}) +
              request(0x11, {.extras = kStoreExtras, .key = "c", .opaque = 3}) +
              request(0x11, {.extras = kStoreExtras, .key = "d", .opaque = 4}) +
              request(0x0a, {.opaque = 5}));
  talk.server(response(0x0d, {.extras = "1234", .value = "x", .opaque = 2}) +
              response(0x11, {.value = "Too large", .opaque = 4, .status = 3}) +
              response(0x0a, {.opaque = 5}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[a]", "GET  0 text=[b]", "SET  0 text=[c]",
                                           "SET  1 code=[SERVER_ERROR] text=[d]"));
}

TEST(MemcachedBinary, StatisticsEndWithAnEmptyAnswer) {
  Talk talk("memcached");
  talk.client(request(0x10));
  talk.server(response(0x10, {.key = "pid", .value = "1"}));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(response(0x10));
  EXPECT_THAT(talk.reported(), ElementsAre("STATS  0"));
}

TEST(MemcachedBinary, CredentialsAreNotKept) {
  Talk talk("memcached");
  talk.client(request(0x21, {.key = "PLAIN", .value = std::string_view("\0user\0secret", 12)}));
  talk.server(response(0x21, {.value = "Authenticated"}));
  talk.client(request(0x0b));
  talk.server(response(0x0b, {.value = "1.6.18"}));
  EXPECT_THAT(talk.reported(), ElementsAre("VERSION  0"));
}

TEST(MemcachedBinary, AnAnswerWithoutRequestEndsThePairing) {
  Talk talk("memcached");
  talk.client(request(0x00, {.key = "a", .opaque = 1}));
  talk.server(response(0x00, {.value = "x", .opaque = 9}));
  talk.client(request(0x00, {.key = "b", .opaque = 2}));
  talk.server(response(0x00, {.value = "x", .opaque = 2}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[b]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(MemcachedBinary, ManyQuietOnesInARowAreNoOverflow) {
  Talk talk("memcached");
  for (int i = 0; i < 10'000; ++i)
    talk.client(request(0x11, {.extras = kStoreExtras, .key = "c", .opaque = 3}));
  talk.close();
  EXPECT_EQ(talk.sink.spans.size(), 10'000U);
}

TEST(MemcachedBinary, RobustAgainstAnything) {
  expect_robust(
      "memcached",
      {{false, request(0x21, {.key = "PLAIN", .value = "secret"})},
       {true, response(0x21)},
       {false, request(0x0d, {.key = "a", .opaque = 1}) +
                   request(0x01, {.extras = kStoreExtras, .key = "b", .value = "xyz"})},
       {true, response(0x0d, {.extras = "1234", .value = "x", .opaque = 1}) + response(1)},
       {false, request(0x10)},
       {true, response(0x10, {.key = "pid", .value = "1"}) + response(0x10)}});
}

}  // namespace
}  // namespace obi::protocol::memcached
