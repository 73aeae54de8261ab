// SPDX-License-Identifier: Apache-2.0
// UDP: what goes to and comes from a DNS server is reported, datagram by datagram, and nothing else
// is.
#include <gtest/gtest.h>
#include <sys/uio.h>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

constexpr const char* kServer = "127.0.5.3";  // of the loopback, where port 53 is free
constexpr const char* kOther = "127.0.5.4";

sockaddr_in address_of(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

int bound_socket(const char* host, std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address = address_of(host, port);
  if (bind(fd, generic(address), sizeof(address)) != 0) _exit(1);
  return fd;
}

Sockets with_server() { return {socket(AF_INET, SOCK_DGRAM, 0), bound_socket(kServer, 53)}; }
Sockets with_connected_server() {
  const Sockets sockets = with_server();
  sockaddr_in address = address_of(kServer, 53);
  if (connect(sockets.a, generic(address), sizeof(address)) != 0) _exit(1);
  return sockets;
}
Sockets with_stranger() { return {socket(AF_INET, SOCK_DGRAM, 0), bound_socket(kServer, 5300)}; }

// The server gives back what it got, twice over.
void answer(int server) {
  std::array<char, 64> bytes{};
  sockaddr_in client{};
  socklen_t size = sizeof(client);
  const ssize_t got = recvfrom(server, bytes.data(), 32, 0, generic(client), &size);
  if (got <= 0) _exit(1);
  std::copy_n(bytes.data(), got, bytes.data() + got);
  sendto(server, bytes.data(), static_cast<std::size_t>(2 * got), 0, generic(client), size);
}

void ask(int fd, const char* host, std::uint16_t port) {
  sockaddr_in to = address_of(host, port);
  expect_bytes(sendto(fd, "query", 5, 0, generic(to), sizeof(to)), 5);
}

// sendmmsg and recvmmsg with one message, sendmsg and recvmsg with that message.
struct OneMessage {
  sockaddr_in name = address_of(kServer, 53);
  std::array<iovec, 2> parts;
  mmsghdr many{};
  explicit OneMessage(bool sends) {
    static std::array<char, 6> query = {'q', 'u', 'e', 'r', 'y', 0};
    char* const base = sends ? query.data() : g_buffer;
    parts = {iovec{base, 3}, iovec{base + 3, sends ? 2U : 60U}};
    many.msg_hdr.msg_name = &name;
    many.msg_hdr.msg_namelen = sizeof(name);
    many.msg_hdr.msg_iov = parts.data();
    many.msg_hdr.msg_iovlen = parts.size();
  }
};

struct DatagramCase {
  const char* name;
  Sockets (*make)();
  void (*act)(Sockets);
};

class TracerDatagrams : public TracerTest, public testing::WithParamInterface<DatagramCase> {};

TEST_P(TracerDatagrams, AQueryAndItsAnswerAreTheClientsSegments) {
  const Seen seen = capture(GetParam().make, GetParam().act);
  const std::vector<std::string> expected = {"1 open client", "1 > 5 'query'",
                                             "1 < 10 'queryquery'"};
  EXPECT_EQ(seen.transcript.lines(), expected);
  ASSERT_EQ(seen.opened.size(), 1U);
  EXPECT_TRUE(seen.opened[0].datagrams);
  EXPECT_EQ(to_string(seen.opened[0].remote.address), kServer);
  EXPECT_EQ(seen.opened[0].remote.port, 53);
  EXPECT_NE(seen.opened[0].local.port, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Calls, TracerDatagrams,
    testing::Values(DatagramCase{"sendto_recvfrom", with_server,
                                 [](Sockets s) {
                                   ask(s.a, kServer, 53);
                                   answer(s.b);
                                   sockaddr_in from{};
                                   socklen_t size = sizeof(from);
                                   expect_bytes(
                                       recvfrom(s.a, g_buffer, 64, 0, generic(from), &size), 10);
                                 }},
                    DatagramCase{"sendto_recv", with_server,
                                 [](Sockets s) {
                                   ask(s.a, kServer, 53);
                                   answer(s.b);
                                   expect_bytes(recv(s.a, g_buffer, 64, 0), 10);
                                 }},
                    DatagramCase{"send_recv", with_connected_server,
                                 [](Sockets s) {
                                   expect_bytes(send(s.a, "query", 5, 0), 5);
                                   answer(s.b);
                                   expect_bytes(recv(s.a, g_buffer, 64, 0), 10);
                                 }},
                    DatagramCase{"write_read", with_connected_server,
                                 [](Sockets s) {
                                   expect_bytes(write(s.a, "query", 5), 5);
                                   answer(s.b);
                                   expect_bytes(read(s.a, g_buffer, 64), 10);
                                 }},
                    DatagramCase{"peek_first", with_connected_server,
                                 [](Sockets s) {
                                   expect_bytes(write(s.a, "query", 5), 5);
                                   answer(s.b);
                                   expect_bytes(recv(s.a, g_buffer, 64, MSG_PEEK), 10);
                                   expect_bytes(recv(s.a, g_buffer, 64, 0), 10);
                                 }},
                    DatagramCase{"sendmsg_recvmsg", with_server,
                                 [](Sockets s) {
                                   OneMessage query(true);
                                   expect_bytes(sendmsg(s.a, &query.many.msg_hdr, 0), 5);
                                   answer(s.b);
                                   OneMessage reply(false);
                                   expect_bytes(recvmsg(s.a, &reply.many.msg_hdr, 0), 10);
                                 }},
                    DatagramCase{"sendmmsg_recvmmsg", with_server,
                                 [](Sockets s) {
                                   OneMessage query(true);
                                   expect_bytes(sendmmsg(s.a, &query.many, 1, 0), 1);
                                   answer(s.b);
                                   OneMessage reply(false);
                                   expect_bytes(recvmmsg(s.a, &reply.many, 1, 0, nullptr), 1);
                                 }}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(TracerTest, DatagramsToOtherPortsAreNotCaptured) {
  const Seen seen = capture(with_stranger, [](Sockets s) {
    ask(s.a, kServer, 5300);
    answer(s.b);
    expect_bytes(recv(s.a, g_buffer, 64, 0), 10);
    sockaddr_in to = address_of(kServer, 5300);
    if (connect(s.a, generic(to), sizeof(to)) != 0) _exit(1);
    expect_bytes(send(s.a, "query", 5, 0), 5);
    answer(s.b);
    expect_bytes(read(s.a, g_buffer, 64), 10);
  });
  EXPECT_TRUE(seen.opened.empty());
  EXPECT_TRUE(seen.segments.empty());
}

TEST_F(TracerTest, EachServerThatASocketTalksToIsAConnection) {
  const Seen seen =
      capture([] { return Sockets{bound_socket(kOther, 53), bound_socket(kServer, 53)}; },
              [](Sockets servers) {
                const int fd = socket(AF_INET, SOCK_DGRAM, 0);
                ask(fd, kServer, 53);
                ask(fd, kOther, 53);
                sockaddr_in from{};
                socklen_t size = sizeof(from);
                answer(servers.b);
                expect_bytes(recvfrom(fd, g_buffer, 64, 0, generic(from), &size), 10);
                answer(servers.a);
                expect_bytes(recvfrom(fd, g_buffer, 64, 0, generic(from), &size), 10);
              });
  const std::vector<std::string> expected = {"1 open client",       "1 > 5 'query'",
                                             "2 open client",       "2 > 5 'query'",
                                             "1 < 10 'queryquery'", "2 < 10 'queryquery'"};
  EXPECT_EQ(seen.transcript.lines(), expected);
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_EQ(to_string(seen.opened[0].remote.address), kServer);
  EXPECT_EQ(to_string(seen.opened[1].remote.address), kOther);
}

}  // namespace
}  // namespace obi::capture
