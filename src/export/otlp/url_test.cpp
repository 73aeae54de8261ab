// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "export/otlp/proxy.hpp"

namespace obi::exporting {
namespace {

TEST(Url, IsReadPartByPart) {
  const auto url = parse_url("HTTPS://us%40er:p%3Aw@Collector.Example:4318/in/v1?token=a/b@c#x");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "us@er");
  EXPECT_EQ(url->password, "p:w");
  EXPECT_EQ(url->host, "collector.example");
  EXPECT_EQ(url->port, "4318");
  EXPECT_EQ(url->path, "/in/v1");
  EXPECT_EQ(url->query, "?token=a/b@c");
  EXPECT_TRUE(url->has_fragment);
  EXPECT_EQ(url->authority(), "collector.example:4318");
}

TEST(Url, FormsOfTheAuthority) {
  const auto authority = [](std::string_view text) {
    const auto url = parse_url(text);
    return url ? url->authority() : url.error().message;
  };
  EXPECT_EQ(authority("collector:4317"), "collector:4317");
  EXPECT_EQ(authority("http://[::1]:4318/x"), "[::1]:4318");
  EXPECT_EQ(authority("http://[FE80::1%25eth0]"), "[fe80::1%eth0]");
  EXPECT_EQ(authority("http://10.0.0.1?x=1"), "10.0.0.1");
  EXPECT_EQ(authority("http://a_b-c.d:80"), "a_b-c.d:80");
}

TEST(Url, WhatIsNoneIsRefusedWithoutBeingPrinted) {
  for (const std::string_view text : {"",
                                      "http://",
                                      "http://:4318",
                                      "http://secret:x/",
                                      "http://secret:0",
                                      "http://secret:65536",
                                      "http://secret:123456",
                                      "http:/secret:4318",
                                      "http://::1:4318",
                                      "http://[::1",
                                      "http://[x]",
                                      "http://[::1]x",
                                      "http://sec ret",
                                      "\"http://secret\"",
                                      "http://secret\n",
                                      "http://secret\\x",
                                      "http://secret%20:1",
                                      "http://us%er@secret",
                                      "://secret",
                                      "1http://secret",
                                      "secret:"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().message, testing::Not(testing::HasSubstr("secret"))) << text;
  }
}

TEST(BasicAuthorization, IsThatOfTheRfc) {
  EXPECT_EQ(basic_authorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_authorization("user", "pw"), "Basic dXNlcjpwdw==");
  EXPECT_EQ(basic_authorization("a", ""), "Basic YTo=");
  EXPECT_EQ(basic_authorization("", ""), "Basic Og==");
}

TEST(NoProxy, NamesHostsAsGoDoes) {
  const auto excepted = [](std::string_view no_proxy, std::string_view host,
                           std::string_view port = "80") {
    return is_excepted(no_proxy, host, port);
  };
  EXPECT_TRUE(excepted("*", "anything"));
  EXPECT_TRUE(excepted("x, example.com ,y", "example.com"));
  EXPECT_TRUE(excepted("Example.COM", "a.example.com"));
  EXPECT_FALSE(excepted("example.com", "notexample.com"));
  EXPECT_FALSE(excepted("ple.com", "example.com"));
  EXPECT_TRUE(excepted(".example.com", "a.example.com"));
  EXPECT_FALSE(excepted(".example.com", "example.com"));
  EXPECT_TRUE(excepted("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(excepted("*.example.com", "example.com"));
  EXPECT_TRUE(excepted("example.com:4318", "example.com", "4318"));
  EXPECT_FALSE(excepted("example.com:4318", "example.com", "4317"));
  EXPECT_TRUE(excepted("10.0.0.0/8", "10.1.2.3"));
  EXPECT_FALSE(excepted("10.0.0.0/8", "11.1.2.3"));
  EXPECT_FALSE(excepted("10.0.0.0/8", "10.example.com"));
  EXPECT_TRUE(excepted("10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(excepted("10.1.2.3:4318", "10.1.2.3", "4318"));
  EXPECT_TRUE(excepted("fd00::/8", "fd12::1"));
  EXPECT_TRUE(excepted("[fd12::1]:80,x", "fd12::1"));
  EXPECT_TRUE(excepted("fd12::1", "FD12:0::1"));
  EXPECT_TRUE(excepted("0.0.0.0/0", "::ffff:1.2.3.4"));
  EXPECT_FALSE(excepted("", "x"));
  EXPECT_FALSE(excepted(",:80,10.0.0.0/33,/8, ,[", "x"));
}

std::string proxied(const ProxySettings& settings, std::string_view scheme, std::string_view url) {
  const auto proxy = proxy_for(settings, scheme, *parse_url(url));
  if (!proxy) return "error";
  return *proxy ? printable(**proxy) : "direct";
}

TEST(Proxy, TheSchemeChoosesTheVariable) {
  const ProxySettings settings{.http = "http://u:secret@plain:3128", .https = "secure:8080"};
  EXPECT_EQ(proxied(settings, "http", "http://host"), "http://plain:3128");
  EXPECT_EQ(proxied(settings, "https", "https://host"), "http://secure:8080");
  EXPECT_EQ(proxied({.http = "socks5://s"}, "http", "http://host"), "socks5://s");
  EXPECT_EQ(proxied({.http = "http://plain"}, "https", "https://host"), "direct");
  EXPECT_EQ(proxied({.http = "ftp://plain"}, "http", "http://host"), "error");
  EXPECT_EQ(proxied({.http = "http://pl ain"}, "http", "http://host"), "error");
}

TEST(Proxy, LoopbackIsAlwaysDirect) {
  const ProxySettings settings{.http = "http://plain:3128"};
  for (const auto* url : {"http://localhost:4318", "http://127.0.0.1", "http://127.9.9.9:1",
                          "http://[::1]:4318", "http://[::ffff:127.0.0.1]", "http://LOCALHOST"}) {
    EXPECT_EQ(proxied(settings, "http", url), "direct") << url;
  }
  EXPECT_EQ(proxied(settings, "http", "http://128.0.0.1"), "http://plain:3128");
}

TEST(Proxy, NoProxyLooksAtThePortOfTheScheme) {
  const ProxySettings settings{.http = "p", .https = "p", .no_proxy = "host:443"};
  EXPECT_EQ(proxied(settings, "https", "https://host"), "direct");
  EXPECT_EQ(proxied(settings, "http", "http://host"), "http://p");
  EXPECT_EQ(proxied(settings, "http", "http://host:443"), "direct");
}

TEST(Proxy, ACgiEnvironmentHasNoHttpProxy) {
  const ProxySettings settings{.http = "http://evil", .https = "http://good", .is_cgi = true};
  EXPECT_EQ(proxied(settings, "http", "http://host"), "error");
  EXPECT_EQ(proxied(settings, "https", "https://host"), "http://good");
}

TEST(Proxy, VariablesOfUpperCaseWin) {
  std::map<std::string, std::string> set{{"http_proxy", "lower"},  {"HTTP_PROXY", "upper"},
                                         {"https_proxy", "lower"}, {"HTTPS_PROXY", ""},
                                         {"no_proxy", "a"},        {"REQUEST_METHOD", "GET"}};
  const auto settings = read_proxy_settings([&](const std::string& name) {
    return set.contains(name) ? std::optional(set[name]) : std::nullopt;
  });
  EXPECT_EQ(settings.http, "upper");
  EXPECT_EQ(settings.https, "lower");
  EXPECT_EQ(settings.no_proxy, "a");
  EXPECT_TRUE(settings.is_cgi);
}

}  // namespace
}  // namespace obi::exporting
