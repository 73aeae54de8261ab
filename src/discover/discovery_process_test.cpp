// SPDX-License-Identifier: Apache-2.0
// Discovery on real child processes. What the kernel side would report is pushed by hand.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "discover/discovery.hpp"
#include "discover/recording_attacher.hpp"

namespace obi::discover {
namespace {

using model::ProcessEventKind;

// From the event to the capture. A sanitizer makes all of it slower.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr auto kPatience = std::chrono::milliseconds(1000);
#else
constexpr auto kPatience = std::chrono::milliseconds(100);
#endif

// A child of this test that ends with the object.
class Child {
 public:
  /// Runs `body`, which returns when the child is ready; then the child waits for its end. The
  /// value that `body` returns is told to the test.
  template <typename Body>
  explicit Child(const Body& body) {
    std::array<int, 2> ready{};
    if (pipe2(ready.data(), O_CLOEXEC) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      const std::uint16_t value = body();
      if (write(ready[1], &value, sizeof(value)) < 0) _exit(1);
      while (true) pause();
    }
    close(ready[1]);  // an exec closes the child's end
    if (read(ready[0], &value_, sizeof(value_)) < 0) value_ = 0;
    close(ready[0]);
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  [[nodiscard]] std::uint16_t value() const { return value_; }

 private:
  pid_t pid_ = -1;
  std::uint16_t value_ = 0;
};

std::uint16_t run_sleep() {
  execlp("sleep", "sleep", "60", nullptr);
  return 0;
}

std::uint16_t listen_somewhere() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (listen(listener, 4) != 0) return 0;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

class RealProcesses : public testing::Test {
 protected:
  void start(config::Selector selector) {
    DiscoveryOptions options;
    options.rules.instrument.push_back(std::move(selector));
    options.rules.poll_interval = std::chrono::hours(1);
    options.own_pid = static_cast<std::uint32_t>(getpid());
    options.host.name = "box";
    discovery_.emplace(std::move(options), directory_, attacher_, ledger_);
    thread_.emplace([this](const std::stop_token& stop) { discovery_->run(stop); });
  }
  // How long it took from the event until the process was let through.
  std::chrono::nanoseconds latency(const model::ProcessEvent& event) {
    const auto pushed = std::chrono::steady_clock::now();
    discovery_->push(KernelEvent{.event = event});
    const auto call = attacher_.await(event.pid, true);
    return call ? call->when - pushed : std::chrono::nanoseconds::max();
  }

  model::Ledger ledger_;
  ProcessDirectory directory_;
  RecordingAttacher attacher_;
  std::optional<Discovery> discovery_;
  std::optional<std::jthread> thread_;
};

TEST_F(RealProcesses, AnExecIsLetThroughSoon) {
  start({.exe_path = config::Pattern(*base::Glob::compile("*sleep*"))});
  const Child child(run_sleep);
  EXPECT_LT(latency({.kind = ProcessEventKind::kExec, .pid = child.pid()}), kPatience);
  EXPECT_EQ(directory_.find(child.pid())->instance_id, "box:" + std::to_string(child.pid()));
}

TEST_F(RealProcesses, AListenerIsLetThroughSoonByItsPort) {
  const Child child(listen_somewhere);
  ASSERT_NE(child.value(), 0);
  start({.open_ports = *config::parse_int_set(std::to_string(child.value()))});
  // The port comes from the kernel's table here: the event names another one.
  EXPECT_LT(latency({.kind = ProcessEventKind::kListen, .pid = child.pid(), .port = 1}), kPatience);
}

TEST_F(RealProcesses, AnInheritedListenerCounts) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ASSERT_EQ(listen(listener, 4), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const Child worker([] { return std::uint16_t{0}; });
  close(listener);
  start({.open_ports = *config::parse_int_set(std::to_string(ntohs(address.sin_port)))});
  EXPECT_LT(latency({.kind = ProcessEventKind::kExec, .pid = worker.pid()}), kPatience);
}

TEST_F(RealProcesses, TheScanBeforeTheStartFindsWhatRuns) {
  const Child child(run_sleep);
  DiscoveryOptions options;
  options.rules.instrument.push_back({.target_pids = {child.pid()}, .name = "sleeper"});
  Discovery discovery(std::move(options), directory_, attacher_, ledger_);
  discovery.scan();
  ASSERT_NE(directory_.find(child.pid()), nullptr);
  EXPECT_EQ(directory_.find(child.pid())->name, "sleeper");
  EXPECT_EQ(attacher_.text(), "+" + std::to_string(child.pid()) + " ");
}

TEST_F(RealProcesses, TheLanguageOfAnInterpreterIsKnown) {
  constexpr const char* kPython = "/usr/bin/python3";
  if (access(kPython, X_OK) != 0) GTEST_SKIP() << "there is no " << kPython;
  start({.languages = config::Pattern(*base::Glob::compile("python"))});
  const Child child([] {
    execl(kPython, kPython, "-c", "import time; time.sleep(60)", nullptr);
    return std::uint16_t{0};
  });
  EXPECT_LT(latency({.kind = ProcessEventKind::kExec, .pid = child.pid()}), kPatience);
  EXPECT_EQ(directory_.find(child.pid())->language, model::Language::kPython);
}

}  // namespace
}  // namespace obi::discover
