// SPDX-License-Identifier: Apache-2.0
#include "capture/redaction.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "bpf/shared/segment.h"

namespace obi::capture {
namespace {

std::string redacted(std::string text) {
  redact_payload(text);
  return text;
}

TEST(Redaction, KeepsWhatFramesARequestAndHidesTheRest) {
  EXPECT_EQ(
      redacted("POST /pay?card=4111 HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer s3cret\r\n"
               "Content-Length: 6\r\n\r\nsecret"),
      "POST /pay?xxxxxxxxx HTTP/1.1\r\nHost: shop\r\nAuthorization:xxxxxxxxxxxxxx\r\n"
      "Content-Length: 6\r\n\r\nxxxxxx");
}

TEST(Redaction, KeepsTheEndMarkOfAChunkedBody) {
  EXPECT_EQ(redacted("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: "
                     "a=b\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
            "chunked\r\nSet-Cookie:xxxx\r\n\r\nxxxxxx\r\n0\r\n\r\n");
}

TEST(Redaction, HidesPayloadThatIsNoHttpHeadEntirely) {
  EXPECT_EQ(redacted("AUTH hunter2\r\n"), "xxxxxxxxxxxxxx");
  EXPECT_EQ(redacted("GET secret without version\r\n"), std::string(28, 'x'));
}

TEST(Redaction, CoversEveryPipelinedHead) {
  EXPECT_EQ(redacted("GET /a HTTP/1.1\r\nCookie: k\r\n\r\nGET /b HTTP/1.1\r\nCookie: k\r\n\r\n"),
            "GET /a HTTP/1.1\r\nCookie:xx\r\n\r\nGET /b HTTP/1.1\r\nCookie:xx\r\n\r\n");
}

TEST(Redaction, LeavesTheContextBehindThePayload) {
  obi_segment segment{};
  segment.header.type = OBI_EVENT_SEGMENT;
  segment.captured_bytes = 6;
  segment.flags = OBI_SEGMENT_HAS_CONTEXT;
  const obi_segment_context context{.async_id = 7, .trace_id = {1}, .span_id = {2}};
  std::vector<std::byte> record(sizeof(segment) + 6 + sizeof(context));
  std::memcpy(record.data(), &segment, sizeof(segment));
  std::memcpy(record.data() + sizeof(segment), "secret", 6);
  std::memcpy(record.data() + sizeof(segment) + 6, &context, sizeof(context));
  redact_record(record);
  EXPECT_EQ(std::memcmp(record.data() + sizeof(segment), "xxxxxx", 6), 0);
  EXPECT_EQ(std::memcmp(record.data() + sizeof(segment) + 6, &context, sizeof(context)), 0);
}

TEST(Redaction, HidesAHeaderThatIsCutInsideItsName) {
  EXPECT_EQ(redacted("GET /a HTTP/1.1\r\nCoo"), "GET /a HTTP/1.1\r\nxxx");
}

}  // namespace
}  // namespace obi::capture
