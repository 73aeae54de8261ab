// SPDX-License-Identifier: Apache-2.0
#include "discover/process_directory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace obi::discover {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

model::ServiceRef service(const std::string& name, std::uint32_t pid = 1) {
  return std::make_shared<const model::Service>(model::Service{
      .name = name, .instance_id = "box:" + std::to_string(pid), .host_name = "box", .pid = pid});
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

TEST(ProcessDirectory, AChildIsAnInstanceOfItsOwn) {
  ProcessDirectory directory;
  directory.put(1, service("a"));
  directory.inherit(2, 1);
  ASSERT_NE(directory.find(2), nullptr);
  EXPECT_EQ(directory.find(2)->name, "a");
  EXPECT_EQ(directory.find(2)->pid, 2U);
  EXPECT_EQ(directory.find(2)->instance_id, "box:2");
  directory.inherit(3, 99);
  EXPECT_EQ(directory.find(3), nullptr);
  auto stated = *service("b", 4);
  stated.instance_id = "ns.pod.main";
  directory.put(4, std::make_shared<const model::Service>(stated));
  directory.inherit(5, 4);
  EXPECT_EQ(directory.find(5)->instance_id, "ns.pod.main");
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
