// SPDX-License-Identifier: Apache-2.0
// One scripted conversation, reported in the same records by every back end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

// A call of each kind, both ends by one thread, so that the order is certain.
void converse() {
  const Sockets s = tcp_sockets();
  std::array<char, 32'768> room{};
  expect_bytes(write(s.a, "GET / HTTP/1.1\r\n\r\n", 18), 18);
  expect_bytes(recv(s.b, room.data(), 4, MSG_PEEK), 4);
  expect_bytes(read(s.b, room.data(), 10), 10);
  expect_bytes(read(s.b, room.data(), 64), 8);
  iovec head_and_body[3] = {{const_cast<char*>("HTTP/1.1 200 OK\r\n"), 17},
                            {const_cast<char*>("Content-Length: 2\r\n\r\n"), 21},
                            {const_cast<char*>("ok"), 2}};
  expect_bytes(writev(s.b, head_and_body, 3), 40);
  iovec halves[2] = {{room.data(), 20}, {room.data() + 20, 1000}};
  expect_bytes(readv(s.a, halves, 2), 40);
  expect_bytes(recv(s.a, room.data(), 64, MSG_DONTWAIT), -1);

  std::string body(20'000, 'b');
  body.replace(body.size() - 8, 8, "the end!");
  expect_bytes(send(s.a, body.data(), body.size(), 0), 20'000);
  expect_bytes(recv(s.b, room.data(), 20'000, MSG_WAITALL), 20'000);
  msghdr message{};
  message.msg_iov = head_and_body;
  message.msg_iovlen = 3;
  expect_bytes(sendmsg(s.b, &message, 0), 40);
  message.msg_iov = halves;
  message.msg_iovlen = 1;  // 20 of 40 bytes
  expect_bytes(recvmsg(s.a, &message, 0), 20);
  expect_bytes(recv(s.a, room.data(), 64, MSG_TRUNC), 20);

  const int file = memfd_create("f", 0);
  std::array<int, 2> fds{};
  off_t offset = 0;
  expect_bytes(write(file, "from a file", 11), 11);
  expect_bytes(sendfile(s.a, file, &offset, 11), 11);
  if (pipe(fds.data()) != 0) _exit(1);
  expect_bytes(splice(s.b, nullptr, fds[1], nullptr, 11, 0), 11);
  expect_bytes(splice(fds[0], nullptr, s.b, nullptr, 11, 0), 11);
  expect_bytes(read(s.a, room.data(), 64), 11);

  if (shutdown(s.a, SHUT_WR) != 0) _exit(1);
  expect_bytes(read(s.b, room.data(), 64), 0);
  expect_bytes(write(s.b, "late", 4), 4);
  expect_bytes(read(s.a, room.data(), 64), 4);
  close(s.b);
  expect_bytes(read(s.a, room.data(), 64), 0);
  close(s.a);
}

TEST_F(TracerTest, EveryBackEndReportsTheSameConversation) {
  const Seen seen = capture(nullptr, [](Sockets) { converse(); });
  EXPECT_THAT(
      seen.transcript.lines(),
      testing::ElementsAreArray({"1 open client",
                                 "1 > 18 at 0 'GET / HTTP/1.1\r\n\r\n'",
                                 "2 open server",
                                 "2 < 10 at 0 'GET / HTTP'",
                                 "2 < 8 at 10 '/1.1\r\n\r\n'",
                                 "2 > 40 at 0 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'",
                                 "1 < 40 at 0 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'",
                                 "1 > 20000 at 18 'bbbbbbbb…(4096)' …'the end!'",
                                 "2 < 8192 at 18 'bbbbbbbb…(8192)'",
                                 "2 < 8192 at 8210 'bbbbbbbb…(8192)'",
                                 "2 < 3616 at 16402 'bbbbbbbb…(3616)'",
                                 "2 > 40 at 40 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'",
                                 "1 < 20 at 40 'HTTP/1.1 200 OK\r\nCon'",
                                 "1 < 20 at 60 ''",
                                 "1 > 11 at 20018 ''",
                                 "2 < 11 at 20018 ''",
                                 "2 > 11 at 80 ''",
                                 "1 < 11 at 80 'from a file'",
                                 "1 > 0 '' end",
                                 "2 < 0 at 20030 '' end",
                                 "2 > 4 at 91 'late'",
                                 "1 < 4 at 91 'late'",
                                 "2 > 0 '' end",
                                 "2 close",
                                 "1 < 0 at 96 '' end",
                                 "1 close"}));
}

}  // namespace
}  // namespace obi::capture
