// SPDX-License-Identifier: Apache-2.0
// Who is explained: no process, no program, another user's, a thread, this very process.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/fd.hpp"
#include "inspect/explain_fixture.hpp"

namespace obi::inspect {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(ExplainTest, ANumberWithoutProcessIsAnError) {
  const auto no_such_process = explain(1'000'000, options_);
  ASSERT_FALSE(no_such_process);
  EXPECT_THAT(no_such_process.error().message, HasSubstr("no process 1000000"));
}

TEST_F(ExplainTest, WhatIsNoProgramIsNotInstrumented) {
  server_.executable = "";
  const Explanation thread = explained();
  EXPECT_EQ(thread.kind, ProcessKind::kKernelThread);
  EXPECT_EQ(thread.exit_code(), 1);
  EXPECT_THAT(render_text(thread), HasSubstr("instrumented: no, it is a kernel thread"));
  server_.state = 'Z';
  EXPECT_EQ(explained().kind, ProcessKind::kEnded);
  EXPECT_EQ(explained().exit_code(), 1);
}

// Of another user's process everything but the link to its executable can be read.
TEST_F(ExplainTest, AnUnreadableProgramIsReported) {
  server_.executable = "";
  server_.state = 'R';
  server_.owner = 33;
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.kind, ProcessKind::kUnreadable);
  EXPECT_EQ(explanation.exit_code(), 2);
  EXPECT_THAT(render_text(explanation),
              AllOf(HasSubstr("instrumented: can't be told"), HasSubstr("owner: uid 33"),
                    HasSubstr("CAP_SYS_PTRACE"), HasSubstr("command line: server")));
  const auto document = nlohmann::json::parse(render_json(explanation));
  EXPECT_TRUE(document["instrumented"].is_null());
  EXPECT_EQ(document["unreadable"][0]["capability"], "CAP_SYS_PTRACE");
}

// It has CAP_SYS_PTRACE and is refused: then so is the agent.
TEST_F(ExplainTest, WhatNoAgentCanReadIsNotInstrumented) {
  server_.executable = "";
  server_.state = 'R';
  options_.may_trace = true;
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.exit_code(), 1);
  EXPECT_THAT(render_text(explanation),
              AllOf(HasSubstr("instrumented: no, what it runs can't be read"),
                    HasSubstr("refused in spite of CAP_SYS_PTRACE")));
}

TEST_F(ExplainTest, AnAncestorThatCannotBeReadIsReported) {
  proc_.put({.pid = 7, .executable = "", .state = 'R'});
  server_.parent_pid = 7;
  const Explanation explanation = explained();
  EXPECT_TRUE(explanation.selection.instrumented());
  EXPECT_THAT(render_text(explanation), HasSubstr("/7/exe: takes CAP_SYS_PTRACE"));
  options_.may_trace = true;
  EXPECT_TRUE(explained().unreadable.empty());
}

TEST_F(ExplainTest, AThreadIsExplainedByItsProcess) {
  proc_.put(server_);
  proc_.put({.pid = kPid + 1, .thread_group = kPid});
  const auto explanation = explain(kPid + 1, options_);
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->process.pid, kPid);
  EXPECT_THAT(render_text(*explanation), HasSubstr("4243 is a thread of:\npid 4242"));
}

TEST_F(ExplainTest, WhatAProcessCallsItselfCannotSteerTheTerminal) {
  server_.executable = "/tmp/\x1b[2Jserver";
  server_.arguments = {"a\nb", "\x07", std::string(500, 'x'), "\xff"};
  options_.rules.instrument = {by_executable("entry", "*/other")};
  const Explanation explanation = explained();
  const std::string text = render_text(explanation);
  EXPECT_EQ(text.find_first_of("\x1b\x07\xff"), std::string::npos);
  EXPECT_THAT(text, AllOf(HasSubstr("/tmp/?[2Jserver"), HasSubstr("a?b ? xxx"), HasSubstr("x…\n")));
  EXPECT_TRUE(nlohmann::json::accept(render_json(explanation)));
}

// Against the kernel's own /proc: this test listens on a port and asks about itself.
TEST(Explain, TheTestsOwnProcess) {
  const base::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof(address);
  auto* name = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener.get(), name, length), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  ASSERT_EQ(getsockname(listener.get(), name, &length), 0);

  ExplainOptions options;
  options.rules.instrument = {by_port("entry", ntohs(address.sin_port))};
  const auto explanation = explain(static_cast<std::uint32_t>(getpid()), options);
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->selection.reason, "matches entry");
  EXPECT_EQ(explanation->owner, getuid());
  EXPECT_EQ(explanation->process.parent_pid, static_cast<std::uint32_t>(getppid()));
  EXPECT_LT(explanation->age, std::chrono::hours(1));
  EXPECT_TRUE(explanation->program.executable.is_elf);
  EXPECT_FALSE(explanation->program.linkage.is_static);
  EXPECT_EQ(explanation->program.service.name, "inspect_test");
}

TEST(Explain, KernelThreadsOfThisHostAreKnown) {
  constexpr std::uint32_t kKthreadd = 2;  // unless we are in a pid namespace
  const discover::Proc proc;
  if (proc.text(kKthreadd, "comm", 64) != "kthreadd\n") GTEST_SKIP() << "no kthreadd here";
  EXPECT_EQ(explain(kKthreadd, {})->kind, ProcessKind::kKernelThread);
}

}  // namespace
}  // namespace obi::inspect
