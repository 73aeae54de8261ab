// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/pending.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace obi::protocol::http1 {
namespace {

TEST(Http1Pending, KeepsOrderAndTextWhileItGrowsAndWraps) {
  PendingRequests pending;
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < round % 7; ++i, ++pushed) {
      const std::string target = fmt::format("/{:t>{}}", pushed, pushed % 50);
      pending.push(target, fmt::format("host{}", pushed)).identity.start_ns = pushed;
    }
    for (int i = 0; i < round % 5 && !pending.empty(); ++i, ++popped) {
      const Pending& front = pending.front();
      ASSERT_EQ(front.identity.start_ns, popped);
      const std::string target = fmt::format("/{:t>{}}", popped, popped % 50);
      EXPECT_EQ(front.target_bytes, target.size());
      EXPECT_EQ(pending.text_of(front), target + fmt::format("host{}", popped));
      pending.pop_front();
    }
    EXPECT_EQ(pending.size(), pushed - popped);
  }
}

TEST(Http1Pending, IsFullAtEitherBound) {
  PendingRequests many;
  while (!many.is_full()) many.push("", "");
  EXPECT_EQ(many.size(), PendingRequests::kMaxCount);
  PendingRequests large;
  const std::string target(8192, 'x');
  while (!large.is_full()) large.push(target, "");
  EXPECT_EQ(large.size(), PendingRequests::kMaxTextBytes / target.size());
  large.pop_front();
  EXPECT_FALSE(large.is_full());
}

TEST(Http1Pending, GivesTheMemoryOfABurstBackWhenIdle) {
  PendingRequests pending;
  for (int i = 0; i < 1000; ++i) pending.push("/a/path", "host");
  pending.release_idle_memory();
  EXPECT_EQ(pending.size(), 1000U);
  while (!pending.empty()) pending.pop_front();
  pending.release_idle_memory();
  EXPECT_LT(pending.held_bytes(), 512U);
  EXPECT_EQ(pending.text_of(pending.push("/next", "h", "PURGE")), "/nexthPURGE");
}

}  // namespace
}  // namespace obi::protocol::http1
