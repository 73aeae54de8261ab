// SPDX-License-Identifier: Apache-2.0
// What a back end reports beside the bytes: positions, roles, ends, modes, processes, losses.
#include "capture/tracer.hpp"

#include <gtest/gtest.h>

#include "bpf/shared/segment.h"
#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

TEST_F(TracerTest, PositionsFollowTheStreamAndNameTheOtherSide) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    if (write(s.a, "abc", 3) != 3 || write(s.a, "defg", 4) != 4 || read(s.b, g_buffer, 64) != 7)
      _exit(1);
    if (write(s.b, "reply", 5) != 5 || read(s.a, g_buffer, 64) != 5) _exit(1);
  });
  ASSERT_GE(seen.segments.size(), 5U);
  EXPECT_EQ(seen.segments[1].position, seen.segments[0].position + 3);
  EXPECT_EQ(seen.segments[2].position,
            seen.segments[0].position);  // the same bytes at the other end
  EXPECT_EQ(seen.segments[4].peer_position, seen.segments[1].position + 4);
  EXPECT_LE(seen.segments[0].start_ns, seen.segments[1].start_ns);
}

TEST_F(TracerTest, RoleIsKnownWhenTheConnectionWasMadeUnderTrace) {
  const Seen seen = capture(nullptr, [](Sockets) {
    const Sockets s = tcp_sockets();
    if (write(s.a, "hello", 5) != 5 || read(s.b, g_buffer, 64) != 5) _exit(1);
  });
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_EQ(seen.opened[0].role, model::ConnectionRole::kClient);
  EXPECT_EQ(seen.opened[1].role, model::ConnectionRole::kServer);
  EXPECT_FALSE(seen.opened[0].mid_life);
}

TEST_F(TracerTest, RoleIsKnownOfATcpConnectionThatIsOlderThanTheTrace) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    if (write(s.a, "hello", 5) != 5 || read(s.b, g_buffer, 64) != 5) _exit(1);
  });
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_TRUE(seen.opened[0].mid_life);
  EXPECT_EQ(seen.opened[0].role, model::ConnectionRole::kClient);
  EXPECT_TRUE(seen.opened[1].mid_life);
  EXPECT_EQ(seen.opened[1].role, model::ConnectionRole::kServer);
}

TEST_F(TracerTest, RoleIsKnownOfAUnixConnectionThatIsOlderThanTheTrace) {
  const Seen seen = capture(named_unix_sockets, [](Sockets s) {
    if (write(s.a, "hello", 5) != 5 || read(s.b, g_buffer, 64) != 5) _exit(1);
  });
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_TRUE(seen.opened[0].mid_life);
  EXPECT_EQ(seen.opened[0].role, model::ConnectionRole::kClient);
  EXPECT_EQ(seen.opened[1].role, model::ConnectionRole::kServer);
}

TEST_F(TracerTest, NeitherEndOfASocketPairIsTheServer) {
  const Seen seen = capture(unix_sockets, [](Sockets s) {
    if (write(s.a, "hello", 5) != 5 || read(s.b, g_buffer, 64) != 5) _exit(1);
  });
  ASSERT_EQ(seen.opened.size(), 2U);
  EXPECT_EQ(seen.opened[0].role, model::ConnectionRole::kUnknown);
  EXPECT_EQ(seen.opened[1].role, model::ConnectionRole::kUnknown);
}

TEST_F(TracerTest, EndOfStreamAndCloseAreReported) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    if (write(s.a, "bye", 3) != 3 || close(s.a) != 0) _exit(1);
    if (read(s.b, g_buffer, 64) != 3 || read(s.b, g_buffer, 64) != 0 || close(s.b) != 0) _exit(1);
  });
  int ends_sent = 0;
  int ends_read = 0;
  for (const auto& segment : seen.segments) {
    if (!segment.end_of_stream) continue;
    ++(segment.direction == model::Direction::kSend ? ends_sent : ends_read);
  }
  EXPECT_GE(ends_sent, 1);
  EXPECT_EQ(ends_read, 1);
  EXPECT_EQ(seen.closed.size(), 2U);
}

constexpr std::string_view kResponseHead = "HTTP/1.1 200 OK\r\n\r\n";

