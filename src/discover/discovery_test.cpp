// SPDX-License-Identifier: Apache-2.0
// Discovery on made-up process trees.
#include <atomic>

#include "discover/discovery_fixture.hpp"

namespace obi::discover {
namespace {

TEST_F(DiscoveryTest, AScanTakesWhatTheSelectorsName) {
  rules_.instrument = {by_path("*/server", "shop")};
  tree_.put({.pid = 10});
  tree_.put({.pid = 11, .executable = "/usr/bin/other"});
  tree_.put({.pid = 2, .executable = ""});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
  ASSERT_NE(directory_.find(10), nullptr);
  EXPECT_EQ(directory_.find(10)->name, "shop");
  EXPECT_EQ(directory_.find(10)->instance_id, "box:10");
  EXPECT_EQ(directory_.find(11), nullptr);
  EXPECT_EQ(outcome(10), Outcome::kSelected);
  EXPECT_EQ(outcome(11), Outcome::kNotSelected);
  EXPECT_EQ(discovery().processes_seen(), 2U);
}

TEST_F(DiscoveryTest, TheAgentItselfIsNeverInstrumented) {
  rules_.instrument = {by_path("*")};
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "");
}

TEST_F(DiscoveryTest, WithoutSelectorsListenersAreInstrumented) {
  tree_.put({.pid = 10, .listening = {{500, 80}}, .sockets = {500}});
  tree_.put({.pid = 11, .listening = {{500, 80}}, .sockets = {7}});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
  EXPECT_EQ(outcome(11), Outcome::kNoPort);
}

TEST_F(DiscoveryTest, ALaterScanFindsNewSocketsAndGoneProcesses) {
  tree_.put({.pid = 10});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "");
  tree_.put({.pid = 10, .listening = {{500, 80}}, .sockets = {500}});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
  tree_.remove(10);
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 -10 ");
  EXPECT_NE(directory_.find(10), nullptr) << "late spans still find it";
  EXPECT_FALSE(directory_.is_alive(10));
}

TEST_F(DiscoveryTest, AScanNoticesAnotherProgramUnderTheSameNumber) {
  rules_.instrument = {by_path("*/server"), by_path("*/third", "third")};
  tree_.put({.pid = 10});
  discovery().scan();
  tree_.put({.pid = 10, .start_ticks = 777, .executable = "/bin/other"});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 -10 ");
  tree_.put({.pid = 10, .start_ticks = 777, .stack_start = 5, .executable = "/bin/third"});
  discovery().scan();
  EXPECT_EQ(directory_.find(10)->name, "third");
}

TEST_F(DiscoveryTest, AnExecIsDecidedAtOnce) {
  rules_.instrument = {by_path("*/server")};
  start();
  tree_.put({.pid = 10});
  const auto pushed = std::chrono::steady_clock::now();
  event(ProcessEventKind::kExec, 10);
  const auto call = attacher_.await(10, true);
  ASSERT_TRUE(call);
  EXPECT_LT(call->when - pushed, std::chrono::milliseconds(100));
  EXPECT_EQ(call->service->name, "server");
}

TEST_F(DiscoveryTest, AnExecReplacesTheService) {
  rules_.instrument = {by_path("*/server"), by_path("*/next", "next")};
  start();
  tree_.put({.pid = 10, .environment = {"OTEL_SERVICE_NAME=one"}});
  event(ProcessEventKind::kExec, 10);
  settle();
  EXPECT_EQ(directory_.find(10)->name, "one");
  tree_.put({.pid = 10, .environment = {"OTEL_SERVICE_NAME=two"}});
  event(ProcessEventKind::kExec, 10);
  settle();
  EXPECT_EQ(directory_.find(10)->name, "two");
  tree_.put({.pid = 10, .executable = "/bin/false"});
  event(ProcessEventKind::kExec, 10);
  settle();
  EXPECT_EQ(calls(), "+10 +10 -10 ");
  EXPECT_FALSE(directory_.is_alive(10));
}

TEST_F(DiscoveryTest, AListenEventTakesItsProcessEvenBeforeProcShowsTheSocket) {
  rules_.instrument = {by_port("8080", "web"), by_path(kTaken)};
  start();
  tree_.put({.pid = 10, .executable = "/bin/web"});
  event(ProcessEventKind::kExec, 10);
  settle();
  EXPECT_EQ(calls(), "");
  event(ProcessEventKind::kListen, 10, 0, 8081);
  settle();
  EXPECT_EQ(calls(), "");
  const auto pushed = std::chrono::steady_clock::now();
  event(ProcessEventKind::kListen, 10, 0, 8080);
  const auto call = attacher_.await(10, true);
  ASSERT_TRUE(call);
  EXPECT_LT(call->when - pushed, std::chrono::milliseconds(100));
  EXPECT_EQ(call->service->name, "web");
}

TEST_F(DiscoveryTest, APortThatIsOpenedLaterMayRenameAnInstrumentedProcess) {
  rules_.instrument = {by_path(kTaken, "plain"), by_port("8080", "web")};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  settle();
  EXPECT_EQ(directory_.find(10)->name, "plain");
  event(ProcessEventKind::kListen, 10, 0, 8080);
  event(ProcessEventKind::kListen, 10, 0, 8080);
  settle();
  EXPECT_EQ(directory_.find(10)->name, "web");
  EXPECT_EQ(calls(), "+10 +10 ");
}

