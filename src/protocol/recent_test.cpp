// SPDX-License-Identifier: Apache-2.0
#include "protocol/recent.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace obi::protocol {
namespace {

TEST(Recent, ForgetsWhatWasUsedLongestAgo) {
  Recent<std::string, int> recent(2);
  *recent.put("a") = 1;
  *recent.put("b") = 2;
  EXPECT_EQ(*recent.find("a"), 1);
  *recent.put(std::string_view("c")) = 3;
  EXPECT_EQ(recent.find("b"), nullptr);
  EXPECT_EQ(*recent.find("a"), 1);
  EXPECT_EQ(*recent.find("c"), 3);
  EXPECT_EQ(recent.size(), 2U);
  recent.erase("a");
  recent.erase("unknown");
  EXPECT_EQ(recent.find("a"), nullptr);
  *recent.put("c") = 4;
  EXPECT_EQ(recent.size(), 1U);
  EXPECT_EQ(*recent.find("c"), 4);
}

TEST(Recent, OfNoEntriesRemembersNothing) {
  Recent<std::string, int> recent(0);
  EXPECT_EQ(recent.put("a"), nullptr);
  EXPECT_EQ(recent.find("a"), nullptr);
}

}  // namespace
}  // namespace obi::protocol
