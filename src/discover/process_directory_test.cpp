// SPDX-License-Identifier: Apache-2.0
#include "discover/process_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace obi::discover {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

model::ServiceRef service(const std::string& name, std::uint32_t pid = 1) {
  return std::make_shared<const model::Service>(
      model::Service{.name = name, .host_name = "box", .pid = pid});
}

TEST(ProcessDirectory, FindsWhatWasPut) {
  ProcessDirectory directory;
  EXPECT_EQ(directory.find(1), nullptr);
  directory.put(1, service("a"));
  EXPECT_EQ(directory.find(1)->name, "a");
  EXPECT_TRUE(directory.is_alive(1));
  EXPECT_EQ(directory.alive_count(), 1U);
}

TEST(ProcessDirectory, AnEndedProcessIsFoundForAMinute) {
  ProcessDirectory directory;
  directory.put(1, service("a"));
  directory.end(1, 10 * kSecond);
  EXPECT_FALSE(directory.is_alive(1));
  EXPECT_TRUE(directory.alive().empty());
  directory.expire(69 * kSecond);
  EXPECT_NE(directory.find(1), nullptr);
  directory.expire(70 * kSecond);
  EXPECT_EQ(directory.find(1), nullptr);
}

TEST(ProcessDirectory, ForWantOfMemoryTheEndedAreForgottenEarly) {
  model::MemoryAccount memory(1'000'000'000);
  ProcessDirectory directory(&memory);
  directory.put(1, service("alive"));
  for (std::uint32_t pid = 2; pid < 1000; ++pid) {
    directory.put(pid, service("a", pid));
    directory.end(pid, 10 * kSecond + pid);
  }
  directory.expire(30 * kSecond);
  EXPECT_NE(directory.find(2), nullptr);
  memory.set_budget(memory.total() / 2);
  directory.expire(30 * kSecond);
  EXPECT_EQ(directory.find(2), nullptr);
  EXPECT_NE(directory.find(999), nullptr);
  EXPECT_NE(directory.find(1), nullptr);
  EXPECT_LE(memory.total(), memory.budget());
  EXPECT_GT(memory.given_back(model::MemoryHolder::Services), 0U);
  directory.expire(1000 * kSecond);
  EXPECT_LT(memory.total(), 2000U) << "of the living one";
}

TEST(ProcessDirectory, ANumberInUseAgainOutlivesTheOldGrace) {
  ProcessDirectory directory;
  directory.put(1, service("old"));
  directory.end(1, 10 * kSecond);
  directory.put(1, service("new"));
  directory.expire(100 * kSecond);
  ASSERT_NE(directory.find(1), nullptr);
  EXPECT_EQ(directory.find(1)->name, "new");
  directory.end(1, 110 * kSecond);
  directory.expire(120 * kSecond);
  EXPECT_NE(directory.find(1), nullptr);
}

TEST(ProcessDirectory, AChildSharesItsParentsService) {
  ProcessDirectory directory;
  directory.put(1, service("a"));
  directory.inherit(2, 1, 5);
  EXPECT_EQ(directory.find(2), directory.find(1));
  directory.end(1, 6);
  directory.inherit(3, 2, 7);
  EXPECT_EQ(directory.find(3), directory.find(1)) << "a child of a child";
  directory.inherit(4, 99, 8);
  EXPECT_EQ(directory.find(4), nullptr);
}

TEST(ProcessDirectory, AnInstanceEndsWithTheLastOfItsProcesses) {
  ProcessDirectory directory;
  std::string heard;
  directory.set_listener([&](const model::ServiceRef& service, bool added) {
    heard += (added ? "+" : "-") + service->name;
  });
  directory.put(1, service("a"));
  for (std::uint32_t child = 2; child < 100; ++child) {
    directory.inherit(child, 1, child);
    directory.inherit(child, 1, child);
  }
  directory.end(1, 200);
  for (std::uint32_t child = 2; child < 99; ++child) directory.end(child, 300);
  EXPECT_EQ(heard, "+a");
  directory.end(99, 300);
  EXPECT_EQ(heard, "+a-a");
}

TEST(ProcessDirectory, AllProcessesOfAServiceAreRenamedAtOnce) {
  ProcessDirectory directory;
  std::string heard;
  directory.set_listener([&](const model::ServiceRef& service, bool added) {
    heard += (added ? "+" : "-") + service->name;
  });
  std::vector<std::uint32_t> reported;
  directory.set_process_listener(
      [&](std::uint32_t pid, const model::ServiceRef&) { reported.push_back(pid); });
  const auto before = service("a");
  directory.put(1, before);
  directory.inherit(2, 1, 5);
  directory.put(3, service("other"));
  directory.replace(before, service("b"));
  EXPECT_EQ(directory.find(1)->name, "b");
  EXPECT_EQ(directory.find(2)->name, "b");
  EXPECT_EQ(directory.find(3)->name, "other");
  EXPECT_EQ(heard, "+a+other-a+b");
  std::ranges::sort(reported);
  EXPECT_EQ(reported, (std::vector<std::uint32_t>{1, 1, 2, 3}));
}

TEST(ProcessDirectory, ANumberInUseAgainIsDistinguishedByTime) {
  ProcessDirectory directory;
  directory.put(1, service("a"));
  directory.put(2, service("b"));
  directory.inherit(10, 1, 100);
  directory.end(10, 200);
  directory.inherit(10, 2, 300);  // the number comes back
  directory.end(10, 200);         // a late repetition
  EXPECT_TRUE(directory.is_alive(10));
  EXPECT_EQ(directory.find_at(10, 150).service->name, "a");
  EXPECT_EQ(directory.find_at(10, 300).service->name, "b");
  directory.inherit(10, 1, 250);  // later than the one after it
  EXPECT_EQ(directory.find(10)->name, "b");
  directory.inherit(10, 1, 400);  // the end of the one before it was not heard
  EXPECT_EQ(directory.find(10)->name, "a");
  EXPECT_EQ(directory.find_at(10, 399).service->name, "b");
}

TEST(ProcessDirectory, AnExecWaitsForTheDecision) {
  ProcessDirectory directory;
  const std::uint64_t now = base::monotonic_ns();
  directory.put(1, service("shell"));
  directory.begin_program(1, now);
  EXPECT_EQ(directory.find_at(1, now - 1).service->name, "shell");
  EXPECT_FALSE(directory.is_alive(1));
  directory.inherit(2, 1, now + 1);  // forked before the decision
  std::thread decision([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    directory.put(1, service("worker"));
    directory.inherit(2, 1, now + 1);
  });
  EXPECT_EQ(directory.find_at(1, now).service->name, "worker");
  EXPECT_EQ(directory.find_at(2, now + 5).service->name, "worker");
  EXPECT_EQ(directory.find_at(1, now - 1).service->name, "shell");
  decision.join();
}

TEST(ProcessDirectory, ADecisionThatDoesNotComeIsNotAwaitedLong) {
  ProcessDirectory directory;
  directory.put(1, service("shell"));
  directory.begin_program(1, base::monotonic_ns());
  EXPECT_EQ(directory.find_at(1, base::monotonic_ns()).service, nullptr);
  directory.end_undecided(1, base::monotonic_ns());
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(directory.find_at(1, base::monotonic_ns()).service, nullptr);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, ProcessDirectory::kDecisionTime / 2);
}

