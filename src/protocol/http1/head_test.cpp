// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/http1/methods.hpp"

namespace obi::protocol::http1 {
namespace {

constexpr std::string_view kRequest =
    "POST /a%20b?c=d HTTP/1.1\r\nHost: \t shop:81 \r\nX-Other: :\r\n folded\r\n"
    "content-LENGTH:12\r\nTraceparent: 00-ab\r\nExpect: 100-continue\r\n\r\n";
constexpr std::string_view kResponse =
    "HTTP/1.0 404 Not  Found\r\nServer: s\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";

TEST(Http1Head, ARequestGivesItsFields) {
  RequestHead head;
  const std::string text = std::string(kRequest) + "body";
  const auto size = parse_request(text, head);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, kRequest.size());
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/a%20b?c=d");
  EXPECT_EQ(head.fields.host, "shop:81");
  EXPECT_EQ(head.fields.content_length, 12U);
  EXPECT_EQ(head.fields.traceparent, "00-ab");
  EXPECT_TRUE(head.fields.expects_continue);
  EXPECT_FALSE(head.fields.transfer_encoding);
}

TEST(Http1Head, AResponseGivesItsFields) {
  ResponseHead head;
  const auto size = parse_response(kResponse, head);
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, kResponse.size());
  EXPECT_EQ(head.status, 404);
  EXPECT_TRUE(head.fields.chunked);
  EXPECT_FALSE(head.fields.content_length);
}

TEST(Http1Head, EveryProperPrefixIsTruncated) {
  for (std::size_t length = 0; length < kRequest.size(); ++length) {
    RequestHead head;
    const auto size = parse_request(kRequest.substr(0, length), head);
    ASSERT_FALSE(size) << length;
    EXPECT_EQ(size.error(), ParseError::Truncated) << length;
    EXPECT_EQ(head.method.empty(), length <= kRequest.find('\n')) << length;
    if (length > 0) {
      EXPECT_TRUE(may_begin_request(kRequest.substr(0, length))) << length;
    }
  }
  for (std::size_t length = 0; length < kResponse.size(); ++length) {
    ResponseHead head;
    const auto size = parse_response(kResponse.substr(0, length), head);
    ASSERT_FALSE(size) << length;
    EXPECT_EQ(size.error(), ParseError::Truncated) << length;
    EXPECT_EQ(head.status != 0, length > kResponse.find('\n')) << length;
    EXPECT_EQ(may_begin_response(kResponse.substr(0, length)), length > 0) << length;
  }
}

TEST(Http1Head, WithAnyByteFlippedTheSizeStaysInside) {
  for (std::size_t at = 0; at < kRequest.size(); ++at) {
    for (unsigned flip = 1; flip < 256; flip <<= 1U) {
      std::string text(kRequest);
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ flip);
      RequestHead request;
      EXPECT_LE(parse_request(text, request).value_or(0), text.size());
      ResponseHead response;
      EXPECT_FALSE(parse_response(text, response));
    }
  }
}

TEST(Http1Head, OtherFirstLinesAreNotThisProtocol) {
  for (const char* text :
       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/\r\n\r\n",
        "GET / HTTP/.1\r\n\r\n", "GET / HTTP/1.1x\r\n\r\n", "GET / HTTP/123456789\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n",
        "OPTIONS sip:a SIP/2.0\r\n\r\n", "DESCRIBE rtsp://h/a RTSP/1.0\r\n\r\n",
        "REQMOD icap://h/a ICAP/1.0\r\n\r\n", "SOURCE /m ICE/1.0\r\n\r\n", "\r\n\r\n",
        "AMETHODTHATISFARTOOLONGFORANYTHING / HTTP/1.1\r\n\r\n"}) {
    RequestHead head;
    const auto size = parse_request(text, head);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error(), ParseError::NotThisProtocol) << text;
    EXPECT_FALSE(may_begin_request(text)) << text;
  }
  for (const char* text : {"HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
                           "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
                           "HTTP/1.1 -20\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1\r\n\r\n"}) {
    ResponseHead head;
    const auto size = parse_response(text, head);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error(), ParseError::NotThisProtocol) << text;
  }
}

TEST(Http1Head, AStatusLineNeedsNoReason) {
  ResponseHead head;
  EXPECT_TRUE(parse_response("HTTP/1.1 200\r\n\r\n", head));
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(parse_response("HTTP/1.1 599 \n\n", head));
  EXPECT_EQ(head.status, 599);
}

TEST(Http1Head, WhatServersRefuseByAnAnswerIsARequest) {
  for (const char* line :
       {"GET / HTTP/2.0", "GET / HTTP/3", "GET / HTTP/1.11", "GET / http/1.1", "GET / HTTP/0.9",
        "get / HTTP/1.1", "GET  /  HTTP/1.1", "GET / HTTP/1.1  ", "BREW /a b HTTP/1.1"}) {
    RequestHead head;
    const std::string text = std::string(line) + "\r\n\r\n";
    EXPECT_TRUE(parse_request(text, head)) << line;
    EXPECT_EQ(head.method.size() + head.target.size(), head.method == "BREW" ? 8U : 4U) << line;
    EXPECT_TRUE(begins_request(text)) << line;
  }
}

