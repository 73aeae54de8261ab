// SPDX-License-Identifier: Apache-2.0
#include "protocol/by_id.hpp"

#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol {
namespace {

struct Request {
  RequestIdentity identity;
  int what = 0;
};

class ByIdTest : public testing::Test {
 protected:
  void push(int key, int what) {
    if (Request* request = waiting.push(key, {}, 1, sink)) request->what = what;
  }
  ById<int, Request> waiting{2};
  CollectingSink sink;
};

TEST_F(ByIdTest, EachAnswerTakesItsRequest) {
  push(1, 10);
  push(2, 20);
  EXPECT_EQ(waiting.take(2)->what, 20);
  EXPECT_EQ(waiting.take(1)->what, 10);
  EXPECT_FALSE(waiting.take(1));
}

TEST_F(ByIdTest, ARequestBeyondTheLimitIsCounted) {
  push(1, 10);
  push(2, 20);
  EXPECT_EQ(waiting.push(3, {}, 2, sink), nullptr);
  EXPECT_EQ(sink.notes[Note::RequestSeen], 4U);
  EXPECT_EQ(sink.notes[Note::RequestOverflow], 2U);
}

TEST_F(ByIdTest, AnIdThatIsUsedAgainAbandonsItsFirstRequest) {
  push(1, 10);
  push(1, 11);
  EXPECT_EQ(sink.notes[Note::RequestLostResponse], 1U);
  EXPECT_EQ(waiting.take(1)->what, 11);
}

TEST_F(ByIdTest, ARenamedRequestIsFoundUnderItsNewIdOnly) {
  push(1, 10);
  EXPECT_TRUE(waiting.rename(1, 7, sink));
  EXPECT_FALSE(waiting.take(1));
  EXPECT_EQ(waiting.take(7)->what, 10);
  EXPECT_FALSE(waiting.rename(1, 8, sink));
}

TEST_F(ByIdTest, RenamingToAnIdThatWaitsAbandonsWhatWaitedThere) {
  push(1, 10);
  push(2, 20);
  EXPECT_TRUE(waiting.rename(1, 2, sink));
  EXPECT_EQ(sink.notes[Note::RequestLostResponse], 1U);
  EXPECT_EQ(waiting.take(2)->what, 10);
  EXPECT_TRUE(waiting.empty());
}

TEST_F(ByIdTest, OnlyWhatBeganBeforeIsAbandoned) {
  waiting.push(1, {.start_ns = 100}, 1, sink);
  waiting.push(2, {.start_ns = 200}, 3, sink);
  waiting.abandon_before(200, Note::RequestLostResponse, sink);
  EXPECT_EQ(sink.notes[Note::RequestLostResponse], 1U);
  EXPECT_EQ(waiting.size(), 1U);
}

}  // namespace
}  // namespace obi::protocol
