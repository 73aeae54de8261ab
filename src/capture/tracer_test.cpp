// SPDX-License-Identifier: Apache-2.0
// A back end (OBI_CAPTURE_BACKEND, else syscall) against real system calls: a child process makes
// one call, and exactly the segments of that call must arrive, every field right. Needs root (BPF);
// says so and fails otherwise, since nothing else covers this.
#include "capture/tracer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include "capture/record.hpp"

namespace obi::capture {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One line for each thing that was told, with positions counted from the first byte seen of each
// direction: the same in every run.
class Transcript {
 public:
  void add(const model::ConnectionOpened& opened) {
    static constexpr std::array kRoles = {"unknown", "client", "server"};
    lines_.push_back(fmt::format("{} open {}{}", number(opened.id),
                                 kRoles[static_cast<std::size_t>(opened.role)],
                                 opened.mid_life ? " mid-life" : ""));
  }
  void add(const model::ConnectionClosed& closed) {
    lines_.push_back(fmt::format("{} close", number(closed.id)));
  }
  void add(const model::Segment& segment) {
    const bool sends = segment.direction == model::Direction::kSend;
    std::string line = fmt::format("{} {} {}", number(segment.connection_id), sends ? '>' : '<',
                                   segment.total_bytes);
    if (segment.has_position) {
      line += fmt::format(" at {}",
                          relative(segment.connection_id, segment.direction, segment.position));
    }
    const std::string payload = text_of(segment.payload);
    line += fmt::format(" '{}'", payload.size() > 40
                                     ? fmt::format("{}…({})", payload.substr(0, 8), payload.size())
                                     : payload);
    if (!segment.tail.empty()) line += fmt::format(" …'{}'", text_of(segment.tail));
    if (segment.end_of_stream) line += " end";
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::size_t number(std::uint64_t id) {
    return numbers_.emplace(id, numbers_.size() + 1).first->second;
  }
  std::uint32_t relative(std::uint64_t id, model::Direction direction, std::uint32_t position) {
    return position - starts_.emplace(std::pair(id, direction), position).first->second;
  }

  std::map<std::uint64_t, std::size_t> numbers_;
  std::map<std::pair<std::uint64_t, model::Direction>, std::uint32_t> starts_;
  std::vector<std::string> lines_;
};

struct Seen {
  std::vector<model::Segment> segments;
  std::vector<std::string> payloads;
  std::vector<std::string> tails;
  std::vector<model::ConnectionOpened> opened;
  std::vector<model::ConnectionClosed> closed;
  std::vector<model::ProcessEvent> processes;
  Transcript transcript;
};

std::uint32_t pid_namespace() {
  struct stat info{};
  stat("/proc/self/ns/pid", &info);
  return static_cast<std::uint32_t>(info.st_ino);
}

// Two connected sockets; a = connected, b = accepted.
struct Sockets {
  int a = -1;
  int b = -1;
};

Sockets tcp_sockets() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  bind(listener, generic, size);
  listen(listener, 4);
  getsockname(listener, generic, &size);
  Sockets sockets;
  sockets.a = socket(AF_INET, SOCK_STREAM, 0);
  connect(sockets.a, generic, size);
  sockets.b = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener);
  return sockets;
}

Sockets unix_sockets() {
  std::array<int, 2> fds{};
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data());
  return {fds[0], fds[1]};
}

Backend backend_under_test() {
  const char* name = std::getenv("OBI_CAPTURE_BACKEND");
  for (const Backend backend : {Backend::kFentry, Backend::kKprobe, Backend::kTracepoint}) {
    if (name != nullptr && to_string(backend) == name) return backend;
  }
  return Backend::kSyscall;
}

class TracerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto tracer = Tracer::open({.backend = backend_under_test(), .wakeup_bytes = 0});
    ASSERT_TRUE(tracer) << tracer.error().message << " — this test needs root";
    tracer_ = std::move(*tracer);
  }

  // Runs `act` in a traced child; gives what was captured of it. Sockets are made before the child
  // is traced.
  Seen capture(const std::function<Sockets()>& make, const std::function<void(Sockets)>& act) {
    std::array<int, 2> go{};
    std::array<int, 2> ready{};
    EXPECT_EQ(pipe(go.data()), 0);
    EXPECT_EQ(pipe(ready.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      const Sockets sockets = make ? make() : Sockets{};
      char byte = 'r';
      if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) _exit(1);
      act(sockets);
      _exit(0);
    }
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    const auto pid = static_cast<std::uint32_t>(child);
    EXPECT_TRUE(tracer_->allow({.pid = pid, .ns_pid = pid, .pid_namespace = pid_namespace()}));
    EXPECT_EQ(write(go[1], "g", 1), 1);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    for (const int fd : {go[0], go[1], ready[0], ready[1]}) close(fd);
    return drain(pid);
  }

  Seen drain(std::uint32_t pid) {
    Seen seen;
    tracer_->drain([&](std::span<const std::byte> bytes) {
      const Record record = decode_record(bytes);
      if (const auto* segment = std::get_if<model::Segment>(&record)) {
        seen.transcript.add(*segment);
        seen.segments.push_back(*segment);
        seen.payloads.push_back(text_of(segment->payload));
        seen.tails.push_back(text_of(segment->tail));
      } else if (const auto* opened = std::get_if<model::ConnectionOpened>(&record)) {
        seen.transcript.add(*opened);
        seen.opened.push_back(*opened);
      } else if (const auto* closed = std::get_if<model::ConnectionClosed>(&record)) {
        seen.transcript.add(*closed);
        seen.closed.push_back(*closed);
      } else if (const auto* process = std::get_if<model::ProcessEvent>(&record)) {
        if (process->pid == pid || process->parent_pid == pid) seen.processes.push_back(*process);
      }
    });
    return seen;
  }

  std::unique_ptr<Tracer> tracer_;
};