TEST(Http1Head, LengthsThatContradictThemselvesAreAmbiguous) {
  for (const char* fields :
       {"Content-Length: 1\r\ncontent-length: 2\r\n", "Content-Length: +1\r\n",
        "Content-Length: 0x1\r\n", "Content-Length: 1, 2\r\n", "Content-Length: 1,\r\n",
        "Content-Length:\r\n", "Content-Length: -1\r\n", "Content-Length: 18446744073709551615\r\n",
        "Content-Length: 18446744073709551616\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "Content-Length: 1\r\n\t2\r\n"}) {
    RequestHead head;
    const std::string text = std::string("GET / HTTP/1.1\r\n") + fields + "\r\n";
    EXPECT_EQ(parse_request(text, head).value_or(0), text.size()) << fields;
    EXPECT_TRUE(head.fields.ambiguous_length) << fields;
  }
}

TEST(Http1Head, TheLastTransferCodingCounts) {
  struct Case {
    const char* fields;
    bool coded, chunked;
  };
  for (const Case& one :
       {Case{"Transfer-Encoding: chunked, gzip\r\n", true, false},
        Case{"Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked\r\n", true, true},
        Case{"Transfer-Encoding: gzip , chunked,\r\n", true, true},
        Case{"Transfer-Encoding: chunkedx\r\n", true, false},
        Case{"Transfer-Encoding: identity\r\n", false, false},
        Case{"Transfer-Encoding:\r\n", false, false}}) {
    ResponseHead head;
    EXPECT_TRUE(parse_response(std::string("HTTP/1.1 200 OK\r\n") + one.fields + "\r\n", head));
    EXPECT_EQ(head.fields.transfer_encoding, one.coded) << one.fields;
    EXPECT_EQ(head.fields.chunked, one.chunked) << one.fields;
  }
}

TEST(Http1Head, HostsThatDifferAreNone) {
  RequestHead head;
  EXPECT_TRUE(parse_request("GET / HTTP/1.1\nHost: a\nHost: a\n\n", head));
  EXPECT_EQ(head.fields.host, "a");
  EXPECT_TRUE(parse_request("GET / HTTP/1.1\nHost: a\nHost: b\nHost: b\n\n", head));
  EXPECT_EQ(head.fields.host, "");
}

TEST(Http1Head, LinesThatAreNoFieldAreLeftAlone) {
  for (const char* fields :
       {"x\r\n", ": x\r\n", "X-Folded: a\r\n b\r\n", "\x01\r\n", "c\r\n", "Content-Length 9\r\n"}) {
    RequestHead head;
    EXPECT_TRUE(parse_request(
        std::string("GET / HTTP/1.1\r\n") + fields + "Content-Length: 7\r\n\r\n", head));
    EXPECT_EQ(head.fields.content_length, 7U) << fields;
  }
}

TEST(Http1Head, TheSameLengthTwiceIsOne) {
  RequestHead head;
  EXPECT_TRUE(parse_request("GET / HTTP/1.1\nContent-Length: 7, 7\nContent-Length : 7\n\n", head));
  EXPECT_EQ(head.fields.content_length, 7U);
  EXPECT_FALSE(head.fields.ambiguous_length);
}

TEST(Http1Methods, OnlyTheConventionsAreNamed) {
  for (const char* method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}) {
    EXPECT_EQ(name_of(method, nullptr).name, method);
    EXPECT_EQ(name_of(method, nullptr).original, "");
  }
  for (const char* method : {"G", "get", "GETX", "BREW", "QUERY", "PROPFIND"}) {
    EXPECT_EQ(name_of(method, nullptr).name, "_OTHER");
    EXPECT_EQ(name_of(method, nullptr).original, method);
  }
}

TEST(Http1Methods, AListReplacesThem) {
  const Methods methods({"QUERY", "get"});
  for (const char* method : {"QUERY", "get"}) EXPECT_EQ(name_of(method, &methods).name, method);
  EXPECT_EQ(name_of("GET", &methods).name, "_OTHER");
  EXPECT_EQ(name_of("GET", &methods).original, "GET");
}

TEST(Http1Head, AMethodAloneMayBeginARequestIfItIsKnown) {
  for (const char* text : {"G", "GET", "GET ", "PROPPAT", "GET /x HTT"}) {
    EXPECT_TRUE(may_begin_request(text)) << text;
  }
  for (const char* text : {"", "X", "GETX", "BREW /x HTT", "get "}) {
    EXPECT_FALSE(may_begin_request(text)) << text;
  }
  EXPECT_TRUE(may_begin_request("BREW /x HTTP/1.1\r\n"));
}

TEST(Http1Head, WhereARequestIsDueAnyMethodMayBeginIt) {
  for (const char* text : {"X", "GETX", "BREW /x HTT", "get ", "GET /a HTTP/1.1\r"}) {
    EXPECT_TRUE(may_continue_with_request(text)) << text;
  }
  for (const char* text : {"", "\x16\x03", "*1\r\n", "A B\x01", "{\"a", "EHLO x\r\n"}) {
    EXPECT_FALSE(may_continue_with_request(text)) << text;
  }
}

TEST(Http1Head, ALongLineThatIsCutInItsTargetIsARequests) {
  const std::string long_path = "/" + std::string(1000, 'a');
  RequestHead head;
  const std::string unusual = "BREW " + long_path;
  EXPECT_TRUE(parse_cut_request(unusual, head));
  EXPECT_EQ(head.method, "BREW");
  EXPECT_EQ(head.target, long_path);
  const std::string absolute = "GET http://h" + long_path + " HT";
  EXPECT_TRUE(parse_cut_request(absolute, head));
  EXPECT_EQ(head.target, "http://h" + long_path);
  for (const std::string& text : {std::string(), std::string("GET /a"), "hello w" + long_path,
                                  "BREW http://h" + long_path, "set" + long_path}) {
    EXPECT_FALSE(parse_cut_request(text, head)) << text;
  }
}

TEST(Http1Head, TheStartOfALineIsSureWithItsTarget) {
  for (const char* text : {"GET /", "POST http:/"}) EXPECT_TRUE(begins_request(text)) << text;
  for (const char* text : {"GET k", "G", "BREW /"}) EXPECT_FALSE(begins_request(text)) << text;
}

}  // namespace
}  // namespace obi::protocol::http1
