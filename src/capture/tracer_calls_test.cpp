// SPDX-License-Identifier: Apache-2.0
// Each kind of call that moves bytes: exactly its segments must arrive, every field right.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include <algorithm>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

using Act = std::function<void(Sockets)>;
struct CallCase {
  const char* name;
  Act act;
};

iovec g_out[2] = {{const_cast<char*>("hel"), 3}, {const_cast<char*>("lo"), 2}};
iovec g_in[2] = {{g_buffer, 2}, {g_buffer + 2, 60}};

class TracerCalls : public TracerTest, public testing::WithParamInterface<CallCase> {};

TEST_P(TracerCalls, EachSideOfATcpConnectionIsOneSegment) {
  const Seen seen = capture(tcp_sockets, GetParam().act);
  expect_pair(seen, "hello");
  ASSERT_EQ(seen.opened.size(), 2U);
  for (const auto& opened : seen.opened) {
    EXPECT_EQ(to_string(opened.local.address), "127.0.0.1");
    EXPECT_TRUE(opened.mid_life);
  }
  EXPECT_EQ(seen.opened[0].local.port, seen.opened[1].remote.port);
  EXPECT_EQ(seen.opened[0].remote.port, seen.opened[1].local.port);
  for (const auto& segment : seen.segments)
    EXPECT_TRUE(segment.has_position || segment.end_of_stream);
}

TEST_P(TracerCalls, EachSideOfAUnixConnectionIsOneSegment) {
  const Seen seen = capture(unix_sockets, GetParam().act);
  expect_pair(seen, "hello");
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_TRUE(seen.opened[0].unix_socket);
}

msghdr message_of(iovec* iov) {
  msghdr message{};
  message.msg_iov = iov;
  message.msg_iovlen = 2;
  return message;
}

INSTANTIATE_TEST_SUITE_P(
    Calls, TracerCalls,
    testing::Values(CallCase{"write_read",
                             [](Sockets s) {
                               if (write(s.a, "hello", 5) != 5 || read(s.b, g_buffer, 64) != 5)
                                 _exit(1);
                             }},
                    CallCase{"writev_readv",
                             [](Sockets s) {
                               if (writev(s.a, g_out, 2) != 5 || readv(s.b, g_in, 2) != 5) _exit(1);
                             }},
                    CallCase{"sendto_recvfrom",
                             [](Sockets s) {
                               if (send(s.a, "hello", 5, 0) != 5 || recv(s.b, g_buffer, 64, 0) != 5)
                                 _exit(1);
                             }},
                    CallCase{"peek_is_not_a_read",
                             [](Sockets s) {
                               if (send(s.a, "hello", 5, 0) != 5 ||
                                   recv(s.b, g_buffer, 64, MSG_PEEK) != 5)
                                 _exit(1);
                               if (recv(s.b, g_buffer, 64, 0) != 5) _exit(1);
                             }},
                    CallCase{"sendmsg_recvmsg",
                             [](Sockets s) {
                               const msghdr out = message_of(g_out);
                               msghdr in = message_of(g_in);
                               if (sendmsg(s.a, &out, 0) != 5 || recvmsg(s.b, &in, 0) != 5)
                                 _exit(1);
                             }},
                    CallCase{"sendmmsg_recvmmsg",
                             [](Sockets s) {
                               mmsghdr out{.msg_hdr = message_of(g_out), .msg_len = 0};
                               mmsghdr in{.msg_hdr = message_of(g_in), .msg_len = 0};
                               if (sendmmsg(s.a, &out, 1, 0) != 1 ||
                                   recvmmsg(s.b, &in, 1, 0, nullptr) != 1)
                                 _exit(1);
                             }}),
    [](const auto& test) { return std::string(test.param.name); });

// What travelled one way, put together again; parts that were left out are seen by their number.
std::string joined(const Seen& seen, model::Direction direction) {
  std::string text;
  std::size_t total = 0;
  for (std::size_t i = 0; i < seen.segments.size(); ++i) {
    if (seen.segments[i].direction != direction) continue;
    text += seen.payloads[i];
    total += seen.segments[i].total_bytes;
  }
  EXPECT_EQ(total, text.size());
  return text;
}

