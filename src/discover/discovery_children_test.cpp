// SPDX-License-Identifier: Apache-2.0
// What the children of processes are.
#include "discover/discovery_fixture.hpp"

namespace obi::discover {
namespace {

using ChildProcesses = DiscoveryTest;

TEST_F(ChildProcesses, AForkedChildInheritsFromItsParentAtOnce) {
  rules_.instrument = {by_path(kTaken, "shop")};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  settle();
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  settle();
  ASSERT_NE(directory_.find(20), nullptr);
  EXPECT_EQ(directory_.find(20)->name, "shop");
  EXPECT_EQ(directory_.find(20)->instance_id, "box:10") << "of the program that was started";
  EXPECT_EQ(outcome(20), Outcome::kParentInstrumented);
  EXPECT_EQ(calls(), "+10 ") << "the kernel captures the child already";
}

TEST_F(ChildProcesses, AChildForkedBeforeItsParentWasCapturedIsLetThrough) {
  rules_.instrument = {by_path(kTaken)};
  tree_.put({.pid = 10});
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kExec, 10);
  event(ProcessEventKind::kFork, 20, 10);
  start();
  settle();
  EXPECT_EQ(calls(), "+10 +20 ");
}

TEST_F(ChildProcesses, ChildrenOfAProcessThatWasTooYoungAreFoundWithIt) {
  rules_.instrument = {by_path(kTaken)};
  rules_.min_process_age = std::chrono::milliseconds(100);
  start();
  tree_.put({.pid = 10, .start_ticks = FakeProc::started_ago(0)});
  event(ProcessEventKind::kExec, 10);
  tree_.put({.pid = 20, .parent_pid = 10, .executable = "/bin/worker"});
  event(ProcessEventKind::kFork, 20, 10);
  EXPECT_TRUE(attacher_.await(20, true));
}

TEST_F(ChildProcesses, AChildThatEndedAtOnceStillHasItsService) {
  rules_.instrument = {by_path(kTaken, "shop")};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  event(ProcessEventKind::kFork, 20, 10);
  event(ProcessEventKind::kExit, 20);
  settle();
  ASSERT_NE(directory_.find(20), nullptr);
  EXPECT_FALSE(directory_.is_alive(20));
}

TEST_F(ChildProcesses, AChildsExecDecidesAgain) {
  rules_.instrument = {by_path(kTaken, "shop")};
  rules_.exclude = {by_path("*/logger")};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  settle();
  for (const std::uint32_t pid : {20U, 21U}) {
    tree_.put({.pid = pid, .parent_pid = 10});
    event(ProcessEventKind::kFork, pid, 10);
  }
  settle();
  tree_.put({.pid = 20, .parent_pid = 10, .executable = "/bin/worker"});
  tree_.put({.pid = 21, .parent_pid = 10, .executable = "/bin/logger"});
  event(ProcessEventKind::kExec, 20);
  event(ProcessEventKind::kExec, 21);
  settle();
  EXPECT_EQ(calls(), "+10 +20 -21 ");
  EXPECT_EQ(outcome(20), Outcome::kParentInstrumented);
  EXPECT_EQ(outcome(21), Outcome::kExcluded);
  EXPECT_EQ(directory_.find(20)->name, "shop") << "the parent's entry names it";
}

TEST_F(ChildProcesses, AChildStaysInstrumentedWhenItsParentHasEnded) {
  rules_.instrument = {by_path(kTaken)};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  settle();
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  settle();
  tree_.remove(10);
  event(ProcessEventKind::kExit, 10);
  tree_.put({.pid = 20, .parent_pid = 1, .executable = "/bin/worker"});
  event(ProcessEventKind::kExec, 20);
  settle();
  EXPECT_EQ(calls(), "+10 +20 ");
  EXPECT_EQ(directory_.find(20)->name, "worker");
}

TEST_F(ChildProcesses, AScanFindsTheChildrenOfAProcessInstrumentedLate) {
  rules_.instrument = {by_port("80")};
  tree_.put({.pid = 10});
  tree_.put({.pid = 20, .parent_pid = 10, .executable = "/bin/worker"});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "");
  tree_.put({.pid = 10, .listening = {{500, 80}}, .sockets = {500}});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 +20 ");
}

}  // namespace
}  // namespace obi::discover
