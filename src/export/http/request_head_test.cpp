// SPDX-License-Identifier: Apache-2.0
#include "export/http/request_head.hpp"

#include <gtest/gtest.h>

namespace obi::exporting {
namespace {

RequestHead parse(std::string_view text) { return parse_request_head(text); }

TEST(RequestHead, ReadsWhatAListenerNeeds) {
  const auto head = parse(
      "GET /a%20b/metrics?x=1 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.method, Method::kGet);
  EXPECT_EQ(head.path, "/a b/metrics");
  EXPECT_TRUE(head.is_http11);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_TRUE(head.accepts_gzip);
  EXPECT_FALSE(head.has_body);
  EXPECT_EQ(parse("HEAD http://h:1/metrics HTTP/1.1\nHost: h\n\n").path, "/metrics");
  EXPECT_EQ(parse("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").path, "/");
}

TEST(RequestHead, KeepsTheConnectionAsTheVersionSays) {
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(RequestHead, GzipWithWeightZeroIsRefused) {
  const auto accepts = [](std::string_view value) {
    return parse("GET / HTTP/1.0\r\nAccept-Encoding: " + std::string(value) + "\r\n\r\n")
        .accepts_gzip;
  };
  EXPECT_TRUE(accepts("gzip"));
  EXPECT_TRUE(accepts("deflate, *;q=0.1"));
  EXPECT_FALSE(accepts("gzip;q=0"));
  EXPECT_FALSE(accepts("gzip; q=0.000"));
  EXPECT_FALSE(accepts("identity"));
}

TEST(RequestHead, RefusesWhatIsNotARequest) {
  for (const std::string_view text :
       {"GET\r\n\r\n", "GET /\r\n\r\n", "G ET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nx\r\n\r\n",
        "GET /%zz HTTP/1.0\r\n\r\n", "GET /%4 HTTP/1.0\r\n\r\n", "GET metrics HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.0\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.x\r\n\r\n", "GET / XTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n"}) {
    EXPECT_EQ(parse(text).status, 400) << text;
  }
  EXPECT_EQ(parse("PRI * HTTP/2.0\r\n\r\n").status, 505);
  EXPECT_EQ(parse("GET / HTTP/9.9\r\n\r\n").status, 505);
  EXPECT_EQ(parse("GET /" + std::string(9'000, 'a') + " HTTP/1.0\r\n\r\n").status, 414);
  EXPECT_EQ(parse("PURGE / HTTP/1.0\r\n\r\n").method, Method::kOther);
}

TEST(RequestHead, EveryPrefixAndEveryFlippedByteIsReadWithoutHarm) {
  const std::string text =
      "GET http://h/a%41?x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip;q=1\r\nConnection: "
      "close\r\nContent-Length: 5\r\n\r\n";
  for (std::size_t i = 0; i <= text.size(); ++i) parse(std::string_view(text).substr(0, i));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int flip : {1, 0x20, 0x80, 0xff}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      parse(changed);
      refusal_of_partial_head(changed);
    }
  }
}

TEST(HeadEnd, IsFoundByteByByteAsAtOnce) {
  const std::string text = "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\n\r\n";
  const std::size_t first = text.find("GET /next");
  EXPECT_EQ(HeadEnd().find(text), first);
  HeadEnd end;
  for (std::size_t i = 0; i < first; ++i)
    EXPECT_FALSE(end.find(std::string_view(text).substr(0, i)));
  EXPECT_EQ(end.find(std::string_view(text).substr(0, first)), first);
  EXPECT_EQ(end.find(std::string_view(text).substr(first)), text.size() - first);
}

TEST(HeadEnd, APartThatCannotBecomeAHeadIsRefusedEarly) {
  EXPECT_EQ(refusal_of_partial_head(""), 0);
  EXPECT_EQ(refusal_of_partial_head("\r"), 0);
  EXPECT_EQ(refusal_of_partial_head("\r\n\r\nGE"), 0);
  EXPECT_EQ(refusal_of_partial_head("GET /metrics HT"), 0);
  EXPECT_EQ(refusal_of_partial_head(std::string_view("\x16\x03\x01\x02", 4)), 400);  // TLS
  EXPECT_EQ(refusal_of_partial_head(std::string(40, 'A')), 400);
  EXPECT_EQ(refusal_of_partial_head(std::string(20, '\n')), 400);
  EXPECT_EQ(refusal_of_partial_head("GET /" + std::string(9'000, 'a')), 414);
  EXPECT_EQ(refusal_of_partial_head("GET / HTTP/1.1\r\n" + std::string(40'000, 'a')), 431);
}

}  // namespace
}  // namespace obi::exporting
