// SPDX-License-Identifier: Apache-2.0
#include "swarm/queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace obi::swarm {
namespace {

using std::chrono::milliseconds;

TEST(Queue, DeliversInOrderAndEndsAfterClose) {
  Queue<int> queue({.name = "q", .capacity = 4});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.send(int(i)));
  queue.close();
  EXPECT_EQ(queue.receive(), 0);
  EXPECT_EQ(queue.receive(), 1);
  EXPECT_EQ(queue.receive(), 2);
  EXPECT_EQ(queue.receive(), std::nullopt);
  EXPECT_TRUE(queue.is_drained());
}

TEST(Queue, RefusesItemsAfterClose) {
  Queue<int> queue({.name = "q", .capacity = 1});
  queue.close();
  EXPECT_FALSE(queue.send(1));
}

TEST(Queue, DropPolicyAbandonsAfterTheTimeoutAndKeepsTheItem) {
  Queue<std::unique_ptr<int>> queue(
      {.name = "q", .capacity = 1, .send_timeout = milliseconds(5), .when_full = WhenFull::kDrop});
  EXPECT_TRUE(queue.send(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.send(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(Queue, WaitPolicyReportsAndDeliversOnceThereIsRoom) {
  std::atomic<int> reports{0};
  Queue<int> queue({.name = "busy",
                    .capacity = 1,
                    .send_timeout = milliseconds(2),
                    .when_full = WhenFull::kWait,
                    .on_timeout = [&](const std::string& name) {
                      EXPECT_EQ(name, "busy");
                      ++reports;
                      reports.notify_all();
                    }});
  EXPECT_TRUE(queue.send(1));
  std::thread sender([&] { EXPECT_TRUE(queue.send(2)); });
  reports.wait(0);
  EXPECT_EQ(queue.receive(), 1);
  EXPECT_EQ(queue.receive(), 2);
  sender.join();
}

TEST(QueueDeathTest, AbortPolicyEndsTheProcess) {
  Queue<int> queue(
      {.name = "q", .capacity = 1, .send_timeout = milliseconds(1), .when_full = WhenFull::kAbort});
  EXPECT_TRUE(queue.send(1));
  EXPECT_DEATH(queue.send(2), "");
}

TEST(Queue, ReceiveUntilReturnsNothingAtTheDeadline) {
  Queue<int> queue({.name = "q", .capacity = 1});
  EXPECT_EQ(queue.receive_until(std::chrono::steady_clock::now() + milliseconds(2)), std::nullopt);
  EXPECT_FALSE(queue.is_drained());
}

TEST(Queue, CarriesEveryItemBetweenManyThreads) {
  Queue<int> queue({.name = "q", .capacity = 3});
  constexpr int kEach = 2000;
  std::atomic<long> sum{0};
  std::thread receiver([&] {
    while (auto item = queue.receive()) sum += *item;
  });
  std::vector<std::jthread> senders;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&] {
      for (int i = 1; i <= kEach; ++i) queue.send(int(i));
    });
  }
  senders.clear();
  queue.close();
  receiver.join();
  EXPECT_EQ(sum, 4L * kEach * (kEach + 1) / 2);
}

TEST(Queue, IsFullEarlierWhileMemoryIsTight) {
  bool is_tight = true;
  Queue<int> queue({.name = "q",
                    .capacity = 10,
                    .send_timeout = std::chrono::milliseconds(1),
                    .when_full = WhenFull::kDrop,
                    .is_tight = [&] { return is_tight; }});
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += static_cast<int>(queue.send(int{i}));
  EXPECT_EQ(taken, 4);
  is_tight = false;
  EXPECT_TRUE(queue.send(4));
}

}  // namespace
}  // namespace obi::swarm
