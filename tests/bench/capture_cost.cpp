// SPDX-License-Identifier: Apache-2.0
// What capture costs inside other processes: one loopback TCP write(300)+read(300) pair, bare, as a
// process that is not traced, and traced. The three are interleaved round by round, since machines
// drift; the ratios are medians over rounds. Usage: capture_cost [rounds [pairs]]   Prints one JSON
// object. Needs root.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "capture/tracer.hpp"

namespace {

using obi::capture::PidIdentity;
using obi::capture::Tracer;

constexpr int kBurst = 1000;

struct SocketPair {
  int client = -1;
  int server = -1;
};

SocketPair connect_loopback() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  SocketPair pair;
  if (bind(listener, generic, size) != 0 || listen(listener, 1) != 0) std::exit(1);
  getsockname(listener, generic, &size);
  pair.client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(pair.client, generic, size) != 0) std::exit(1);
  pair.server = accept(listener, nullptr, nullptr);
  close(listener);
  const int on = 1;
  setsockopt(pair.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return pair;
}

// Does `pairs` write+read pairs whenever a byte comes in on `go`, and answers with the ns per pair
// on `done`.
[[noreturn]] void run_load(int go, int done, int pairs) {
  const SocketPair sockets = connect_loopback();
  std::array<char, 512> bytes{};
  bytes.fill('a');
  for (char command = 0; read(go, &command, 1) == 1;) {
    // The fastest of many short bursts: what is left when the machine's other work doesn't
    // interfere.
    double per_pair = 1e9;
    for (int done_pairs = 0; done_pairs < pairs; done_pairs += kBurst) {
      const auto begin = obi::base::monotonic_ns();
      for (int i = 0; i < kBurst; ++i) {
        if (write(sockets.client, bytes.data(), 300) != 300 ||
            read(sockets.server, bytes.data(), bytes.size()) != 300) {
          std::_Exit(1);
        }
      }
      per_pair =
          std::min(per_pair, static_cast<double>(obi::base::monotonic_ns() - begin) / kBurst);
    }
    if (write(done, &per_pair, sizeof(per_pair)) != sizeof(per_pair)) std::_Exit(1);
  }
  std::_Exit(0);
}

struct Load {
  pid_t pid = 0;
  int go = -1;
  int done = -1;

  [[nodiscard]] double measure() const {
    double per_pair = 0;
    if (write(go, "g", 1) != 1 || read(done, &per_pair, sizeof(per_pair)) != sizeof(per_pair))
      std::exit(1);
    return per_pair;
  }
};

Load start_load(int pairs) {
  std::array<int, 2> go{};
  std::array<int, 2> done{};
  if (pipe(go.data()) != 0 || pipe(done.data()) != 0) std::exit(1);
  const pid_t pid = fork();
  if (pid == 0) {
    close(go[1]);
    close(done[0]);
    run_load(go[0], done[1], pairs);
  }
  close(go[0]);
  close(done[1]);
  return {.pid = pid, .go = go[1], .done = done[0]};
}

std::uint32_t pid_namespace() {
  struct stat info{};
  stat("/proc/self/ns/pid", &info);
  return static_cast<std::uint32_t>(info.st_ino);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  const int pairs = argc > 2 ? std::atoi(argv[2]) : 40'000;
  const Load load = start_load(pairs);
  const auto pid = static_cast<std::uint32_t>(load.pid);
  const PidIdentity identity{.pid = pid, .ns_pid = pid, .pid_namespace = pid_namespace()};
  std::vector<double> bare_ns, untraced_ratio, traced_ratio, untraced_ns, traced_ns;
  std::size_t segments = 0;
  (void)load.measure();
  for (int round = 0; round < rounds; ++round) {
    const double bare_before = load.measure();
    auto tracer = Tracer::open({.backend = obi::capture::Backend::kSyscall});
    if (!tracer) {
      std::fprintf(stderr, "capture_cost: %s\n", tracer.error().message.c_str());
      return 1;
    }
    const double untraced = load.measure();
    if (auto allowed = (*tracer)->allow(identity); !allowed) return 1;
    std::atomic<bool> stop{false};
    std::thread reader([&] {
      while (!stop) segments += (*tracer)->poll(std::chrono::milliseconds(20), [](auto) {});
    });
    const double traced = load.measure();
    stop = true;
    reader.join();
    tracer->reset();
    const double bare = (bare_before + load.measure()) / 2;
    bare_ns.push_back(bare);
    untraced_ns.push_back(untraced - bare);
    traced_ns.push_back(traced - bare);
    untraced_ratio.push_back(untraced / bare);
    traced_ratio.push_back(traced / bare);
  }
  close(load.go);
  waitpid(load.pid, nullptr, 0);
  std::printf(
      "{\"bare_pair_ns\": %.0f, \"untraced_ratio\": %.3f, \"traced_ratio\": %.3f, "
      "\"untraced_ns_per_call\": %.0f, "
      "\"traced_ns_per_segment\": %.0f, \"segments\": %zu, \"pairs\": %d}\n",
      median(bare_ns), median(untraced_ratio), median(traced_ratio), median(untraced_ns) / 2,
      median(traced_ns) / 2, segments, rounds * pairs);
}
