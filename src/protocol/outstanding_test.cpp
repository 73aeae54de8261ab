// SPDX-License-Identifier: Apache-2.0
#include "protocol/outstanding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::protocol {
namespace {

constexpr std::uint64_t kBurst = 1000;

TEST(Outstanding, GivesBackWhatABurstNeededOnceNothingWaits) {
  Outstanding<std::string> messages(kBurst);
  for (std::uint64_t key = 0; key < kBurst; ++key) ASSERT_NE(messages.add(key), nullptr);
  const std::size_t at_most = messages.held_bytes();
  messages.release_idle_memory();
  EXPECT_EQ(messages.held_bytes(), at_most) << "they wait";
  for (std::uint64_t key = 0; key < kBurst; ++key) messages.remove(key);
  messages.release_idle_memory();
  EXPECT_LT(messages.held_bytes(), 100U);
  ASSERT_NE(messages.add(7), nullptr);
  EXPECT_NE(messages.find(7), nullptr);
}

}  // namespace
}  // namespace obi::protocol