// As Node.js sends what an application wrote piece by piece.
TEST_F(TracerTest, AVectorOfManyShortPartsTravelsWhole) {
  static constexpr int kCommands = 250;
  const auto act = [](Sockets s) {
    std::vector<iovec> parts;
    for (int i = 0; i < kCommands; ++i) {
      for (const std::string_view part : {"*1", "\r\n$4", "\r\nPING", "\r\n"}) {
        parts.push_back({const_cast<char*>(part.data()), part.size()});
      }
    }
    static std::array<char, 14 * kCommands> all;
    expect_bytes(writev(s.a, parts.data(), static_cast<int>(parts.size())), all.size());
    expect_bytes(recv(s.b, all.data(), all.size(), MSG_WAITALL), all.size());
  };
  std::string expected;
  for (int i = 0; i < kCommands; ++i) expected += "*1\r\n$4\r\nPING\r\n";
  for (const auto& make : {tcp_sockets, unix_sockets}) {
    const Seen seen = capture(make, act);
    EXPECT_EQ(joined(seen, model::Direction::kSend), expected);
    EXPECT_EQ(joined(seen, model::Direction::kReceive), expected);
  }
}

TEST_F(TracerTest, ALongVectorTravelsAsItsHeadAndItsTail) {
  std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  std::string body(20'000, 'b');
  body.replace(body.size() - 8, 8, "the end!");
  const std::size_t total = head.size() + body.size();
  const auto act = [&](Sockets s) {
    std::array<iovec, 2> parts{{{head.data(), head.size()}, {body.data(), body.size()}}};
    expect_bytes(writev(s.a, parts.data(), 2), total);
    expect_bytes(recv(s.b, body.data(), 1, MSG_PEEK), 1);
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    expect_bytes(recvmsg(s.b, &message, MSG_WAITALL), total);
  };
  const Seen seen = capture(tcp_sockets, act);
  std::array<std::string, 2> last;
  for (std::size_t i = 0; i < seen.segments.size(); ++i) {
    if (seen.segments[i].total_bytes > 0)
      last.at(static_cast<std::size_t>(seen.segments[i].direction)) = seen.tails[i];
  }
  EXPECT_THAT(last, testing::Each("the end!"));
}

TEST_F(TracerTest, SendfileAndSpliceReportLengthsOnly) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    const int file = memfd_create("f", 0);
    std::array<int, 2> fds{};
    off_t offset = 0;
    if (write(file, "from a file", 11) != 11 || sendfile(s.a, file, &offset, 11) != 11) _exit(1);
    if (pipe(fds.data()) != 0 || write(fds[1], "piped", 5) != 5) _exit(1);
    if (splice(fds[0], nullptr, s.a, nullptr, 5, 0) != 5) _exit(1);
  });
  ASSERT_GE(seen.segments.size(), 2U);
  EXPECT_EQ(seen.segments[0].total_bytes, 11U);
  EXPECT_EQ(seen.segments[0].direction, model::Direction::kSend);
  EXPECT_TRUE(seen.payloads[0].empty());
  EXPECT_EQ(seen.segments[1].total_bytes, 5U);
  EXPECT_EQ(seen.segments[1].position, seen.segments[0].position + 11);
}

// One operation through a ring of its own; its result.
int submit_and_wait(const std::function<void(io_uring_sqe*)>& prepare) {
  io_uring ring{};
  if (io_uring_queue_init(4, &ring, 0) != 0) _exit(1);
  prepare(io_uring_get_sqe(&ring));
  io_uring_cqe* done = nullptr;
  if (io_uring_submit(&ring) != 1 || io_uring_wait_cqe(&ring, &done) != 0) _exit(1);
  const int result = done->res;
  io_uring_queue_exit(&ring);
  return result;
}

TEST_F(TracerTest, WhatIoUringTransfersIsReportedOrCounted) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    expect_bytes(submit_and_wait(
                     [&](io_uring_sqe* entry) { io_uring_prep_send(entry, s.a, "hello", 5, 0); }),
                 5);
    expect_bytes(submit_and_wait([&](io_uring_sqe* entry) {
                   io_uring_prep_recv(entry, s.b, g_buffer, sizeof(g_buffer), 0);
                 }),
                 5);
  });
  if (backend_under_test() != Backend::kSyscall) {
    expect_pair(seen, "hello");
    return;
  }
  EXPECT_TRUE(seen.segments.empty() || seen.segments[0].end_of_stream);
  EXPECT_GE(loss("io_uring"), 2U);
}

}  // namespace
}  // namespace obi::capture
