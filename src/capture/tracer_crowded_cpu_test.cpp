// SPDX-License-Identifier: Apache-2.0
// Many traced processes that take turns on few CPUs, also in the middle of a capture program: where
// the kernel allows that, it skips the program for the others.
#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

constexpr int kProcesses = 20;
constexpr int kConnections = 20;
constexpr int kMessages = 5;  // of each connection

class TracerCrowdedCpu : public TracerTest {
 protected:
  void expect_all(Sockets (*make)()) {
    Seen seen = capture(nullptr, [make](Sockets) {
      for (int i = 0; i < kProcesses; ++i) {
        if (fork() == 0) talk(make);
      }
      while (wait(nullptr) > 0) {
      }
    });
    constexpr std::size_t kEnds = 2UL * kProcesses * kConnections;
    await_closed(seen, seen.opened.size());
    const std::size_t skipped = counted();
    expect_but(skipped, seen.opened.size(), kEnds);
    expect_but(skipped, seen.closed.size(), kEnds);
    expect_but(skipped, std::ranges::count(seen.payloads, "hello"), kEnds * kMessages);
  }

 private:
  // What the back end may miss on a crowded CPU, and counts then: runs of trampolines' programs
  // that the kernel skipped, and calls whose return it did not report.
  [[nodiscard]] std::size_t counted() const {
    switch (backend_under_test()) {
      case Backend::kFentry: return loss("program_skipped");
      case Backend::kKprobe: return loss("return_missed");
      default: return 0;
    }
  }
  [[noreturn]] static void talk(Sockets (*make)()) {
    for (int k = 0; k < kConnections; ++k) {
      const Sockets s = make();
      for (int i = 0; i < kMessages; ++i) {
        expect_bytes(write(s.a, "hello", 5), 5);
        expect_bytes(read(s.b, g_buffer, 64), 5);
      }
      if (k % 4 < 2) close(s.a);  // the rest ends with the process
      if (k % 8 < 3) close(s.b);
    }
    _exit(0);
  }

  static void expect_but(std::size_t skipped, std::size_t seen, std::size_t all) {
    EXPECT_LE(seen, all) << "once each";
    EXPECT_GE(seen + skipped, all);
  }
};

TEST_F(TracerCrowdedCpu, TcpConnectionsAreSeenWhole) { expect_all(tcp_sockets); }
TEST_F(TracerCrowdedCpu, UnixConnectionsAreSeenWhole) { expect_all(named_unix_sockets); }
TEST_F(TracerCrowdedCpu, SocketPairsAreSeenWhole) { expect_all(unix_sockets); }

}  // namespace
}  // namespace obi::capture
