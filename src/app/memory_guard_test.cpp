// SPDX-License-Identifier: Apache-2.0
#include "app/memory_guard.hpp"

#include <gtest/gtest.h>

namespace obi::app {
namespace {

using Level = MemoryGuard::Level;
constexpr std::size_t kMebibyte = 1024UL * 1024;

TEST(MemoryGuard, TellsHowNearTheCeilingIs) {
  std::size_t resident = 0;
  MemoryGuard guard(64 * kMebibyte, [&] { return resident; });
  std::uint64_t now = 1;
  const auto level_at = [&](std::size_t mebibytes) {
    resident = mebibytes * kMebibyte;
    return guard.look(now += 1'000'000'000);
  };
  EXPECT_EQ(level_at(30), Level::kFine);
  EXPECT_EQ(level_at(57), Level::kHigh);
  EXPECT_EQ(level_at(63), Level::kFull);
  EXPECT_EQ(level_at(200), Level::kFull);
  EXPECT_EQ(level_at(55), Level::kFine);
}

TEST(MemoryGuard, IsDueByTimeAndByWhatWasTakenIn) {
  std::size_t resident = 0;
  MemoryGuard guard(kMebibyte, [&] { return resident; });
  guard.look(1'000'000'000);
  EXPECT_FALSE(guard.is_due(1'999'000'000));
  EXPECT_TRUE(guard.is_due(2'000'000'000));
  guard.took(kMebibyte - 1);
  EXPECT_FALSE(guard.has_taken_much());
  guard.took(1);
  EXPECT_TRUE(guard.has_taken_much());
  resident = kMebibyte;
  guard.look(2'000'000'000);
  EXPECT_FALSE(guard.has_taken_much());
  EXPECT_FALSE(guard.is_due(2'099'000'000));
  EXPECT_TRUE(guard.is_due(2'100'000'000));
}

TEST(MemoryGuard, WithoutACeilingItNeverAsks) {
  MemoryGuard guard(0, [] {
    ADD_FAILURE();
    return std::size_t{0};
  });
  EXPECT_EQ(guard.look(1), Level::kFine);
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
