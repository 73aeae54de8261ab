// SPDX-License-Identifier: Apache-2.0
#include "protocol/in_order.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol {
namespace {

struct Request {
  RequestIdentity identity;
  std::string text;
};

TEST(InOrder, GivesBackWhatABurstNeededOnceNothingWaits) {
  CollectingSink sink;
  InOrder<Request> requests;
  for (int i = 0; i < 1000; ++i) ASSERT_NE(requests.push({}, true, sink), nullptr);
  const std::size_t at_most = requests.held_bytes();
  requests.release_idle_memory();
  EXPECT_EQ(requests.held_bytes(), at_most) << "they wait";
  while (!requests.empty()) requests.pop();
  requests.release_idle_memory();
  EXPECT_EQ(requests.held_bytes(), 0U);
  EXPECT_NE(requests.push({}, true, sink), nullptr);
}

}  // namespace
}  // namespace obi::protocol
