// SPDX-License-Identifier: Apache-2.0
#include "base/lru.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::base {
namespace {

TEST(LruMap, ForgetsTheLeastRecentlyUsed) {
  LruMap<int, std::string> map(2);
  map.put(1, "one");
  map.put(2, "two");
  ASSERT_NE(map.find(1), nullptr);
  map.put(3, "three");
  EXPECT_EQ(map.find(2), nullptr);
  ASSERT_NE(map.find(1), nullptr);
  EXPECT_EQ(*map.find(1), "one");
  EXPECT_EQ(*map.find(3), "three");
  EXPECT_EQ(map.size(), 2U);
}

TEST(LruMap, PutReplaces) {
  LruMap<int, int> map(2);
  map.put(1, 10);
  EXPECT_EQ(map.put(1, 11), 11);
  EXPECT_EQ(*map.find(1), 11);
  EXPECT_EQ(map.size(), 1U);
}

}  // namespace
}  // namespace obi::base
