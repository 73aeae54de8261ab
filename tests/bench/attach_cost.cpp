// SPDX-License-Identifier: Apache-2.0
// What attaching 500 probes to a library costs a process that works with it, and how long detaching
// takes. The process counts its work in steps of 10 ms and says how long it had no CPU because
// others had it, which is left out: what is left is what it did in the time in which it could run,
// locks and faults included. A test by itself, since it wants a quiet machine: attach_cost.
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/clock.hpp"
#include "capture/attach/attach_fixture.hpp"
#include "capture/attach/attacher.hpp"

namespace obi::capture {
namespace {

constexpr std::size_t kFunctions = 500;
constexpr int kRounds = 15;
constexpr std::chrono::milliseconds kSettle{400};  // after each step
constexpr std::uint64_t kStepNs = 10'000'000;
constexpr std::size_t kMaxSteps = 20'000;
constexpr double kSlow = 0.95;  // of the usual speed

// For a quiet machine; OBI_TIME_SLACK widens it where other work runs beside.
double limit_ms() {
  const char* slack = std::getenv("OBI_TIME_SLACK");
  return 100 * (slack == nullptr ? 1 : std::max(1.0, std::atof(slack)));
}
constexpr double kMs = 1e6;

struct Step {
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  double speed = 0;  // units of work per ns in which it could run
};

struct Log {  // shared with the process under load
  std::atomic<std::size_t> count{0};
  std::atomic<bool> stop{false};
  Step steps[kMaxSteps];
};

// Time in which this thread could have run but another one did (Linux: sched-stats.rst).
std::uint64_t waited_for_cpu_ns(int schedstat) {
  char text[128] = "";
  if (pread(schedstat, text, sizeof(text) - 1, 0) <= 0) return 0;
  char* rest = nullptr;
  std::strtoull(text, &rest, 10);
  return std::strtoull(rest, nullptr, 10);
}

// About 20 µs: computing, a mapping that comes and goes, now and then a call of the library.
void work(unsigned unit, int (*const* functions)(int)) {
  static std::atomic<unsigned> sink{0};
  unsigned hash = unit;
  for (unsigned i = 0; i < 20'000; ++i) hash = hash * 31 + i;
  sink = hash;
  if (unit % 4 == 0) sink = static_cast<unsigned>(functions[unit / 4 % kFunctions](1));
  if (unit % 16 == 0) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
      *static_cast<volatile char*>(page) = 1;
      munmap(page, 4096);
    }
  }
}

[[noreturn]] void run_load(const std::string& library, Log& log) {
  void* loaded = dlopen(library.c_str(), RTLD_NOW);
  if (loaded == nullptr) _exit(1);
  static int (*functions[kFunctions])(int);
  for (std::size_t i = 0; i < kFunctions; ++i) {
    functions[i] =
        reinterpret_cast<int (*)(int)>(dlsym(loaded, fmt::format("obi_probed_{}", i).c_str()));
  }
  const int schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  std::uint64_t begin = base::monotonic_ns();
  std::uint64_t waited = waited_for_cpu_ns(schedstat);
  unsigned unit = 0;
  unsigned first = 0;
  while (!log.stop && log.count < kMaxSteps) {
    work(unit++, functions);
    const std::uint64_t now = base::monotonic_ns();
    if (now - begin < kStepNs) continue;
    const std::uint64_t waited_now = waited_for_cpu_ns(schedstat);
    const std::uint64_t could_run = std::max<std::uint64_t>(now - begin - (waited_now - waited), 1);
    log.steps[log.count++] = {begin, now, static_cast<double>(unit - first) / could_run};
    begin = now;
    waited = waited_now;
    first = unit;
  }
  _exit(0);
}

/// A child that works until the end.
class Load {
 public:
  explicit Load(const std::string& library)
      : log_(new(mmap(nullptr, sizeof(Log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                      0)) Log) {
    pid_ = fork();
    if (pid_ == 0) run_load(library, *log_);
  }
  ~Load() { end(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  void end() {
    if (pid_ <= 0) return;
    log_->stop = true;
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  [[nodiscard]] std::span<const Step> steps() const { return {log_->steps, log_->count}; }

 private:
  Log* log_;
  pid_t pid_ = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Action {
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  [[nodiscard]] double ms() const { return static_cast<double>(end_ns - begin_ns) / kMs; }
};

// The longest time without interruption in which the process was slow, of steps that touch the
// action or the 100 ms behind it.
double slow_ms(std::span<const Step> steps, const Action& action, double usual) {
  double longest = 0;
  double run = 0;
  for (const Step& step : steps) {
    if (step.end_ns < action.begin_ns || step.begin_ns > action.end_ns + 100'000'000) continue;
    run = step.speed < kSlow * usual ? run + static_cast<double>(step.end_ns - step.begin_ns) / kMs
                                     : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

double usual_speed(std::span<const Step> steps, std::uint64_t from, std::uint64_t to) {
  std::vector<double> speeds;
  for (const Step& step : steps) {
    if (step.begin_ns >= from && step.end_ns <= to) speeds.push_back(step.speed);
  }
  return median(speeds);
}

double median_ms(const std::vector<Action>& actions) {
  std::vector<double> times;
  for (const Action& action : actions) times.push_back(action.ms());
  return median(times);
}

double median_slow_ms(std::span<const Step> steps, const std::vector<Action>& actions,
                      double usual) {
  std::vector<double> times;
  for (const Action& action : actions) times.push_back(slow_ms(steps, action, usual));
  return median(times);
}

Action timed(const std::function<void()>& act) {
  Action action{.begin_ns = base::monotonic_ns()};
  act();
  action.end_ns = base::monotonic_ns();
  std::this_thread::sleep_for(kSettle);
  return action;
}

ProbeSet all_functions(const std::string& path, const CountingPrograms& programs) {
  ProbeSet set{.name = "all", .matches = [path](std::string_view file) { return file == path; }};
  for (std::size_t i = 0; i < kFunctions; ++i) {
    set.probes.push_back({.symbol = fmt::format("obi_probed_{}", i), .program = programs.entry()});
  }
  return set;
}

TEST(AttachCost, FiveHundredProbesHardlySlowAProcessAndAreGoneWithin100Ms) {
  if (best_attach_method() != AttachMethod::kMulti) GTEST_SKIP() << "no uprobe.multi";
  const LibraryCopy library;
  Load load(library.path());
  CountingPrograms programs(AttachMethod::kMulti);
  ASSERT_TRUE(programs.is_loaded());
  Detacher detacher;
  Attacher attacher({all_functions(library.path(), programs)}, AttachMethod::kMulti, detacher);
  const Action quiet = timed([] { std::this_thread::sleep_for(std::chrono::seconds(2)); });

  std::vector<Action> controls;
  std::vector<Action> attached;
  std::vector<Action> ended;
  std::vector<Action> detached;
  for (int round = 0; round < kRounds; ++round) {
    controls.push_back(timed([] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }));
    attached.push_back(timed([&] {
      const auto found = find_process_files("/proc", load.pid(), attacher.sets());
      attacher.update(load.pid(), *found, std::chrono::steady_clock::now());
    }));
    ASSERT_EQ(attacher.status().at(0).places, kFunctions);
    Action end{.begin_ns = base::monotonic_ns()};
    detached.push_back(timed([&] {
      attacher.end(load.pid());
      end.end_ns = base::monotonic_ns();
      detacher.wait_until_idle();
    }));
    ended.push_back(end);
  }
  load.end();

  const double usual = usual_speed(load.steps(), quiet.begin_ns, quiet.end_ns);
  const double slow_attach = median_slow_ms(load.steps(), attached, usual);
  const double slow_detach = median_slow_ms(load.steps(), detached, usual);
  fmt::print(
      "{{\"probes\": {}, \"hits\": {}, \"attach_ms\": {:.1f}, \"detach_ms\": {:.1f}, "
      "\"caller_detach_ms\": {:.3f}, \"slow_attach_ms\": {:.0f}, \"slow_detach_ms\": {:.0f}, "
      "\"slow_control_ms\": {:.0f}, \"speed_attached\": {:.3f}}}\n",
      kFunctions, programs.take_hits().first, median_ms(attached), median_ms(detached),
      median_ms(ended), slow_attach, slow_detach, median_slow_ms(load.steps(), controls, usual),
      usual_speed(load.steps(), attached[0].end_ns, detached[0].begin_ns) / usual);
  EXPECT_LT(median_ms(detached), limit_ms());
  EXPECT_LE(slow_attach, limit_ms());
  EXPECT_LE(slow_detach, limit_ms());
}

}  // namespace
}  // namespace obi::capture