TEST_F(TracerTest, ALongCallOfHttpTravelsAsItsHeadAndItsTail) {
  std::string response(kResponseHead);
  response.resize(20'000, 'b');
  response.replace(response.size() - 8, 8, "the end!");
  const Seen seen = capture(tcp_sockets, [&](Sockets s) {
    expect_bytes(write(s.a, response.data(), response.size()), response.size());
  });
  ASSERT_GE(seen.segments.size(), 1U);
  EXPECT_EQ(seen.segments[0].total_bytes, 20'000U);
  EXPECT_EQ(seen.payloads[0], response.substr(0, 4096));
  EXPECT_EQ(seen.tails[0], "the end!");
}

// Any of its bytes may matter, and user space can't have said yet which do.
TEST_F(TracerTest, TheBeginningOfAConnectionTravelsWhole) {
  static constexpr std::size_t kCall = 8192;
  static constexpr std::size_t kWhole = OBI_PROBING_BYTES / kCall;  // calls
  const auto act = [](Sockets s) {
    static std::array<char, kCall> room{};
    for (std::size_t i = 0; i <= kWhole; ++i) {
      expect_bytes(send(s.a, room.data(), kCall, 0), kCall);
      expect_bytes(recv(s.b, room.data(), kCall, MSG_WAITALL), kCall);
    }
  };
  for (const auto& make : {tcp_sockets, unix_sockets}) {
    const Seen seen = capture(make, act);
    std::array<std::size_t, 2> captured{};
    for (const model::Segment& segment : seen.segments) {
      captured.at(static_cast<std::size_t>(segment.direction)) += segment.payload.size();
    }
    EXPECT_EQ(captured[0], kWhole * kCall + kCall / 2);
    EXPECT_EQ(captured[1], kWhole * kCall + kCall / 2);
  }
}

// Where the next message may begin, if it is one of many in a row.
TEST_F(TracerTest, OfEachCallOfALongMessageTheFirstBytesTravel) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    const std::string body(8192, 'b');
    expect_bytes(write(s.a, kResponseHead.data(), kResponseHead.size()), kResponseHead.size());
    for (int i = 0; i < 4; ++i) expect_bytes(write(s.a, body.data(), body.size()), body.size());
  });
  std::vector<std::size_t> captured;
  for (const model::Segment& segment : seen.segments) {
    if (segment.total_bytes > 0) captured.push_back(segment.payload.size());
  }
  EXPECT_EQ(captured, (std::vector<std::size_t>{kResponseHead.size(), 4096, 64, 64, 64}));
}

TEST_F(TracerTest, PipelinedRequestsTravelWhole) {
  std::string requests;
  for (int i = 0; i < 1000; ++i)
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  const Seen seen = capture(tcp_sockets, [&](Sockets s) {
    if (write(s.a, requests.data(), requests.size()) != static_cast<ssize_t>(requests.size()))
      _exit(1);
  });
  std::string captured;
  for (std::size_t i = 0; i < seen.segments.size(); ++i) captured += seen.payloads[i];
  EXPECT_EQ(captured, requests);
}

// A process with many connections, which sends a long call of HTTP on each of them at every step.
class Sender {
 public:
  static constexpr std::size_t kConnections = 200;
  static constexpr std::size_t kCall = 6000;

  Sender() {
    EXPECT_EQ(pipe(steps_.data()), 0);
    EXPECT_EQ(pipe(done_.data()), 0);
    pid_ = fork();
    if (pid_ == 0) run();
  }
  ~Sender() {
    for (const int fd : {steps_[0], steps_[1], done_[0], done_[1]}) close(fd);
    waitpid(pid_, nullptr, 0);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  void step() const {
    char byte = 0;
    EXPECT_EQ(write(steps_[1], "s", 1), 1);
    EXPECT_EQ(read(done_[0], &byte, 1), 1);
  }

 private:
  [[noreturn]] void run() const {
    close(steps_[1]);
    std::vector<int> sockets(kConnections);
    std::string call(kResponseHead);
    call.resize(kCall, 'x');
    for (int& socket : sockets) socket = tcp_sockets().a;
    char step = 0;
    while (read(steps_[0], &step, 1) == 1) {
      for (const int socket : sockets) expect_bytes(write(socket, call.data(), kCall), kCall);
      if (write(done_[1], "d", 1) != 1) _exit(1);
    }
    _exit(0);
  }

  std::array<int, 2> steps_{};
  std::array<int, 2> done_{};
  pid_t pid_ = 0;
};

TEST_F(TracerTest, EachConnectionIsCapturedAsWasAskedForIt) {
  const Sender sender;
  ASSERT_TRUE(tracer_->allow(
      {.pid = sender.pid(), .ns_pid = sender.pid(), .pid_namespace = pid_namespace()}));
  const auto captured_by_connection = [&] {
    sender.step();
    const Seen seen = drain(sender.pid());
    std::map<std::uint64_t, std::size_t> captured;
    for (const model::Segment& segment : seen.segments)
      captured[segment.connection_id] += segment.payload.size();
    return captured;
  };
  const auto heads = captured_by_connection();
  ASSERT_EQ(heads.size(), Sender::kConnections);
  std::map<std::uint64_t, std::size_t> expected;  // of every third, as it would be by itself
  std::size_t number = 0;
  for (const auto& [id, bytes] : heads) {
    EXPECT_EQ(bytes, 4096U);
    if (number % 3 == 0) tracer_->set_mode(id, model::Source::kPlain, model::CaptureMode::kStream);
    if (number % 3 == 1) tracer_->set_mode(id, model::Source::kPlain, model::CaptureMode::kSilent);
    if (number % 3 != 1) expected[id] = number % 3 == 0 ? Sender::kCall : 4096;
    ++number;
  }
  EXPECT_EQ(captured_by_connection(), expected);
}

TEST_F(TracerTest, AProcessThatIsNotAllowedIsNotSeen) {
  const pid_t child = fork();
  if (child == 0) {
    const Sockets s = tcp_sockets();
    _exit(write(s.a, "hello", 5) == 5 && read(s.b, g_buffer, 64) == 5 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(drain(static_cast<std::uint32_t>(child)).segments.empty());
}

TEST_F(TracerTest, ABlockedProcessIsNotSeenAnyMore) {
  const auto act = [](Sockets s) {
    if (write(s.a, "hello", 5) != 5) _exit(1);
  };
  EXPECT_FALSE(capture(tcp_sockets, act).segments.empty());
  const auto self = static_cast<std::uint32_t>(getpid());
  const PidIdentity identity{.pid = self, .ns_pid = self, .pid_namespace = pid_namespace()};
  ASSERT_TRUE(tracer_->allow(identity));
  tracer_->block(identity);
  const Sockets s = tcp_sockets();
  EXPECT_EQ(write(s.a, "hello", 5), 5);
  EXPECT_TRUE(drain(self).segments.empty());
}

TEST_F(TracerTest, ChildrenOfATracedProcessAreTracedFromTheirFirstCall) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(write(s.a, "hello", 5) == 5 ? 0 : 1);
    waitpid(grandchild, nullptr, 0);
  });
  ASSERT_GE(seen.payloads.size(), 1U);
  EXPECT_EQ(seen.payloads[0], "hello");
  bool forked = false;
  for (const auto& event : seen.processes) forked |= event.kind == model::ProcessEventKind::kFork;
  EXPECT_TRUE(forked);
}

