// SPDX-License-Identifier: Apache-2.0
// How the end of an AF_UNIX connection is noticed, whatever ends it: the last reference to a socket
// may go with a descriptor of any process that has one.
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>

#include "base/clock.hpp"
#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

class UnixEnd : public TracerTest {
 protected:
  // `act` moves bytes at both ends. Both must be seen to end, once each, and after their bytes.
  Seen expect_ends(const std::function<Sockets()>& make, const std::function<void(Sockets)>& act) {
    Seen seen = capture(make, act);
    await_closed(seen, 2);
    EXPECT_EQ(seen.opened.size(), 2U);
    EXPECT_EQ(seen.closed.size(), 2U);
    for (const auto& closed : seen.closed) {
      for (const auto& segment : seen.segments) {
        if (segment.connection_id == closed.id) EXPECT_LE(segment.end_ns, closed.ns);
      }
    }
    return seen;
  }

  static void talk(Sockets s) {
    expect_bytes(write(s.a, "hello", 5), 5);
    expect_bytes(read(s.b, g_buffer, 64), 5);
  }
};

TEST_F(UnixEnd, WithTheCloseOfItsDescriptor) {
  for (const auto& make : {unix_sockets, named_unix_sockets}) {
    const Seen seen = capture(make, [](Sockets s) {
      talk(s);
      if (close(s.a) != 0 || read(s.b, g_buffer, 64) != 0 || close(s.b) != 0) _exit(1);
    });
    EXPECT_EQ(seen.closed.size(), 2U) << "at once";
  }
}

TEST_F(UnixEnd, WithItsProcess) {
  const Seen seen = expect_ends(named_unix_sockets, talk);
  for (const auto& closed : seen.closed) {
    EXPECT_LE(closed.ns - seen.segments.back().end_ns, 300'000'000U) << "not when it is noticed";
  }
}

TEST_F(UnixEnd, WithTheLastOfItsDescriptors) {
  expect_ends(unix_sockets, [](Sockets s) {
    const int copy = dup(s.a);
    talk(s);
    if (close(s.a) != 0) _exit(1);
    usleep(600'000);
    expect_bytes(write(copy, "again", 5), 5);
    if (close(copy) != 0 || close(s.b) != 0) _exit(1);
  });
}

TEST_F(UnixEnd, WithTheLastProcessThatHasIt) {
  const Seen seen = expect_ends(named_unix_sockets, [](Sockets s) {
    talk(s);
    const pid_t child = fork();
    if (child != 0) {
      if (close(s.a) != 0 || close(s.b) != 0) _exit(1);
      waitpid(child, nullptr, 0);
      return;
    }
    usleep(600'000);
    talk(s);
    _exit(0);
  });
  EXPECT_GE(seen.closed[0].ns - seen.segments[0].end_ns, 500'000'000U);
}

TEST_F(UnixEnd, WhenItsDescriptorIsTakenForSomethingElse) {
  expect_ends(unix_sockets, [](Sockets s) {
    talk(s);
    const int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (dup2(other, s.a) != s.a || dup3(other, s.b, O_CLOEXEC) != s.b) _exit(1);
    usleep(600'000);
  });
}

TEST_F(UnixEnd, WithACloseOfARange) {
  const Seen seen = expect_ends(unix_sockets, [](Sockets s) {
    talk(s);
    if (syscall(SYS_close_range, s.a, s.a, 0) != 0 || syscall(SYS_close_range, s.b, s.b, 0) != 0) {
      close(s.a);  // before 5.9
      close(s.b);
    }
    usleep(1'500'000);
  });
}

TEST_F(UnixEnd, WithAnExecThatClosesIt) {
  const std::uint64_t begun = base::monotonic_ns();
  const Seen seen = expect_ends(unix_sockets, [](Sockets s) {
    talk(s);
    fcntl(s.a, F_SETFD, FD_CLOEXEC);
    fcntl(s.b, F_SETFD, FD_CLOEXEC);
    execlp("sleep", "sleep", "0.1", nullptr);
    _exit(1);
  });
  EXPECT_GT(seen.closed[0].ns, begun);
}

// A server that hands its connections to others (systemd, sd_notify's fds, Passenger).
TEST_F(UnixEnd, NotWithTheProcessThatHandedItOn) {
  expect_ends(unix_sockets, [](Sockets s) {
    std::array<int, 2> way{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, way.data()) != 0) _exit(1);
    talk(s);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec one{.iov_base = g_buffer, .iov_len = 1};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &s.a, sizeof(int));
    if (sendmsg(way[0], &message, 0) != 1 || close(s.a) != 0) _exit(1);
    usleep(600'000);  // it is on its way, and has no descriptor
    if (recvmsg(way[1], &message, 0) != 1) _exit(1);
    std::memcpy(&s.a, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    talk(s);
    close(s.a);
    close(s.b);
  });
}

}  // namespace
}  // namespace obi::capture
