// SPDX-License-Identifier: Apache-2.0
#include "export/http/http_listener.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "export/http/listener_fixture.hpp"

namespace obi::exporting {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

TEST(HttpListener, ServesEachPathItsPage) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  listener.mount("/internal/metrics", says("b\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  const auto page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->body, "a\n");
  EXPECT_EQ(page->get_header_value("Content-Type"), kPrometheusText);
  EXPECT_EQ(client.Get("/internal/metrics")->body, "b\n");
}

TEST(HttpListener, IgnoresTheQuery) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/metrics?x=1")->body, "a\n");
}

TEST(HttpListener, JoinsPagesOfOnePath) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  listener.mount("/metrics", says("b\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/metrics")->body, "a\nb\n");
}

TEST(HttpListener, RefusesOtherPathsAndMethods) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/")->status, 404);
  EXPECT_EQ(client.Get("/metrics/")->status, 404);
  EXPECT_EQ(client.Get("/metric.")->status, 404);
  EXPECT_EQ(client.Post("/metrics", "x", "text/plain")->status, 405);
  EXPECT_EQ(client.Delete("/metrics")->status, 405);
}

TEST(HttpListener, AnswersHeadWithoutBody) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  const auto page = client.Head("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->body, "");
}

TEST(HttpListener, CompressesWhenAsked) {
  HttpListener listener({});
  listener.mount("/metrics", says(std::string(10'000, 'a')));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  client.set_decompress(false);
  const auto page = client.Get("/metrics", {{"Accept-Encoding", "gzip"}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->get_header_value("Content-Encoding"), "gzip");
  EXPECT_LT(page->body.size(), 1'000U);
  client.set_decompress(true);
  EXPECT_EQ(client.Get("/metrics", {{"Accept-Encoding", "gzip"}})->body, std::string(10'000, 'a'));
}

TEST(HttpListener, SendsALargePageWhole) {
  HttpListener listener({});
  const std::string large(8 << 20, 'x');
  listener.mount("/metrics", says(large));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/metrics")->body, large);
}

TEST(HttpListener, ListensOnIpv6WhereThereIsSome) {
  const base::Fd probe(::socket(AF_INET6, SOCK_STREAM, 0));
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  if (!probe || ::bind(probe.get(), reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) != 0) {
    GTEST_SKIP() << "no IPv6 loopback";
  }
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("::1", listener.port());
  const auto page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "a\n");
}

TEST(HttpListener, ReportsWhichPortAndSettingIsInUse) {
  HttpListener first({});
  first.mount("/metrics", says("a\n"));
  ASSERT_TRUE(first.start());
  HttpListener second({.port = first.port(), .port_key = "internal_metrics.prometheus.port"});
  second.mount("/metrics", says("b\n"));
  const auto result = second.start();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "cannot listen on port " + std::to_string(first.port()) +
                " (internal_metrics.prometheus.port): Address already in use");
}

TEST(HttpListener, CountsRequestsByPath) {
  HttpListener listener({});
  listener.mount("/a", says("a\n"));
  listener.mount("/b", says("b\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  ASSERT_TRUE(client.Get("/b"));
  ASSERT_TRUE(client.Get("/b"));
  ASSERT_TRUE(client.Get("/c"));
  const auto requests = listener.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].path, "/a");
  EXPECT_EQ(requests[0].requests, 0U);
  EXPECT_EQ(requests[1].requests, 2U);
  EXPECT_EQ(requests[1].port, listener.port());
}

TEST(HttpListener, AFailingPageIsAnInternalErrorWithoutDetails) {
  HttpListener listener({});
  listener.mount("/metrics", []() -> HttpPage { throw std::runtime_error("secret"); });
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  const auto page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 500);
  EXPECT_THAT(page->body, testing::Not(HasSubstr("secret")));
  for (const auto& [name, value] : page->headers) EXPECT_NE(value, "secret") << name;
}

TEST(HttpListener, EndlessHeadersEndTheConnection) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  const auto socket = connect_to(listener.port());
  std::string request = "GET /metrics HTTP/1.1\r\n";
  while (request.size() < 1 << 20) request += "X-Header: value\r\n";
  for (std::size_t sent = 0; sent < request.size();) {
    const auto count =
        ::send(socket.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  EXPECT_THAT(read_all(socket), testing::Not(HasSubstr("200")));
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/metrics")->body, "a\n");
}

TEST(HttpListener, KeepsAConnectionAndAnswersPipelinedRequestsInOrder) {
  HttpListener listener({});
  listener.mount("/a", says("first\n"));
  listener.mount("/b", says("second\n"));
  ASSERT_TRUE(listener.start());
  const auto socket = connect_to(listener.port());
  send_text(socket,
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = read_all(socket);
  std::size_t at = 0;
  for (const char* part : {"200 OK", "first", "200 OK", "404 Not Found", "200 OK", "second"}) {
    at = answers.find(part, at);
    ASSERT_NE(at, std::string::npos) << part << " in\n" << answers;
    ++at;
  }
  EXPECT_EQ(answers.find("first", answers.find("first") + 1), std::string::npos);
}

TEST(HttpListener, AClientThatHalfClosesStillGetsItsPage) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  const auto socket = connect_to(listener.port());
  send_text(socket, "GET /metrics HTTP/1.0\r\n\r\n");
  ::shutdown(socket.get(), SHUT_WR);
  const std::string answer = read_all(socket);
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\na\n"));
}

HttpListener::PageMaker counts_to(int last, int fails_at = 0) {
  return [=] {
    return HttpPage{.body = "begin\n", .more = [=, i = 0](std::string& out) mutable {
                      if (++i == fails_at) throw std::runtime_error("secret");
                      out += "line " + std::to_string(i) + "\n";
                      return i < last;
                    }};
  };
}

TEST(HttpListener, APageInPiecesComesWhole) {
  HttpListener listener({});
  listener.mount("/metrics", counts_to(100'000));
  listener.mount("/metrics", says("end\n"));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  client.set_keep_alive(true);
  const auto plain = client.Get("/metrics");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->get_header_value("Transfer-Encoding"), "chunked");
  EXPECT_THAT(plain->body, testing::StartsWith("begin\nline 1\n"));
  EXPECT_THAT(plain->body, testing::EndsWith("line 100000\nend\n"));
  const auto coded = client.Get("/metrics", {{"Accept-Encoding", "gzip"}});
  ASSERT_TRUE(coded);
  EXPECT_EQ(coded->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(coded->body, plain->body);
  const auto old = connect_to(listener.port());
  send_text(old, "GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_THAT(read_all(old), testing::EndsWith("\r\n\r\n" + plain->body));
}

TEST(HttpListener, APageThatBreaksOffIsNotTakenForWhole) {
  HttpListener listener({});
  listener.mount("/metrics", counts_to(100'000, 50'000));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_FALSE(client.Get("/metrics"));
}

TEST(HttpListener, SaysWhenAPageWasSentWhole) {
  HttpListener listener({.limits = {.response_timeout = std::chrono::milliseconds(100)}});
  std::atomic<int> sent = 0;
  const auto maker = [&sent](std::size_t size) {
    return [&sent, size] {
      return HttpPage{.body = std::string(size, 'x'), .on_sent = [&sent] { ++sent; }};
    };
  };
  listener.mount("/metrics", maker(10));
  listener.mount("/large", maker(32 << 20));
  ASSERT_TRUE(listener.start());
  httplib::Client client("127.0.0.1", listener.port());
  ASSERT_TRUE(client.Head("/metrics"));
  EXPECT_EQ(sent, 0);
  ASSERT_TRUE(client.Get("/metrics"));
  while (sent == 0) std::this_thread::yield();
  const auto stuck = connect_to(listener.port());
  send_text(stuck, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  listener.stop();
  EXPECT_EQ(sent, 1);
}

TEST(HttpListener, GarbageIsAnsweredOrClosed) {
  HttpListener listener({.limits = {.head_timeout = std::chrono::milliseconds(200)}});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  for (const std::string& garbage :
       {std::string("\0\0\0\0", 4), std::string("\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("GET /metrics HTTP/9.9\r\n\r\n"), std::string(20'000, 'A'),
        std::string("GET /metrics HTTP/1.1\r\nRange: bytes=") + std::string(4'000, '-') +
            "\r\n\r\n"}) {
    const auto socket = connect_to(listener.port());
    ::send(socket.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL);
    read_all(socket);  // returns: the connection is closed
  }
  httplib::Client client("127.0.0.1", listener.port());
  EXPECT_EQ(client.Get("/metrics")->body, "a\n");
}

TEST(HttpListener, StopDoesNotWaitForSilentClients) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  std::vector<base::Fd> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(connect_to(listener.port()));
  const auto begin = steady_clock::now();
  listener.stop();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  listener.stop();
}

TEST(HttpListener, StoppingFreesThePort) {
  HttpListener first({});
  first.mount("/metrics", says("a\n"));
  ASSERT_TRUE(first.start());
  const auto port = first.port();
  first.stop();
  HttpListener second({.port = port});
  second.mount("/metrics", says("b\n"));
  ASSERT_TRUE(second.start());
  httplib::Client client("127.0.0.1", port);
  EXPECT_EQ(client.Get("/metrics")->body, "b\n");
}

}  // namespace
}  // namespace obi::exporting