TEST_F(DiscoveryTest, AnExitKeepsTheServiceForAWhile) {
  rules_.instrument = {by_path(kTaken)};
  start();
  tree_.put({.pid = 10});
  event(ProcessEventKind::kExec, 10);
  event(ProcessEventKind::kExit, 10);
  settle();
  EXPECT_EQ(calls(), "+10 ") << "the kernel side has removed it already";
  EXPECT_NE(directory_.find(10), nullptr);
  EXPECT_FALSE(directory_.is_alive(10));
  EXPECT_FALSE(discovery().decisions().find(10));
}

TEST_F(DiscoveryTest, AYoungProcessIsInstrumentedWhenItIsOldEnough) {
  rules_.instrument = {by_path(kTaken)};
  rules_.min_process_age = std::chrono::milliseconds(300);
  start();
  tree_.put({.pid = 10, .start_ticks = FakeProc::started_ago(0)});
  const auto started = std::chrono::steady_clock::now();
  event(ProcessEventKind::kExec, 10);
  const auto call = attacher_.await(10, true);
  ASSERT_TRUE(call);
  EXPECT_GT(call->when - started, std::chrono::milliseconds(250));
  stop();
  EXPECT_EQ(discovery().decisions().count(Outcome::kTooYoung), 1U);
  EXPECT_EQ(outcome(10), Outcome::kSelected);
}

TEST_F(DiscoveryTest, AYoungProcessThatEndsIsForgotten) {
  rules_.instrument = {by_path(kTaken)};
  rules_.min_process_age = std::chrono::milliseconds(100);
  start();
  tree_.put({.pid = 10, .start_ticks = FakeProc::started_ago(0)});
  event(ProcessEventKind::kExec, 10);
  event(ProcessEventKind::kExit, 10);
  tree_.put({.pid = 11, .start_ticks = FakeProc::started_ago(0)});
  event(ProcessEventKind::kExec, 11);
  ASSERT_TRUE(attacher_.await(11, true));
  EXPECT_EQ(calls(), "+11 ");
}

TEST_F(DiscoveryTest, ARefusedProcessIsTriedAgain) {
  rules_.instrument = {by_path(kTaken)};
  tree_.put({.pid = 10});
  attacher_.refuse(true);
  discovery().scan();
  EXPECT_EQ(outcome(10), Outcome::kAttachFailed);
  EXPECT_FALSE(directory_.is_alive(10));
  attacher_.refuse(false);
  discovery().scan();
  EXPECT_EQ(outcome(10), Outcome::kSelected);
  EXPECT_TRUE(directory_.is_alive(10));
}

TEST_F(DiscoveryTest, ARunningProgramStaysInstrumentedWhenItClosesItsPort) {
  const auto young = FakeProc::started_ago(1);  // still looked at by each scan
  tree_.put({.pid = 10, .start_ticks = young, .listening = {{500, 80}}, .sockets = {500}});
  discovery().scan();
  tree_.put({.pid = 10, .start_ticks = young});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
}

TEST_F(DiscoveryTest, TheLanguageOfAYoungProcessIsAskedForAgain) {
  rules_.instrument = {by_path("*")};
  const auto young = FakeProc::started_ago(1);
  tree_.put({.pid = 10, .start_ticks = young});
  discovery().scan();
  EXPECT_EQ(directory_.find(10)->language, model::Language::kGeneric);
  tree_.put({.pid = 10, .start_ticks = young, .maps = "7f00 r-xp /lib/libcoreclr.so\n"});
  discovery().scan();
  EXPECT_EQ(directory_.find(10)->language, model::Language::kDotnet);
}

TEST_F(DiscoveryTest, ASettledProcessIsNotReadAgain) {
  rules_.instrument = {by_path("*")};
  tree_.put({.pid = 10});
  discovery().scan();
  tree_.put({.pid = 10, .maps = "7f00 r-xp /lib/libcoreclr.so\n"});
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
}

TEST_F(DiscoveryTest, TheScanRunsByItself) {
  rules_.instrument = {by_path(kTaken)};
  rules_.poll_interval = std::chrono::milliseconds(20);
  start();
  tree_.put({.pid = 10});
  EXPECT_TRUE(attacher_.await(10, true));
}

TEST_F(DiscoveryTest, AfterLostEventsTheScanNoticesAnotherProgram) {
  rules_.instrument = {by_path(kTaken)};
  rules_.poll_interval = std::chrono::milliseconds(20);
  std::atomic<std::uint64_t> lost = 0;
  lost_events_ = [&] { return lost.load(); };
  tree_.put({.pid = 10, .executable = "/bin/other"});
  tree_.put({.pid = 2, .executable = ""});
  discovery().scan();
  tree_.put({.pid = 10, .stack_start = 5});
  tree_.put({.pid = 2});
  start();
  lost = 1;
  EXPECT_TRUE(attacher_.await(10, true));
  EXPECT_TRUE(attacher_.await(2, true));
  stop();
}

TEST_F(DiscoveryTest, ANumberThatWasAKernelThreadsIsLookedAtAgain) {
  rules_.instrument = {by_path(kTaken)};
  rules_.poll_interval = std::chrono::milliseconds(20);
  tree_.put({.pid = 2, .executable = ""});
  discovery().scan();
  tree_.put({.pid = 2});
  start();
  event(ProcessEventKind::kExit, 2);
  EXPECT_TRUE(attacher_.await(2, true));
}

TEST_F(DiscoveryTest, TooManyEventsAreCounted) {
  for (std::size_t i = 0; i < Discovery::kMaxInbox + 3; ++i) event(ProcessEventKind::kExit, 10);
  EXPECT_EQ(discovery().dropped_events(), 3U);
}

TEST_F(DiscoveryTest, StopsAtOnce) {
  start();
  const auto asked = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(1));
}

}  // namespace
}  // namespace obi::discover
