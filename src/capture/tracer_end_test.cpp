// SPDX-License-Identifier: Apache-2.0
// How connections end: each end is reported with the first thing that happened to it, and where its
// bytes ended. `a` is the client's end, `b` the server's; both are the traced process's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

using model::ConnectionClosed;
using model::ConnectionEnd;

void reset(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(fd);
}

// The request is read by `b`, if `is_read`.
void ask(Sockets sockets, bool is_read = true) {
  std::array<char, 8> bytes{};
  if (write(sockets.a, "request", 7) != 7) _exit(2);
  if (is_read && read(sockets.b, bytes.data(), bytes.size()) != 7) _exit(3);
}

class TracerEnd : public TracerTest {
 protected:
  // Null if that end had none.
  static const ConnectionClosed* closed_of(const Seen& seen, model::ConnectionRole role) {
    for (const model::ConnectionOpened& opened : seen.opened) {
      if (opened.role != role) continue;
      for (const ConnectionClosed& closed : seen.closed) {
        if (closed.id == opened.id) return &closed;
      }
    }
    return nullptr;
  }
  static void expect_end(const Seen& seen, model::ConnectionRole role, ConnectionEnd end) {
    const ConnectionClosed* closed = closed_of(seen, role);
    ASSERT_NE(closed, nullptr);
    EXPECT_EQ(closed->end, end);
    EXPECT_GT(closed->end_ns, 0U);
    EXPECT_LE(closed->end_ns, closed->ns);
    EXPECT_TRUE(closed->has_position);
    // Behind all that was reported, but for a FIN.
    for (const auto& [direction, position] :
         {std::pair(model::Direction::kSend, closed->send_position),
          std::pair(model::Direction::kReceive, closed->receive_position)}) {
      std::uint32_t behind = 0;
      for (const model::Segment& segment : seen.segments) {
        const bool is_of_it = segment.connection_id == closed->id && segment.total_bytes > 0;
        if (is_of_it && segment.direction == direction)
          behind = position - (segment.position + segment.total_bytes);
      }
      EXPECT_LE(behind, 1U);
    }
  }
  void expect_ends(const std::function<void(Sockets)>& act, ConnectionEnd client,
                   ConnectionEnd server) {
    const Seen seen = capture(tcp_sockets, act);
    expect_end(seen, model::ConnectionRole::kClient, client);
    expect_end(seen, model::ConnectionRole::kServer, server);
  }
};

TEST_F(TracerEnd, TheClientClosesFirst) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        close(sockets.a);
        close(sockets.b);
      },
      ConnectionEnd::kClosed, ConnectionEnd::kPeerClosed);
}

TEST_F(TracerEnd, TheServerClosesFirst) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        close(sockets.b);
        close(sockets.a);
      },
      ConnectionEnd::kPeerClosed, ConnectionEnd::kClosed);
}

TEST_F(TracerEnd, TheServerResets) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        reset(sockets.b);
        close(sockets.a);
      },
      ConnectionEnd::kPeerReset, ConnectionEnd::kAborted);
}

TEST_F(TracerEnd, TheClientResets) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        reset(sockets.a);
        close(sockets.b);
      },
      ConnectionEnd::kAborted, ConnectionEnd::kPeerReset);
}

TEST_F(TracerEnd, AServerThatHasNotReadAllResets) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        ask(sockets, false);
        close(sockets.b);
        close(sockets.a);
      },
      ConnectionEnd::kPeerReset, ConnectionEnd::kAborted);
}

TEST_F(TracerEnd, AnAnswerToAClientThatHasGoneChangesNothing) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        close(sockets.a);
        if (write(sockets.b, "late", 4) != 4) _exit(4);
        close(sockets.b);
      },
      ConnectionEnd::kClosed, ConnectionEnd::kPeerClosed);
}

TEST_F(TracerEnd, AClientThatShutsItsSendingSideHasNotGone) {
  expect_ends(
      [](Sockets sockets) {
        ask(sockets);
        shutdown(sockets.a, SHUT_WR);
        close(sockets.b);
        close(sockets.a);
      },
      ConnectionEnd::kPeerClosed, ConnectionEnd::kPeerClosed);
}

TEST_F(TracerEnd, AProcessThatDiesClosesWhatItHad) {
  const Seen seen = capture(tcp_sockets, [](Sockets sockets) {
    ask(sockets);
    _exit(0);
  });
  for (const auto role : {model::ConnectionRole::kClient, model::ConnectionRole::kServer})
    EXPECT_NE(closed_of(seen, role), nullptr);
}

// An interrupt in the middle of a program may end another connection, for which the kernel then
// skips that program.
TEST_F(TracerEnd, HooksThatRunInInterruptsHaveTwoPrograms) {
  std::map<std::string, int> programs;
  for (const ProgramFacts& program : tracer_->audit().programs)
    programs[program.hook] += program.loaded ? 1 : 0;
  EXPECT_EQ(programs["raw_tp/inet_sock_set_state"], 2);
  EXPECT_EQ(programs["raw_tp/tcp_destroy_sock"], 2);
}

}  // namespace
}  // namespace obi::capture
