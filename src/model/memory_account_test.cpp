// SPDX-License-Identifier: Apache-2.0
#include "model/memory_account.hpp"

#include <gtest/gtest.h>

namespace obi::model {
namespace {

constexpr auto kSeries = MemoryHolder::Series;
constexpr auto kQueues = MemoryHolder::Queues;

TEST(MemoryAccount, AHolderMayUseWhatTheOthersLeaveFree) {
  MemoryAccount account(1000);
  account.add(kSeries, 990);
  EXPECT_GT(account.held(kSeries), account.share(kSeries));
  EXPECT_EQ(account.excess(kSeries), 0U);
}

TEST(MemoryAccount, AboveTheBudgetOnlyThoseAboveTheirShareGiveWay) {
  MemoryAccount account(1000);
  account.add(kSeries, 990);
  account.add(kQueues, 50);  // its share is 100
  EXPECT_EQ(account.excess(kSeries), 40U);
  EXPECT_EQ(account.excess(kQueues), 0U);
  account.add(kSeries, -40);
  EXPECT_EQ(account.excess(kSeries), 0U);
}

TEST(MemoryAccount, NoHolderReleasesMoreThanWhatIsAboveItsShare) {
  MemoryAccount account(1000);
  account.add(kSeries, 300);
  account.add(kQueues, 900);
  EXPECT_EQ(account.excess(kSeries), 40U);
  EXPECT_EQ(account.excess(kQueues), 200U);
}

TEST(MemoryAccount, AProcessThatIsTooLargeLowersTheBudgetForAWhile) {
  MemoryAccount account(1600);
  account.add(kSeries, 800);
  EXPECT_FALSE(account.is_constrained());
  account.constrain(100);
  EXPECT_TRUE(account.is_constrained());
  EXPECT_EQ(account.excess(kSeries), 100U);
  account.constrain(5000);  // never below a quarter
  EXPECT_EQ(account.excess(kSeries), 400U);
  for (int i = 0; i < 12; ++i) account.relax();
  EXPECT_EQ(account.excess(kSeries), 0U);
  EXPECT_FALSE(account.is_constrained());
}

TEST(MemoryAccount, WithoutBudgetItOnlyCounts) {
  MemoryAccount account;
  account.add(kSeries, 1 << 30);
  EXPECT_EQ(account.excess(kSeries), 0U);
  EXPECT_EQ(account.held(kSeries), std::size_t{1} << 30);
}

TEST(MemoryEntry, PartsOfAHolderAddUpAndLeaveNothingBehind) {
  MemoryAccount account(1000);
  {
    MemoryEntry first(&account, kSeries);
    MemoryEntry second(&account, kSeries);
    first.set(700);
    second.set(400);
    second.add(50);
    second.remove(20);
    EXPECT_EQ(account.held(kSeries), 1130U);
    EXPECT_EQ(first.excess(), 130U);
    first.count_given_back(30);
  }
  EXPECT_EQ(account.total(), 0U);
  EXPECT_EQ(account.given_back(kSeries), 30U);
}

TEST(MemoryEntry, OfNoAccountNeverReleases) {
  MemoryEntry entry;
  entry.set(1 << 30);
  EXPECT_EQ(entry.excess(), 0U);
}

TEST(MemoryAccount, TextHasEveryHolder) {
  MemoryAccount account(1000);
  account.add(kSeries, 12);
  const std::string text = account.text();
  for (const auto& holder : kMemoryHolders)
    EXPECT_NE(text.find(std::string(holder.name) + "="), std::string::npos) << holder.name;
  EXPECT_NE(text.find("series=12"), std::string::npos);
}

}  // namespace
}  // namespace obi::model
