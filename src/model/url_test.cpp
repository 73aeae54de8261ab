// SPDX-License-Identifier: Apache-2.0
#include "model/url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::model {
namespace {

constexpr IpAddress kServer4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2}};
constexpr IpAddress kServer6{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

Span request(std::string_view path, std::string_view host_header = {}) {
  Span span{.type = EventType::kHttpClient,
            .method = "GET",
            .path = path,
            .scheme = "http",
            .host_header = host_header};
  span.server = {.address = kServer4, .port = 8080};
  return span;
}

std::string url_of(const Span& span, std::string_view query = {}) {
  base::Arena arena;
  return std::string(full_url(span, query, arena));
}

TEST(FullUrl, IsMadeOfSchemeHostHeaderPathAndQuery) {
  EXPECT_EQ(url_of(request("/a", "shop:81"), "q=1"), "http://shop:81/a?q=1");
  EXPECT_EQ(url_of(request("/", "[::1]:81")), "http://[::1]:81/");
}

TEST(FullUrl, WithoutHostHeaderHasTheServersAddressAndPort) {
  Span span = request("/a.txt");
  EXPECT_EQ(url_of(span, "q=1"), "http://10.0.0.2:8080/a.txt?q=1");
  span.server = {.address = kServer6, .port = 8080};
  EXPECT_EQ(url_of(span), "http://[2001:db8::1]:8080/a.txt");
  span.server_name = "shop";
  EXPECT_EQ(url_of(span), "http://shop:8080/a.txt");
}

TEST(FullUrl, LeavesTheSchemesOwnPortOut) {
  Span span = request("/");
  span.server.port = 80;
  EXPECT_EQ(url_of(span), "http://10.0.0.2/");
  span.scheme = "https";
  EXPECT_EQ(url_of(span), "https://10.0.0.2:80/");
  span.server.port = 443;
  EXPECT_EQ(url_of(span), "https://10.0.0.2/");
  span.scheme = {};
  EXPECT_EQ(url_of(span), "http://10.0.0.2:443/");
}

TEST(FullUrl, OfAUnixSocketIsOfThisHost) {
  Span span = request("/a");
  span.server = {};
  EXPECT_EQ(url_of(span), "http://localhost/a");
}

TEST(FullUrl, SaysThatThereWasUserInfoAndNotWhich) {
  constexpr HttpCall kCall{.has_user_info = true};
  Span span = request("/a", "shop");
  span.http = &kCall;
  EXPECT_EQ(url_of(span), "http://REDACTED:REDACTED@shop/a");
}

TEST(FullUrl, OfFormsWithoutPathIsTheOrigin) {
  EXPECT_EQ(url_of(request("*", "shop")), "http://shop");
  EXPECT_EQ(url_of(request("", "shop:443")), "http://shop:443");
  EXPECT_EQ(url_of(request("a", "shop")), "http://shop/a");
}

TEST(FullUrl, EncodesWhatNoUrlHolds) {
  EXPECT_EQ(url_of(request("/a b\"<\xc3\xa4>%20", "b\xc3\xbc.de"), "x=\x7f y"),
            "http://b%C3%BC.de/a%20b%22%3C%C3%A4%3E%20?x=%7F%20y");
}

}  // namespace
}  // namespace obi::model
