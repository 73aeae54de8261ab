// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/mapped_file_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace obi::capture {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class MappedFileWatchTest : public testing::Test {
 protected:
  // Lets the time pass until `end`, doing every look when it comes; returns how many there were.
  std::size_t run_until(MappedFileWatch::Time end, microseconds cost = microseconds(0)) {
    std::size_t looks = 0;
    while (const auto wake = watch_.wake_at()) {
      if (*wake > end) break;
      now_ = std::max(now_, *wake);
      while (const auto pid = watch_.next(now_)) {
        watch_.looked(*pid, now_, cost, false);
        order_.push_back(*pid);
        ++looks;
      }
    }
    now_ = end;
    return looks;
  }

  MappedFileWatch::Time now_{seconds(1000)};
  MappedFileWatch watch_;
  std::vector<std::uint32_t> order_;
};

TEST_F(MappedFileWatchTest, AYoungProcessIsLookedAtOftenAnOldOneSeldom) {
  watch_.add(7, now_);
  EXPECT_EQ(run_until(now_), 1U);
  EXPECT_EQ(run_until(now_ + seconds(1)), 3U);  // after 100, 300 and 700 ms
  run_until(now_ + seconds(20));
  EXPECT_EQ(run_until(now_ + seconds(100)), 10U);
}

TEST_F(MappedFileWatchTest, NewFilesMakeAProcessYoungAgain) {
  watch_.add(7, now_);
  run_until(now_ + seconds(60));
  now_ = *watch_.wake_at();
  watch_.looked(*watch_.next(now_), now_, {}, true);
  EXPECT_EQ(*watch_.wake_at() - now_, MappedFileWatch::kMinInterval);
}

TEST_F(MappedFileWatchTest, YoungProcessesGoFirst) {
  watch_.add(1, now_);
  run_until(now_ + seconds(60));
  now_ = *watch_.wake_at();
  watch_.add(2, now_);
  EXPECT_EQ(watch_.next(now_), 2U);
}

TEST_F(MappedFileWatchTest, AStormOfYoungProcessesLeavesATurnToTheOlder) {
  watch_.add(1, now_);
  run_until(now_ + seconds(60));
  now_ = *watch_.wake_at();
  for (std::uint32_t pid = 2; pid < 20; ++pid) watch_.add(pid, now_);
  order_.clear();
  run_until(now_);
  EXPECT_LT(std::ranges::find(order_, 1U) - order_.begin(), 4);
}

TEST_F(MappedFileWatchTest, WhatManyProcessesCostIsBounded) {
  constexpr microseconds kCost(200);
  for (std::uint32_t pid = 1; pid <= 5000; ++pid) watch_.add(pid, now_);
  const std::size_t looks = run_until(now_ + seconds(60), kCost);
  const auto spent = kCost * looks;
  EXPECT_LE(spent, seconds(60) / MappedFileWatch::kCostShare + MappedFileWatch::kMaxCredit + kCost);
  EXPECT_GE(spent, seconds(60) / MappedFileWatch::kCostShare - milliseconds(10));
  EXPECT_GE(looks, 5000U);  // each had its turn
}

TEST_F(MappedFileWatchTest, AProcessThatEndsIsForgotten) {
  watch_.add(7, now_);
  watch_.add(7, now_);
  EXPECT_EQ(watch_.size(), 1U);
  const auto pid = watch_.next(now_);
  watch_.remove(7);
  watch_.looked(*pid, now_, {}, true);
  EXPECT_EQ(watch_.size(), 0U);
  EXPECT_FALSE(watch_.wake_at());
  EXPECT_FALSE(watch_.next(now_ + seconds(60)));
}

}  // namespace
}  // namespace obi::capture