void expect_pair(const Seen& seen, std::string_view text, std::size_t count = 1) {
  std::vector<std::string> sent, received;
  for (std::size_t i = 0; i < seen.segments.size(); ++i) {
    if (seen.segments[i].end_of_stream) continue;
    (seen.segments[i].direction == model::Direction::kSend ? sent : received)
        .push_back(seen.payloads[i]);
    EXPECT_EQ(seen.segments[i].total_bytes, text.size());
  }
  EXPECT_EQ(sent, std::vector<std::string>(count, std::string(text)));
  EXPECT_EQ(received, std::vector<std::string>(count, std::string(text)));
}

using Act = std::function<void(Sockets)>;
struct CallCase {
  const char* name;
  Act act;
};

char g_buffer[64];
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

TEST_F(TracerTest, SendfileAndSpliceTellLengthsOnly) {
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

void expect_bytes(ssize_t moved, ssize_t expected) {
  if (moved != expected) _exit(1);
}

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

TEST_F(TracerTest, EveryBackEndTellsTheSameConversation) {
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

TEST_F(TracerTest, WhatIoUringMovesIsToldOrCounted) {
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
  const auto losses = tracer_->losses();
  const auto counted = std::ranges::find(losses, "io_uring", &KernelLoss::name);
  ASSERT_NE(counted, losses.end());
  EXPECT_GE(counted->count, 2U);
}

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

TEST_F(TracerTest, EndOfStreamAndCloseAreTold) {
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

TEST_F(TracerTest, ALongCallTravelsAsItsHeadAndItsTail) {
  const Seen seen = capture(tcp_sockets, [](Sockets s) {
    std::string body(20'000, 'b');
    body.replace(body.size() - 8, 8, "the end!");
    if (write(s.a, body.data(), body.size()) != 20'000) _exit(1);
  });
  ASSERT_GE(seen.segments.size(), 1U);
  EXPECT_EQ(seen.segments[0].total_bytes, 20'000U);
  EXPECT_EQ(seen.payloads[0], std::string(4096, 'b'));
  EXPECT_EQ(seen.tails[0], "the end!");
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

TEST_F(TracerTest, SilentModeStopsTheBytesAndStreamModeBringsThemAll) {
  Tracer& tracer = *tracer_;
  std::array<int, 2> steps{};
  std::array<int, 2> done{};
  ASSERT_EQ(pipe(steps.data()), 0);
  ASSERT_EQ(pipe(done.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Sockets s = tcp_sockets();
    std::string body(6'000, 'x');
    char step = 0;
    while (read(steps[0], &step, 1) == 1 && step != 'q') {
      if (write(s.a, body.data(), body.size()) != 6'000 || write(done[1], "d", 1) != 1) _exit(1);
    }
    _exit(0);
  }
  const auto pid = static_cast<std::uint32_t>(child);
  ASSERT_TRUE(tracer.allow({.pid = pid, .ns_pid = pid, .pid_namespace = pid_namespace()}));
  const auto step = [&] {
    char byte = 0;
    EXPECT_EQ(write(steps[1], "s", 1), 1);
    EXPECT_EQ(read(done[0], &byte, 1), 1);
    return drain(pid);
  };
  const Seen head = step();
  ASSERT_EQ(head.segments.size(), 1U);
  EXPECT_EQ(head.payloads[0].size(), 4096U);
  const std::uint64_t id = head.segments[0].connection_id;
  tracer.set_mode(id, model::CaptureMode::kStream);
  const Seen stream = step();
  ASSERT_EQ(stream.segments.size(), 1U);
  EXPECT_EQ(stream.payloads[0].size(), 6000U);
  tracer.set_mode(id, model::CaptureMode::kSilent);
  EXPECT_TRUE(step().segments.empty());
  EXPECT_EQ(write(steps[1], "q", 1), 1);
  waitpid(child, nullptr, 0);
  for (const int fd : {steps[0], steps[1], done[0], done[1]}) close(fd);
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

TEST_F(TracerTest, ExecListenAndExitAreTold) {
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
  std::uint64_t lost = 0;
  for (const KernelLoss& loss : tracer_->losses()) {
    if (loss.name == "ring_full") lost = loss.count;
  }
  EXPECT_GT(lost, 150U);
}

}  // namespace
}  // namespace obi::capture
