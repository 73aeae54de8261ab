// SPDX-License-Identifier: Apache-2.0
// Connections whose handshake failed: reported once, with their peer, their error and their
// process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Bound and not listening: no other socket gets the port, and it refuses.
int refusing_socket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(0);
  bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return fd;
}

// Its queue is full: no handshake ends.
Sockets full_listener() {
  const int listener = refusing_socket();
  listen(listener, 0);
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_of(listener));
  connect(first, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return {listener, first};
}

int try_to_connect(int fd, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
}

class TracerConnect : public TracerTest {
 protected:
  static void expect_one(const Seen& seen, int error, std::uint16_t port) {
    ASSERT_EQ(seen.failed.size(), 1U);
    const model::ConnectFailed& failed = seen.failed[0];
    EXPECT_EQ(failed.error, error);
    EXPECT_EQ(to_string(failed.remote.address), "127.0.0.1");
    EXPECT_EQ(failed.remote.port, port);
    EXPECT_EQ(to_string(failed.local.address), "127.0.0.1");
    EXPECT_NE(failed.local.port, 0);
    EXPECT_NE(failed.pid, 0U);
    EXPECT_NE(failed.netns, 0U);
    EXPECT_LE(failed.start_ns, failed.end_ns);
    EXPECT_TRUE(seen.opened.empty());
    EXPECT_TRUE(seen.segments.empty());
  }
};

TEST_F(TracerConnect, ARefusedConnectionIsReportedOnce) {
  const int refusing = refusing_socket();
  const std::uint16_t port = port_of(refusing);
  const Seen seen = capture(nullptr, [port](Sockets) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (try_to_connect(fd, port) != ECONNREFUSED) _exit(1);
    close(fd);
  });
  expect_one(seen, ECONNREFUSED, port);
  close(refusing);
}

TEST_F(TracerConnect, ARefusalThatComesLaterIsReportedOnce) {
  const int refusing = refusing_socket();
  const std::uint16_t port = port_of(refusing);
  const Seen seen = capture(nullptr, [port](Sockets) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (try_to_connect(fd, port) != EINPROGRESS) _exit(1);
    pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
    poll(&waiting, 1, 5000);
    close(fd);
  });
  expect_one(seen, ECONNREFUSED, port);
  close(refusing);
}

TEST_F(TracerConnect, WhatTheProcessAbandonsHasNoError) {
  const Sockets full = full_listener();
  const std::uint16_t port = port_of(full.a);
  const Seen seen = capture(nullptr, [port](Sockets) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (try_to_connect(fd, port) != EINPROGRESS) _exit(1);
    close(fd);
  });
  expect_one(seen, 0, port);
  close(full.a);
  close(full.b);
}

// There is no TCP to everybody.
TEST_F(TracerConnect, WhatHasNoRouteIsReportedByItsCall) {
  const Seen seen = capture(nullptr, [](Sockets) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(7);
    address.sin_addr.s_addr = INADDR_BROADCAST;
    const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    if (result == 0 || (errno != ENETUNREACH && errno != EACCES)) _exit(1);
    close(fd);
  });
  ASSERT_EQ(seen.failed.size(), 1U);
  EXPECT_TRUE(seen.failed[0].error == ENETUNREACH || seen.failed[0].error == EACCES);
  EXPECT_EQ(to_string(seen.failed[0].remote.address), "255.255.255.255");
  EXPECT_EQ(seen.failed[0].remote.port, 7);
  EXPECT_NE(seen.failed[0].pid, 0U);
}

TEST_F(TracerConnect, EachAttemptCounts) {
  const int refusing = refusing_socket();
  const std::uint16_t port = port_of(refusing);
  const Seen seen = capture(nullptr, [port](Sockets) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    for (int i = 0; i < 3; ++i) try_to_connect(fd, port);
    close(fd);
  });
  EXPECT_EQ(seen.failed.size(), 3U);
  close(refusing);
}

TEST_F(TracerConnect, AConnectionThatComesAboutIsNotReportedAsFailed) {
  const Seen seen = capture(nullptr, [](Sockets) {
    const Sockets sockets = tcp_sockets();
    expect_bytes(write(sockets.a, "hello", 5), 5);
    expect_bytes(read(sockets.b, g_buffer, 64), 5);
    close(sockets.a);
    close(sockets.b);
  });
  EXPECT_TRUE(seen.failed.empty());
  EXPECT_EQ(seen.opened.size(), 2U);
}

}  // namespace
}  // namespace obi::capture
