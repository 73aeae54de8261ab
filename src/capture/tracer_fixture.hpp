// SPDX-License-Identifier: Apache-2.0
// A back end (OBI_CAPTURE_BACKEND, else syscall) against real system calls: a traced child process
// makes them, and what was captured of it is compared. Needs root (BPF); says so and fails
// otherwise, since nothing else covers this.
#pragma once
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "capture/record.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One line for each thing that was reported, with positions counted from the first byte seen of
// each direction: the same in every run.
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
  std::vector<model::ConnectFailed> failed;
  std::vector<model::ProcessEvent> processes;
  std::vector<std::string> executables;  // of execs
  Transcript transcript;
};

inline std::uint32_t pid_namespace() {
  struct stat info{};
  stat("/proc/self/ns/pid", &info);
  return static_cast<std::uint32_t>(info.st_ino);
}

// Two connected sockets; a = connected, b = accepted.
struct Sockets {
  int a = -1;
  int b = -1;
};

// Both ends of a connection over loopback; {-1, -1} if the kernel doesn't have the protocol.
inline Sockets stream_sockets(int protocol) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
  if (listener < 0) return {-1, -1};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  bind(listener, generic, size);
  listen(listener, 4);
  getsockname(listener, generic, &size);
  Sockets sockets;
  sockets.a = socket(AF_INET, SOCK_STREAM, protocol);
  connect(sockets.a, generic, size);
  sockets.b = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener);
  return sockets;
}

inline Sockets tcp_sockets() { return stream_sockets(IPPROTO_TCP); }

inline Sockets unix_sockets() {
  std::array<int, 2> fds{};
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data());
  return {fds[0], fds[1]};
}

// Connected through a listener in the abstract name space.
inline Sockets named_unix_sockets() {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};  // an empty name asks for one that is free (unix(7), autobind)
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof(address.sun_family);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  bind(listener, generic, size);
  listen(listener, 4);
  size = sizeof(address);
  getsockname(listener, generic, &size);
  Sockets sockets;
  sockets.a = socket(AF_UNIX, SOCK_STREAM, 0);
  connect(sockets.a, generic, size);
  sockets.b = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener);
  return sockets;
}

inline Backend backend_under_test() {
  const char* name = std::getenv("OBI_CAPTURE_BACKEND");
  for (const Backend backend : {Backend::kFentry, Backend::kKprobe, Backend::kTracepoint}) {
    if (name != nullptr && to_string(backend) == name) return backend;
  }
  return Backend::kSyscall;
}

// Where the children of a test receive.
inline char g_buffer[64];

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
    return drain(run_traced(make, act));
  }

  // The same; what was captured is left in the rings. Returns the child's pid.
  std::uint32_t run_traced(const std::function<Sockets()>& make,
                           const std::function<void(Sockets)>& act) {
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
    return pid;
  }

  Seen drain(std::uint32_t pid) {
    Seen seen;
    tracer_->drain([&](std::span<const std::byte> bytes) { add(seen, bytes, pid); });
    return seen;
  }

  // Polls as the agent does, until so many connections have closed; at most 10 s.
  void await_closed(Seen& seen, std::size_t count) {
    for (int i = 0; i < 500 && seen.closed.size() < count; ++i) {
      tracer_->poll(std::chrono::milliseconds(20),
                    [&](std::span<const std::byte> bytes) { add(seen, bytes, 0); });
    }
  }

  static void add(Seen& seen, std::span<const std::byte> bytes, std::uint32_t pid) {
    model::SegmentContext context;
    const Record record = decode_record(bytes, context);
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
    } else if (const auto* failed = std::get_if<model::ConnectFailed>(&record)) {
      seen.failed.push_back(*failed);
    } else if (const auto* process = std::get_if<model::ProcessEvent>(&record)) {
      if (process->pid == pid || process->parent_pid == pid) seen.processes.push_back(*process);
    } else if (const auto* exec = std::get_if<ExecRecord>(&record)) {
      seen.executables.push_back(exec->executable);
    }
  }

  [[nodiscard]] std::uint64_t loss(std::string_view name) const {
    const auto losses = tracer_->losses();
    const auto row = std::ranges::find(losses, name, &KernelLoss::name);
    return row == losses.end() ? 0 : row->count;
  }

  std::unique_ptr<Tracer> tracer_;
};

inline void expect_pair(const Seen& seen, std::string_view text, std::size_t count = 1) {
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

// In a child: its call must have moved so many bytes.
inline void expect_bytes(ssize_t moved, ssize_t expected) {
  if (moved != expected) _exit(1);
}

}  // namespace obi::capture
