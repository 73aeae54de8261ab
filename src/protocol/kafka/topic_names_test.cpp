// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/topic_names.hpp"

#include <gtest/gtest.h>

namespace obi::protocol::kafka {
namespace {

TopicId id(int number) {
  TopicId id{};
  id[15] = static_cast<std::byte>(number);
  return id;
}

TEST(TopicNames, TheOneNotHeardOfForLongestIsForgotten) {
  TopicNames names(2);
  names.learn(id(1), "one");
  names.learn(id(2), "two");
  EXPECT_EQ(names.find(id(1)), "one");
  names.learn(id(3), "three");
  EXPECT_EQ(names.find(id(2)), "");
  EXPECT_EQ(names.find(id(1)), "one");
  EXPECT_EQ(names.find(id(3)), "three");
  EXPECT_EQ(names.size(), 2U);
}

TEST(TopicNames, ATopicMayBeLearnedAgain) {
  TopicNames names(2);
  names.learn(id(1), "one");
  names.learn(id(1), "uno");
  EXPECT_EQ(names.find(id(1)), "uno");
  EXPECT_EQ(names.size(), 1U);
}

TEST(TopicNames, MayHaveNoRoomAtAll) {
  TopicNames names(0);
  names.learn(id(1), "one");
  EXPECT_EQ(names.find(id(1)), "");
}

}  // namespace
}  // namespace obi::protocol::kafka
