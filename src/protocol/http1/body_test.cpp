// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::protocol::http1 {
namespace {

Body begun(Framing framing, std::uint64_t length = 0) {
  Body body;
  body.begin(framing, length);
  return body;
}

TEST(Http1Body, ALengthIsTakenExactly) {
  Body body = begun(Framing::kLength, 5);
  EXPECT_EQ(body.take("abc"), 3U);
  EXPECT_FALSE(body.is_done());
  EXPECT_EQ(body.take("deGET"), 2U);
  EXPECT_TRUE(body.is_done());
  EXPECT_EQ(body.payload_bytes(), 5U);
  EXPECT_EQ(body.skip(4), 0U);
}

TEST(Http1Body, NoneAndLengthZeroAreDoneAtOnce) {
  EXPECT_TRUE(begun(Framing::kNone).is_done());
  EXPECT_TRUE(begun(Framing::kLength, 0).is_done());
}

TEST(Http1Body, ChunksEndWithTheirTrailer) {
  const std::string chunks =
      "4;name=\"v\"\r\nabcd\r\n00A \r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\n";
  for (std::size_t split = 0; split <= chunks.size(); ++split) {
    Body body = begun(Framing::kChunked);
    const std::string text = chunks + "HTTP/1.1";
    std::size_t taken = body.take(text.substr(0, split));
    EXPECT_EQ(taken, split);
    EXPECT_EQ(body.is_done(), split == chunks.size());
    taken += body.take(text.substr(split));
    EXPECT_EQ(taken, chunks.size()) << split;
    EXPECT_TRUE(body.is_done()) << split;
    EXPECT_EQ(body.payload_bytes(), 14U) << split;
  }
}

TEST(Http1Body, BrokenChunkFramingIsLost) {
  for (const char* text : {"x\r\n", "\r\n", "-1\r\n", "1234567890123456\r\n", "1\r\nab\r\n"}) {
    Body body = begun(Framing::kChunked);
    EXPECT_EQ(body.take(text), std::string_view(text).size());
    EXPECT_TRUE(body.is_lost()) << text;
  }
}

TEST(Http1Body, AChunkCanBeSkippedUpToItsEnd) {
  for (const std::uint64_t missing : {5U, 6U, 8U}) {
    Body body = begun(Framing::kChunked);
    body.take("8\r\nab");
    EXPECT_EQ(body.skip(missing), missing);
    EXPECT_FALSE(body.is_lost()) << missing;
    body.take(std::string("cdefgh\r\n").substr(missing) + "0\r\n\r\n");
    EXPECT_TRUE(body.is_done()) << missing;
    EXPECT_EQ(body.payload_bytes(), 8U) << missing;
  }
  Body body = begun(Framing::kChunked);
  body.take("8\r\nab");
  EXPECT_EQ(body.skip(7), 7U);  // stops inside the line end, as a shorter one would
  EXPECT_TRUE(body.is_lost());
}

TEST(Http1Body, ASkippedLengthShowsWhatLiesBehind) {
  Body body = begun(Framing::kLength, 10);
  EXPECT_EQ(body.skip(25), 10U);
  EXPECT_TRUE(body.is_done());
}

TEST(Http1Body, OnlyWhatMayBeChunkedEndsLikeIt) {
  Body chunked = begun(Framing::kChunked);
  EXPECT_FALSE(chunked.is_lost_end("0\r\n\r\n"));
  chunked.lose();
  EXPECT_TRUE(chunked.is_lost_end("0\r\n\r\n"));
  EXPECT_TRUE(chunked.is_lost_end("abc\r\n0\r\n\r\n"));
  EXPECT_FALSE(chunked.is_lost_end("abc0\r\n\r\n"));
  EXPECT_TRUE(begun(Framing::kUnknown).is_lost_end("0\r\n\r\n"));
  Body counted = begun(Framing::kLength, 9);
  counted.lose();
  EXPECT_FALSE(counted.is_lost_end("0\r\n\r\n"));
}

TEST(Http1Body, OneThatEndsWithItsStreamCannotBeLost) {
  Body body = begun(Framing::kUntilClose);
  body.lose();
  EXPECT_FALSE(body.is_lost());
  EXPECT_EQ(body.take("abc") + body.skip(4), 7U);
  EXPECT_EQ(body.payload_bytes(), 7U);
}

}  // namespace
}  // namespace obi::protocol::http1
