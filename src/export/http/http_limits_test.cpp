// SPDX-License-Identifier: Apache-2.0
// Clients that are silent, stop or don't read: none delays a page or costs more than its limit.
#include "export/http/http_limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "export/http/listener_fixture.hpp"

namespace obi::exporting {
namespace {

using testing::HasSubstr;

TEST(HttpLimits, HundredsOfSilentClientsDelayNoPage) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  std::vector<base::Fd> silent;
  for (int i = 0; i < 400; ++i) silent.push_back(connect_to(listener.port()));
  EXPECT_LT(time_of_a_page(listener.port()), kSoon);
}

TEST(HttpLimits, ClientsThatStopWithinAHeadDelayNoPage) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  std::vector<base::Fd> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(connect_to(listener.port()));
    send_text(slow.back(), "GET /metrics HTTP/1.1\r\nHost");
  }
  EXPECT_LT(time_of_a_page(listener.port()), kSoon);
}

TEST(HttpLimits, ClientsThatDoNotReadDelayNoPage) {
  HttpListener listener({});
  listener.mount("/metrics", says("a\n"));
  listener.mount("/large", says(std::string(4 << 20, 'x')));
  ASSERT_TRUE(listener.start());
  constexpr int kClients = 50;
  // Their pages are made, which takes its time; that they aren't read takes none.
  const auto soon = kSoon + kClients * time_of_a_page(listener.port(), "/large");
  std::vector<base::Fd> stuck;
  for (int i = 0; i < kClients; ++i) {
    stuck.push_back(connect_to(listener.port()));
    send_text(stuck.back(), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_LT(time_of_a_page(listener.port()), soon);
  EXPECT_LT(time_of_a_page(listener.port(), "/large"), soon);
}

TEST(HttpLimits, BeyondTheLimitTheOldestSilentClientGives) {
  HttpListener listener({.limits = {.max_connections = 10}});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  std::vector<base::Fd> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(connect_to(listener.port()));
  EXPECT_LT(time_of_a_page(listener.port()), kSoon);
  EXPECT_EQ(read_all(silent.front()), "");  // it was closed
  send_text(silent.back(), "GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_THAT(read_all(silent.back()), HasSubstr("200 OK"));
}

TEST(HttpLimits, PagesThatWaitForReadersAreBounded) {
  constexpr std::size_t kSize = 24 << 20;  // more than the kernel buffers
  HttpListener listener({.limits = {.max_held_bytes = 30 << 20}});
  listener.mount("/large", says(std::string(kSize, 'x')));
  ASSERT_TRUE(listener.start());
  std::vector<base::Fd> stuck;
  for (int i = 0; i < 3; ++i) {
    stuck.push_back(connect_to(listener.port()));
    send_text(stuck.back(), "GET /large HTTP/1.0\r\n\r\n");
  }
  EXPECT_LT(time_of_a_page(listener.port(), "/large"), std::chrono::seconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(3000));  // who stands still is cut
  const auto is_cut = [](const base::Fd& socket) { return read_all(socket).size() < kSize; };
  EXPECT_GE(std::ranges::count_if(stuck, is_cut), 1);
}

TEST(HttpLimits, ALateHeadIsAnswered408AndASilentClientIsClosed) {
  HttpListener listener({.limits = {.head_timeout = std::chrono::milliseconds(50),
                                    .idle_timeout = std::chrono::milliseconds(100)}});
  listener.mount("/metrics", says("a\n"));
  ASSERT_TRUE(listener.start());
  const auto late = connect_to(listener.port());
  const auto silent = connect_to(listener.port());
  send_text(late, "GET /metrics HTTP/1.1\r\n");
  EXPECT_THAT(read_all(late), HasSubstr("HTTP/1.1 408 "));
  EXPECT_EQ(read_all(silent), "");
}

TEST(HttpLimits, AReaderThatIsTooSlowIsCut) {
  HttpListener listener({.limits = {.response_timeout = std::chrono::milliseconds(100)}});
  listener.mount("/large", says(std::string(16 << 20, 'x')));
  ASSERT_TRUE(listener.start());
  const auto slow = connect_to(listener.port());
  send_text(slow, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(read_all(slow).size(), 16U << 20);
}

}  // namespace
}  // namespace obi::exporting
