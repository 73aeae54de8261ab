// SPDX-License-Identifier: Apache-2.0
#include "app/memory_guard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace obi::app {
namespace {

using Level = MemoryGuard::Level;
using Holder = model::MemoryHolder;
constexpr std::size_t kMebibyte = 1024UL * 1024;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

class MemoryGuardTest : public testing::Test {
 protected:
  Level level_at(std::size_t mebibytes) {
    resident_ = mebibytes * kMebibyte;
    return guard_.look(now_ += kSecondNs);
  }
  std::size_t resident_ = 0;
  int trims_ = 0;
  std::uint64_t now_ = 1;
  model::MemoryAccount account_{32 * kMebibyte};
  MemoryGuard guard_{64 * kMebibyte,
                     account_,
                     {.resident = [this] { return resident_; }, .trim = [this] { ++trims_; }}};
};

TEST_F(MemoryGuardTest, ReportsHowNearTheCeilingIs) {
  EXPECT_EQ(level_at(30), Level::kFine);
  EXPECT_EQ(level_at(57), Level::kHigh);
  EXPECT_EQ(level_at(63), Level::kFull);
  EXPECT_EQ(level_at(200), Level::kFull);
  EXPECT_EQ(level_at(55), Level::kFine);
}

TEST_F(MemoryGuardTest, TrimsTheHeapBeforeAnythingIsReleased) {
  level_at(30);
  EXPECT_EQ(trims_, 0);
  level_at(58);
  EXPECT_EQ(trims_, 1);
  EXPECT_EQ(guard_.look(now_ + 1), Level::kHigh);
  EXPECT_EQ(trims_, 1) << "not at every look";
}

TEST_F(MemoryGuardTest, WhatIsAboveItsShareIsReleasedUntilThereIsRoom) {
  account_.add(Holder::Series, 20 * kMebibyte);
  account_.add(Holder::Queues, 1 * kMebibyte);
  level_at(50);
  EXPECT_EQ(account_.excess(Holder::Series), 0U);
  level_at(60);  // 4 MiB above 7/8
  EXPECT_EQ(account_.excess(Holder::Series), 4 * kMebibyte);
  EXPECT_EQ(account_.excess(Holder::Queues), 0U);
  for (int i = 0; i < 16; ++i) level_at(50);
  EXPECT_EQ(account_.excess(Holder::Series), 0U);
  EXPECT_FALSE(account_.is_constrained());
}

TEST_F(MemoryGuardTest, SegmentsAreDroppedOnlyIfWhatIsCapturedIsAboveItsShare) {
  account_.add(Holder::Series, 40 * kMebibyte);
  EXPECT_EQ(level_at(70), Level::kFull);
  EXPECT_FALSE(guard_.must_drop()) << "dropping frees nothing of what series hold";
  account_.add(Holder::HeldBytes, 10 * kMebibyte);
  level_at(70);
  EXPECT_TRUE(guard_.must_drop());
  account_.add(Holder::HeldBytes, -9 * static_cast<std::ptrdiff_t>(kMebibyte));
  EXPECT_FALSE(guard_.must_drop()) << "it ends as soon as that has given way";
}

TEST_F(MemoryGuardTest, IsDueByTimeAndByWhatWasTakenIn) {
  resident_ = 1;
  guard_.look(1 * kSecondNs);
  EXPECT_FALSE(guard_.is_due(2 * kSecondNs - 1));
  EXPECT_TRUE(guard_.is_due(2 * kSecondNs));
  guard_.took(kMebibyte - 1);
  EXPECT_FALSE(guard_.has_taken_much());
  guard_.took(1);
  EXPECT_TRUE(guard_.has_taken_much());
  resident_ = 64 * kMebibyte;
  guard_.look(2 * kSecondNs);
  EXPECT_FALSE(guard_.has_taken_much());
  EXPECT_FALSE(guard_.is_due(2 * kSecondNs + 99'000'000));
  EXPECT_TRUE(guard_.is_due(2 * kSecondNs + 100'000'000));
}

TEST(MemoryGuard, WithoutACeilingItNeverAsks) {
  model::MemoryAccount account;
  MemoryGuard guard(0, account,
                    {.resident =
                         [] {
                           ADD_FAILURE();
                           return std::size_t{0};
                         },
                     .trim = [] { ADD_FAILURE(); }});
  EXPECT_EQ(guard.look(1), Level::kFine);
}

TEST(MemoryGuard, TheBudgetIsWhatTheProgramLeavesOfSevenEighths) {
  EXPECT_EQ(MemoryGuard::budget(64 * kMebibyte, 16 * kMebibyte), 40 * kMebibyte);
  EXPECT_EQ(MemoryGuard::budget(64 * kMebibyte, 60 * kMebibyte), 16 * kMebibyte);
}

TEST(ResidentMemory, GrowsWithWhatIsTouched) {
  const std::size_t before = base::resident_bytes();
  ASSERT_GT(before, 0);
  const std::vector<char> touched(32 * kMebibyte, 'x');
  EXPECT_GE(base::resident_bytes(), before + 30 * kMebibyte);
  EXPECT_EQ(touched.back(), 'x');
}

}  // namespace
}  // namespace obi::app
