// SPDX-License-Identifier: Apache-2.0
#include "app/otlp_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"

namespace obi::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  std::optional<exporting::OtlpTarget> target;
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;

  [[nodiscard]] std::string url() const { return target ? target->url : "none"; }
  [[nodiscard]] std::string header(const std::string& name) const {
    if (!target) return "none";
    const auto found = target->headers.find(name);
    return found == target->headers.end() ? "" : found->second;
  }
  [[nodiscard]] bool prints(std::string_view text) const {
    for (const auto* lines : {&mistakes, &warnings}) {
      for (const auto& line : *lines) {
        if (line.find(text) != std::string::npos) return true;
      }
    }
    return false;
  }
};

Read read(const config::Variables& variables, OtlpSignal signal = OtlpSignal::kTraces,
          const std::string& yaml = "") {
  Read result;
  const auto loaded = config::load(yaml, variables);
  result.mistakes = loaded.mistakes;
  result.target = otlp_target(loaded.config, signal, result.mistakes, result.warnings);
  return result;
}

Read with_base(const std::string& url, OtlpSignal signal = OtlpSignal::kTraces) {
  return read({{"OTEL_EXPORTER_OTLP_ENDPOINT", url}}, signal);
}

TEST(OtlpTarget, TheSignalsPathGoesBehindThePathOfABaseUrl) {
  EXPECT_EQ(with_base("http://h:4318").url(), "http://h:4318/v1/traces");
  EXPECT_EQ(with_base("http://h:4318/").url(), "http://h:4318/v1/traces");
  EXPECT_EQ(with_base("http://h/in/").url(), "http://h/in/v1/traces");
  EXPECT_EQ(with_base("http://h/in?token=a/b").url(), "http://h/in/v1/traces?token=a/b");
  EXPECT_EQ(with_base("http://h?token=a", OtlpSignal::kMetrics).url(),
            "http://h/v1/metrics?token=a");
  EXPECT_EQ(with_base("http://[::1]:4318/x").url(), "http://[::1]:4318/x/v1/traces");
  EXPECT_EQ(with_base("collector:4318").url(), "http://collector:4318/v1/traces");
}

TEST(OtlpTarget, ASignalsOwnEndpointIsTakenAsItStands) {
  const auto own = [](const std::string& url) {
    return read({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url}});
  };
  EXPECT_EQ(own("http://h:4318/v1/traces?a=b").url(), "http://h:4318/v1/traces?a=b");
  EXPECT_EQ(own("http://h/custom?a=b").url(), "http://h/custom?a=b");
  EXPECT_TRUE(own("http://h/custom").prints("taken as it stands"));
  EXPECT_EQ(own("http://h:4318").url(), "http://h:4318/v1/traces");
  EXPECT_EQ(own("http://h:4318/v1/traces/").url(), "http://h:4318/v1/traces");
  EXPECT_EQ(
      read({}, OtlpSignal::kMetrics, "otel_metrics_export:\n  endpoint: http://h/m?x\n").url(),
      "http://h/m?x");
}

TEST(OtlpTarget, QuotesAndBlanksAroundAUrlAreLeftOutAndSaid) {
  for (const auto* url : {"\"http://h:4318\"", "'http://h:4318'", " http://h:4318\r"}) {
    const auto result = with_base(url);
    EXPECT_EQ(result.url(), "http://h:4318/v1/traces");
    EXPECT_TRUE(result.prints("OTEL_EXPORTER_OTLP_ENDPOINT: blanks or quotes")) << url;
  }
}

TEST(OtlpTarget, WhatIsNoUrlIsRefusedWithoutBeingPrinted) {
  for (const auto* url :
       {"\"http://secret:4318", "http://", "http://secret:x", "http:/secret:4318", "http://sec ret",
        "http://secret\"", "://secret", "http://::1:4318", "unix://secret", "unix://", "unix:/"}) {
    const auto result = with_base(url);
    EXPECT_FALSE(result.target) << url;
    ASSERT_EQ(result.mistakes.size(), 1U) << url;
    EXPECT_THAT(result.mistakes[0], HasSubstr("OTEL_EXPORTER_OTLP_ENDPOINT"));
    EXPECT_FALSE(result.prints("secret")) << result.mistakes[0];
  }
}

