// SPDX-License-Identifier: Apache-2.0
// Which processes are one program, and what becomes of children that are gone.
#include "discover/discovery_fixture.hpp"

namespace obi::discover {
namespace {

class SharedPrograms : public DiscoveryTest {
 protected:
  void SetUp() override { rules_.instrument = {by_path(kTaken, "shop")}; }
  void begin_server() {
    start();
    tree_.put({.pid = 10});
    event(ProcessEventKind::kExec, 10);
    settle();
  }
  std::string instance(std::uint32_t pid) {
    const auto service = directory_.find(pid);
    return service ? service->instance_id : "none";
  }
};

TEST_F(SharedPrograms, WhateverAProgramForksIsOneInstance) {
  begin_server();
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  tree_.put({.pid = 30, .parent_pid = 20});
  event(ProcessEventKind::kFork, 30, 20);
  tree_.remove(20);
  event(ProcessEventKind::kExit, 20);
  tree_.put({.pid = 40, .parent_pid = 30});
  event(ProcessEventKind::kFork, 40, 30);
  settle();
  for (const std::uint32_t pid : {20U, 30U, 40U})
    EXPECT_EQ(directory_.find(pid), directory_.find(10));
}

TEST_F(SharedPrograms, TheInstanceOutlivesTheFirstProcess) {
  begin_server();
  int instances = 0;
  directory_.set_listener(
      [&](const model::ServiceRef&, bool added) { instances += added ? 1 : -1; });
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  tree_.remove(10);
  event(ProcessEventKind::kExit, 10);
  tree_.put({.pid = 21, .parent_pid = 20});
  event(ProcessEventKind::kFork, 21, 20);
  settle();
  EXPECT_EQ(instance(21), "box:10");
  stop();
  discovery().scan();  // and looks at what it has known
  EXPECT_EQ(instance(20), "box:10");
  EXPECT_EQ(instance(21), "box:10");
}

TEST_F(SharedPrograms, ChildrenFromBeforeTheAgentAreOfTheProgram) {
  tree_.put({.pid = 10});
  tree_.put({.pid = 5, .parent_pid = 10});  // looked at before its parent
  tree_.put({.pid = 20, .parent_pid = 10, .arguments = {"server: worker"}});
  tree_.put({.pid = 30, .parent_pid = 20});
  tree_.put({.pid = 40, .parent_pid = 10, .stack_start = 7});  // started anew
  tree_.put({.pid = 50, .parent_pid = 1, .stack_start = 8});
  discovery().scan();
  for (const std::uint32_t pid : {5U, 20U, 30U})
    EXPECT_EQ(directory_.find(pid), directory_.find(10));
  EXPECT_EQ(instance(10), "box:10");
  EXPECT_EQ(instance(40), "box:40");
  EXPECT_EQ(instance(50), "box:50");
}

TEST_F(SharedPrograms, WithoutAStackAddressEachProcessIsAnInstance) {
  tree_.put({.pid = 10, .stack_start = 0});
  tree_.put({.pid = 20, .parent_pid = 10, .stack_start = 0});
  discovery().scan();
  EXPECT_EQ(instance(20), "box:20") << "whether it is another program isn't known";
}

TEST_F(SharedPrograms, AChildOfASelectedPortIsOfTheProgramThatWasStarted) {
  rules_.instrument = {by_port("8080", "web")};
  tree_.put({.pid = 10, .listening = {{500, 8080}}});  // one table for all of the namespace
  tree_.put({.pid = 20, .parent_pid = 10, .listening = {{500, 8080}}, .sockets = {500}});
  tree_.put({.pid = 21, .parent_pid = 10, .listening = {{500, 8080}}, .sockets = {500}});
  discovery().scan();
  EXPECT_EQ(directory_.find(10), nullptr);
  EXPECT_EQ(instance(20), "box:10");
  EXPECT_EQ(directory_.find(20), directory_.find(21));
}

TEST_F(SharedPrograms, WhatOneProcessIsFoundToBeAllAre) {
  rules_.instrument = {by_path(kTaken, "plain"), by_port("8080", "web")};
  begin_server();
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  event(ProcessEventKind::kListen, 20, 0, 8080);
  settle();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(directory_.find(20)->name, "web");
    EXPECT_EQ(directory_.find(10), directory_.find(20));
    stop();
    discovery().scan();
  }
}

TEST_F(SharedPrograms, TheEnvironmentOfAChildChangesNothing) {
  begin_server();
  tree_.put({.pid = 20, .parent_pid = 10, .environment = {"OTEL_SERVICE_NAME=other"}});
  event(ProcessEventKind::kFork, 20, 10);
  event(ProcessEventKind::kListen, 20, 0, 80);
  settle();
  EXPECT_EQ(directory_.find(20), directory_.find(10));
}

TEST_F(SharedPrograms, AnExecBeginsAnInstance) {
  begin_server();
  tree_.put({.pid = 20, .parent_pid = 10});
  event(ProcessEventKind::kFork, 20, 10);
  settle();
  tree_.put({.pid = 20, .parent_pid = 10});  // its own program again, at the same address
  event(ProcessEventKind::kExec, 20);
  settle();
  EXPECT_EQ(instance(20), "box:20");
  tree_.put({.pid = 21, .parent_pid = 20});
  event(ProcessEventKind::kFork, 21, 20);
  settle();
  EXPECT_EQ(instance(21), "box:20");
}

TEST_F(SharedPrograms, ADirectoryHasTheChildWhenThePushReturns) {
  begin_server();
  stop();
  event(ProcessEventKind::kFork, 20, 10);
  EXPECT_EQ(directory_.find(20), directory_.find(10));
}

TEST_F(SharedPrograms, AChildThatIsGoneHasTheNameOfWhatItRan) {
  begin_server();
  const auto exec = [&](std::uint32_t pid, const char* executable) {
    event(ProcessEventKind::kFork, pid, 10);
    discovery().push(KernelEvent{
        {.kind = ProcessEventKind::kExec, .ns = base::monotonic_ns(), .pid = pid}, executable});
  };
  exec(20, "/usr/lib/cgi-bin/hello");
  EXPECT_EQ(directory_.find_at(20, base::monotonic_ns()).service->name, "shop")
      << "the parent's entry names it";
  EXPECT_EQ(directory_.find(20)->instance_id, "box:20");
  EXPECT_EQ(directory_.find(20)->executable, "/usr/lib/cgi-bin/hello");
  settle();
  EXPECT_EQ(calls(), "+10 ") << "a number that nobody has must not be captured";
}

TEST_F(SharedPrograms, AChildThatIsGoneMayBeExcluded) {
  rules_.exclude = {by_path("*/logger")};
  begin_server();
  event(ProcessEventKind::kFork, 20, 10);
  discovery().push(KernelEvent{
      {.kind = ProcessEventKind::kExec, .ns = base::monotonic_ns(), .pid = 20}, "/bin/logger"});
  settle();
  EXPECT_EQ(directory_.find(20), nullptr);
}

TEST_F(SharedPrograms, ThousandsOfChildrenLeaveNothing) {
  begin_server();
  for (std::uint32_t pid = 1'000; pid < 5'000; ++pid) {
    event(ProcessEventKind::kFork, pid, 10);
    event(ProcessEventKind::kExit, pid);
  }
  settle();
  EXPECT_EQ(directory_.find(4'999), directory_.find(10));
  EXPECT_FALSE(directory_.is_alive(4'999));
  EXPECT_LE(discovery().decisions().all().size(), 3U) << "the server and the markers";
}

TEST_F(SharedPrograms, AChildOfAProcessThatIsNotCapturedAnyMoreIsRefused) {
  rules_.exclude = {by_path("*/logger")};
  begin_server();
  stop();
  tree_.put({.pid = 10, .executable = "/bin/logger"});
  event(ProcessEventKind::kExec, 10);
  discovery().push(KernelEvent{.event = {.kind = ProcessEventKind::kFork,
                                         .ns = base::monotonic_ns(),
                                         .pid = 20,
                                         .parent_pid = 10,
                                         .ns_pid = 20}});
  start();
  settle();
  EXPECT_EQ(calls(), "+10 -10 -20 ");
  EXPECT_EQ(directory_.find(20), nullptr);
}

}  // namespace
}  // namespace obi::discover
