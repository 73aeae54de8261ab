// SPDX-License-Identifier: Apache-2.0
#include "swarm/runner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "swarm/queue.hpp"

namespace obi::swarm {
namespace {

TEST(Runner, DrainsEveryQueueInTheOrderOfDataFlow) {
  Queue<int> first({.name = "first", .capacity = 2});
  Queue<int> second({.name = "second", .capacity = 2});
  std::atomic<int> sent{0};
  std::atomic<int> received{0};
  Runner runner;
  runner.add({.name = "source",
              .run =
                  [&](std::stop_token stop) {
                    while (!stop.stop_requested()) {
                      first.send(1);
                      ++sent;
                      sent.notify_all();
                    }
                  },
              .finished = [&] { first.close(); }});
  runner.add({.name = "middle",
              .run =
                  [&](std::stop_token) {
                    while (auto item = first.receive()) second.send(int(*item));
                  },
              .finished = [&] { second.close(); }});
  runner.add({.name = "sink", .run = [&](std::stop_token) {
                while (auto item = second.receive()) received += *item;
              }});
  runner.start();
  sent.wait(0);
  EXPECT_TRUE(runner.stop(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
  EXPECT_EQ(sent, received);
  EXPECT_GT(received, 0);
}

TEST(Runner, NamesTheNodesThatMissTheDeadline) {
  std::binary_semaphore release{0};
  Runner runner;
  runner.add({.name = "quick", .run = [](std::stop_token) {}});
  runner.add({.name = "stuck", .run = [&](std::stop_token) { release.acquire(); }});
  runner.start();
  std::vector<std::string> late;
  EXPECT_FALSE(
      runner.stop(std::chrono::steady_clock::now() + std::chrono::milliseconds(50), &late));
  EXPECT_EQ(late, std::vector<std::string>{"stuck"});
  release.release();
}

}  // namespace
}  // namespace obi::swarm