TEST(OtlpTarget, UserInfoBecomesAuthorization) {
  const auto result = with_base("http://us%40er:p%3Aw@h:4318/in");
  EXPECT_EQ(result.url(), "http://h:4318/in/v1/traces");
  EXPECT_EQ(result.header("authorization"), "Basic dXNAZXI6cDp3");
  const auto own = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:pw@h"},
                         {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x"}});
  EXPECT_EQ(own.header("Authorization"), "Bearer x");
  EXPECT_EQ(own.target->headers.size(), 1U);
}

TEST(OtlpTarget, HeadersOfTheSignalWinWhateverTheirCase) {
  const auto result =
      read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"},
            {"OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20dXNlcjpwdw%3D%3D,x-a=1"},
            {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "\"X-A=2,x-b=a%2Cb%3Dc\""}});
  EXPECT_EQ(result.header("authorization"), "Basic dXNlcjpwdw==");
  EXPECT_EQ(result.header("x-a"), "2");
  EXPECT_EQ(result.header("x-b"), "a,b=c");
  EXPECT_TRUE(result.prints("OTEL_EXPORTER_OTLP_TRACES_HEADERS: quotes around it are left out"));
}

TEST(OtlpTarget, HeadersThatCannotBeSentAreLeftOutAndSaidWithoutTheirText) {
  for (const auto* protocol : {"grpc", "http/protobuf"}) {
    for (const auto* bad : {"secret", "x=secret%", "x=secret%0d%0aHost:y", "se cret=x",
                            "x=secret%ff", "x=secret%00", "%22secret=x"}) {
      const auto result = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"},
                                {"OTEL_EXPORTER_OTLP_PROTOCOL", protocol},
                                {"OTEL_EXPORTER_OTLP_HEADERS", std::string("a=b,") + bad}});
      EXPECT_EQ(result.target->headers.size(), 1U) << bad;
      EXPECT_TRUE(result.prints("OTEL_EXPORTER_OTLP_HEADERS: ")) << bad;
      EXPECT_FALSE(result.prints("secret")) << bad;
    }
  }
}

TEST(OtlpTarget, GrpcMetadataIsNarrowerThanHeaders) {
  const config::Variables variables{{"OTEL_EXPORTER_OTLP_ENDPOINT", "h:4317"},
                                    {"OTEL_EXPORTER_OTLP_HEADERS", "a!b=1,c=%C3%A4,grpc-x=1,d=e"}};
  const auto result = read(variables);
  EXPECT_EQ(result.target->protocol, exporting::OtlpProtocol::kGrpc);
  EXPECT_EQ(result.target->headers.size(), 1U);
  EXPECT_EQ(result.header("d"), "e");
}

TEST(OtlpTarget, GrpcTakesHostAndPortOnly) {
  const auto result = with_base("http://user:pw@[::1]:4317/path?x=1");
  EXPECT_EQ(result.url(), "http://[::1]:4317");
  EXPECT_TRUE(result.prints("not sent with gRPC"));
  EXPECT_EQ(result.header("authorization"), "Basic dXNlcjpwdw==");
  EXPECT_TRUE(with_base("https://h:4317").target->tls);
  EXPECT_FALSE(with_base("h:4317").target->tls);
  EXPECT_TRUE(with_base("grpc://h:4317").prints("taken for https"));
}

TEST(OtlpTarget, Sockets) {
  EXPECT_EQ(with_base("unix:///run/otel.sock").target->unix_socket, "/run/otel.sock");
  EXPECT_EQ(with_base("unix:/run/otel.sock").target->unix_socket, "/run/otel.sock");
  EXPECT_EQ(with_base("unix://@otel").target->unix_socket, "@otel");
  EXPECT_EQ(with_base("unix:///run/otel.sock").url(), "http://localhost/v1/traces");
  EXPECT_TRUE(with_base("unix:///" + std::string(106, 'a')).target);
  EXPECT_FALSE(with_base("unix:///" + std::string(107, 'a')).target);
  EXPECT_TRUE(with_base("unix://@" + std::string(107, 'a')).target);
}

TEST(OtlpTarget, ProxiesComeFromTheEnvironment) {
  const auto result = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"},
                            {"http_proxy", "http://user:secret@proxy:3128"},
                            {"NO_PROXY", "x"}});
  EXPECT_EQ(result.target->proxies.http, "http://user:secret@proxy:3128");
  EXPECT_THAT(result.warnings, IsEmpty());
  const auto broken = read(
      {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"}, {"HTTP_PROXY", "http://user:secret@pro xy"}});
  EXPECT_THAT(broken.warnings, Contains(HasSubstr("HTTP_PROXY")));
  EXPECT_FALSE(broken.prints("secret"));
  const auto grpc =
      read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "h:4317"}, {"HTTPS_PROXY", "socks5://p"}});
  EXPECT_TRUE(grpc.prints("HTTPS_PROXY is not used"));
}

}  // namespace
}  // namespace obi::app
