// SPDX-License-Identifier: Apache-2.0
#include "discover/decision.hpp"

#include <gtest/gtest.h>

namespace obi::discover {
namespace {

TEST(DecisionLog, KeepsTheLatestDecisionAndCountsAll) {
  DecisionLog log;
  log.record({.pid = 7, .outcome = Outcome::kTooYoung});
  log.record({.pid = 7, .outcome = Outcome::kSelected, .reason = "matches x"});
  log.record({.pid = 3, .outcome = Outcome::kSelected});
  EXPECT_EQ(log.find(7)->reason, "matches x");
  EXPECT_EQ(log.count(Outcome::kTooYoung), 1U);
  EXPECT_EQ(log.count(Outcome::kSelected), 2U);
  ASSERT_EQ(log.all().size(), 2U);
  EXPECT_EQ(log.all()[0].pid, 3U);
  log.forget(7);
  EXPECT_FALSE(log.find(7));
  EXPECT_EQ(log.count(Outcome::kSelected), 2U);
}

TEST(DecisionLog, WhatDoesNotFitIsCounted) {
  DecisionLog log;
  for (std::uint32_t pid = 1; pid <= DecisionLog::kMaxProcesses + 2; ++pid)
    log.record({.pid = pid});
  EXPECT_EQ(log.all().size(), DecisionLog::kMaxProcesses);
  EXPECT_EQ(log.not_kept(), 2U);
  EXPECT_EQ(log.count(Outcome::kNotSelected), DecisionLog::kMaxProcesses + 2);
}

}  // namespace
}  // namespace obi::discover
