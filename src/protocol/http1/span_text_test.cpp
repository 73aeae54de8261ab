// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/span_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace obi::protocol::http1 {
namespace {

struct Case {
  const char* method;
  const char* target;
  const char* path;
  const char* query;
  const char* authority;
  const char* scheme;
};

TEST(Http1Target, IsTakenApartInEveryForm) {
  const std::vector<Case> cases = {
      {"GET", "/", "/", "", "", ""},
      {"GET", "/a/b?c=d?e", "/a/b", "c=d?e", "", ""},
      {"GET", "/a#frag?no", "/a", "", "", ""},
      {"GET", "/go?to=http://x/y", "/go", "to=http://x/y", "", ""},
      {"GET", "http://h:80/p?q", "/p", "q", "h:80", "http"},
      {"GET", "HTTPS://h", "/", "", "h", "https"},
      {"GET", "http://h?q", "/", "q", "h", "http"},
      {"GET", "http://user:secret@h/p", "/p", "", "h", "http"},
      {"GET", "FTP://h/p", "/p", "", "h", "ftp"},
      {"GET", "gopher://h/p", "/p", "", "h", ""},
      {"CONNECT", "h:443", "", "", "h:443", ""},
      {"OPTIONS", "*", "*", "", "", ""},
  };
  for (const Case& expected : cases) {
    const TargetParts parts =
        split_target(std::string_view(expected.method) == "CONNECT", expected.target);
    EXPECT_EQ(parts.path, expected.path) << expected.target;
    EXPECT_EQ(parts.query, expected.query) << expected.target;
    EXPECT_EQ(parts.authority, expected.authority) << expected.target;
    EXPECT_EQ(parts.scheme, expected.scheme) << expected.target;
    const bool has_user = std::string_view(expected.target).find('@') != std::string_view::npos;
    EXPECT_EQ(parts.has_user_info, has_user) << expected.target;
  }
}

TEST(Http1Authority, IsWhatAUrlCanHave) {
  for (const char* host : {"shop", "shop:81", "SHOP.example.", "10.0.0.1:8080", "[::1]", "[::1]:81",
                           "[fe80::1%25eth0]", "a_b", "b\xc3\xbc.de", "a%20b"}) {
    EXPECT_EQ(url_authority(host), host);
  }
  EXPECT_EQ(url_authority("user:secret@shop:81"), "shop:81");
  EXPECT_EQ(url_authority("shop:"), "shop");
  EXPECT_EQ(url_authority("[::1]:"), "[::1]");
  for (const char* host :
       {"",        ":80",   "a b", "a/b", "a?b",  "a\"b", "<a>",    "a\x01",   "::1", "a:b", "a:-1",
        "a:65536", "a:1:2", "[",   "[]",  "[::1", "[x]",  "[::1]x", "[::1]:x", "@",   "a\\b"}) {
    EXPECT_EQ(url_authority(host), "") << host;
  }
}

TEST(Http1Span, TakesTheHostOfTheTargetBeforeTheField) {
  base::Arena arena;
  model::Span span;
  set_request({.method = "GET", .target = "http://user:pw@a:81/p", .host = "b"}, arena, span);
  EXPECT_EQ(span.host_header, "a:81");
  EXPECT_EQ(span.path, "/p");
  ASSERT_NE(span.http, nullptr);
  EXPECT_TRUE(span.http->has_user_info);
  span = {};
  set_request({.method = "GET", .target = "/p", .host = "b/../c"}, arena, span);
  EXPECT_EQ(span.host_header, "") << "a URL with it would be another";
  EXPECT_EQ(span.http, nullptr);
}

TEST(Http1SafeCopy, LeavesValidUtf8Alone) {
  base::Arena arena;
  for (const char* text : {"", "/plain", "/\xc3\xa4", "/\xe2\x82\xac", "/\xf0\x9f\x98\x80", "/ "}) {
    EXPECT_EQ(safe_copy(text, arena), text);
  }
}

TEST(Http1SafeCopy, OneUnsafeByteIsFoundWhereverItIs) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    EXPECT_TRUE(is_safe(text));
    for (char& c : text) {
      for (int byte = 0; byte < 256; ++byte) {
        c = static_cast<char>(byte);
        EXPECT_EQ(is_safe(text), byte >= 0x20 && byte < 0x7f) << byte;
      }
      c = ' ';
    }
  }
}

TEST(Http1SafeCopy, EncodesWhatIsNoText) {
  base::Arena arena;
  EXPECT_EQ(safe_copy("/\x01\x7f", arena), "/%01%7F");
  EXPECT_EQ(safe_copy("/\xff\xc3", arena), "/%FF%C3");              // never valid; cut short
  EXPECT_EQ(safe_copy("\xc0\xaf", arena), "%C0%AF");                // overlong
  EXPECT_EQ(safe_copy("\xe0\x9f\xbf", arena), "%E0%9F%BF");         // overlong
  EXPECT_EQ(safe_copy("\xed\xa0\x80", arena), "%ED%A0%80");         // a surrogate
  EXPECT_EQ(safe_copy("\xf4\x90\x80\x80", arena), "%F4%90%80%80");  // beyond U+10FFFF
}

}  // namespace
}  // namespace obi::protocol::http1