TEST_F(TracerTest, ExecListenAndExitAreReported) {
  const pid_t child = fork();
  if (child == 0) {
    execlp("python3", "python3", "-c", "import socket; s = socket.create_server(('127.0.0.1', 0))",
           nullptr);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  const Seen seen = drain(static_cast<std::uint32_t>(child));
  bool exec = false, listened = false, exited = false;
  for (const auto& event : seen.processes) {
    if (event.pid != static_cast<std::uint32_t>(child)) continue;
    exec |= event.kind == model::ProcessEventKind::kExec;
    listened |= event.kind == model::ProcessEventKind::kListen && event.port != 0;
    exited |= event.kind == model::ProcessEventKind::kExit;
    EXPECT_EQ(event.pid_namespace, pid_namespace());
  }
  EXPECT_TRUE(exec);
  EXPECT_TRUE(listened);
  EXPECT_TRUE(exited);
}

TEST_F(TracerTest, ANewProgramDoesNotWaitForABusyRing) {
  run_traced(tcp_sockets, [](Sockets s) {
    for (int i = 0; i < 200; ++i) {
      expect_bytes(write(s.a, "x", 1), 1);
      expect_bytes(read(s.b, g_buffer, 1), 1);
    }
  });
  pid_t program = 0;
  std::size_t segments = 0;
  std::size_t segments_before_exec = 0;
  tracer_->drain([&](std::span<const std::byte> bytes) {
    model::SegmentContext context;
    const Record record = decode_record(bytes, context);
    const auto* event = std::get_if<model::ProcessEvent>(&record);
    if (event != nullptr && event->kind == model::ProcessEventKind::kExec &&
        event->pid == static_cast<std::uint32_t>(program))
      segments_before_exec = segments;
    if (!std::holds_alternative<model::Segment>(record) || ++segments != 10) return;
    program = fork();
    if (program == 0) {
      execl("/bin/true", "true", nullptr);
      _exit(127);
    }
    waitpid(program, nullptr, 0);
  });
  EXPECT_GE(segments, 400U);
  EXPECT_GE(segments_before_exec, 10U);
  EXPECT_LT(segments_before_exec, 30U);
}

TEST_F(TracerTest, AFullRingIsCounted) {
  auto small =
      Tracer::open({.backend = backend_under_test(), .wakeup_bytes = 0, .ring_bytes = 4096});
  ASSERT_TRUE(small);
  tracer_ = std::move(*small);
  capture(tcp_sockets, [](Sockets s) {
    std::string text(300, 'x');
    for (int i = 0; i < 100; ++i) {
      if (write(s.a, text.data(), text.size()) != 300 || read(s.b, text.data(), text.size()) != 300)
        _exit(1);
    }
  });
  EXPECT_GT(loss("ring_full"), 150U);
}

}  // namespace
}  // namespace obi::capture