TEST(ProcessDirectory, AScanEndsWhatIsGone) {
  ProcessDirectory directory;
  directory.put(1, service("a"));
  directory.put(2, service("b"));
  directory.inherit(3, 1, 50);
  directory.end_all_but({1}, 40);
  EXPECT_TRUE(directory.is_alive(1));
  EXPECT_FALSE(directory.is_alive(2));
  EXPECT_TRUE(directory.is_alive(3)) << "it is younger than the scan";
}

TEST(ProcessDirectory, ProgramsOfOneProcessAreBounded) {
  ProcessDirectory directory;
  int living = 0;
  directory.set_listener([&](const model::ServiceRef&, bool added) { living += added ? 1 : -1; });
  for (std::uint64_t ns = 1; ns < 1000; ++ns) {
    directory.begin_program(1, ns);
    directory.put(1, service("a"));
  }
  EXPECT_EQ(living, 1);
  directory.expire(kSecond + ProcessDirectory::kGraceNs);
  EXPECT_TRUE(directory.is_alive(1));
  directory.end(1, kSecond);
  EXPECT_EQ(living, 0);
}

TEST(ProcessDirectory, EndedProcessesAreBounded) {
  ProcessDirectory directory;
  constexpr std::uint32_t kCount = ProcessDirectory::kMaxEnded + 1;
  for (std::uint32_t pid = 1; pid <= kCount; ++pid) {
    directory.put(pid, service("a", pid));
    directory.end(pid, kSecond);
  }
  EXPECT_EQ(directory.find(1), nullptr);
  EXPECT_NE(directory.find(2), nullptr);
  EXPECT_NE(directory.find(kCount), nullptr);
}

TEST(ProcessDirectory, TheListenerHearsOfServicesComingAndGoing) {
  ProcessDirectory directory;
  std::string heard;
  directory.set_listener([&](const model::ServiceRef& service, bool added) {
    heard += (added ? "+" : "-") + service->name;
  });
  directory.put(1, service("a"));
  directory.put(1, service("b"));
  directory.end(1, kSecond);
  directory.end(1, kSecond);
  EXPECT_EQ(heard, "+a-a+b-b");
}

TEST(ProcessDirectory, ReadersAndTheWriterMayRunAtOnce) {
  ProcessDirectory directory;
  std::atomic<bool> stop = false;
  std::atomic<bool> torn = false;
  std::thread reader([&] {
    while (!stop) {
      const auto found = directory.find(1);
      if (found && found->name != "a" && found->name != "b") torn = true;
    }
  });
  for (int i = 0; i < 2000; ++i) {
    directory.put(1, service(i % 2 == 0 ? "a" : "b"));
    if (i % 10 == 0) directory.end(1, kSecond);
  }
  stop = true;
  reader.join();
  EXPECT_FALSE(torn);
}

}  // namespace
}  // namespace obi::discover
