// SPDX-License-Identifier: Apache-2.0
#include "discover/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "discover/fake_proc.hpp"

namespace obi::discover {
namespace {

const std::string kId(64, 'a');
const std::string kOtherId(64, 'b');

TEST(Proc, ReadsAllFieldsOfAProcess) {
  FakeProc tree;
  tree.put({.pid = 42,
            .parent_pid = 7,
            .start_ticks = 12345,
            .stack_start = 999,
            .executable = "/opt/app (deleted)",
            .arguments = {"app", "--port", "80"},
            .cgroup = "0::/docker/" + kId + "\n",
            .ns_pid = 3,
            .pid_namespace = 11,
            .net_namespace = 22});
  const auto process = Proc(tree.root()).read(42);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid, 42U);
  EXPECT_EQ(process->parent_pid, 7U);
  EXPECT_EQ(process->ns_pid, 3U);
  EXPECT_EQ(process->pid_namespace, 11U);
  EXPECT_EQ(process->net_namespace, 22U);
  EXPECT_EQ(process->program,
            (ProgramIdentity{.start_ticks = 12345, .stack_start = 999, .executable = "/opt/app"}));
  EXPECT_EQ(process->command_line, "app --port 80");
  EXPECT_EQ(process->container_id, kId);
}

TEST(Proc, KernelThreadsAndMissingProcessesAreNothing) {
  FakeProc tree;
  tree.put({.pid = 2, .executable = ""});
  const Proc proc(tree.root());
  EXPECT_FALSE(proc.read(2));
  EXPECT_FALSE(proc.identify(2));
  EXPECT_FALSE(proc.read(3));
}

TEST(Proc, ReadAnythingKnowsThoseWithoutExecutableToo) {
  FakeProc tree;
  tree.put({.pid = 2, .parent_pid = 7, .start_ticks = 55, .executable = "", .ns_pid = 9});
  const Proc proc(tree.root());
  const auto process = proc.read_anything(2);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->program.executable, "");
  EXPECT_EQ(process->program.start_ticks, 55U);
  EXPECT_EQ(process->parent_pid, 7U);
  EXPECT_EQ(process->ns_pid, 9U);
  EXPECT_EQ(process->command_line, "server");
  EXPECT_FALSE(proc.read_anything(3));
}

TEST(Proc, ListsPidsInOrder) {
  FakeProc tree;
  for (const std::uint32_t pid : {10U, 9U, 100U}) tree.put({.pid = pid});
  std::filesystem::create_directory(tree.root() + "/sys");
  EXPECT_EQ(Proc(tree.root()).pids(), (std::vector<std::uint32_t>{9, 10, 100}));
}

TEST(Proc, EnvironmentIsCutAt128KiB) {
  FakeProc tree;
  tree.put({.pid = 5,
            .environment = {"A=1", "EMPTY=", "no equals", "B=x=y",
                            "BIG=" + std::string(200'000, 'x'), "LATE=1"}});
  const auto environment = Proc(tree.root()).environment(5);
  ASSERT_EQ(environment.size(), 4U);
  EXPECT_EQ(environment[0], (std::pair<std::string, std::string>("A", "1")));
  EXPECT_EQ(environment[2].second, "x=y");
  EXPECT_LT(environment[3].second.size(), 128U * 1024U);
}

TEST(Proc, CommandLineIsBounded) {
  FakeProc tree;
  tree.put({.pid = 5, .arguments = {std::string(100'000, 'x')}});
  EXPECT_EQ(Proc(tree.root()).read(5)->command_line.size(), 16U * 1024U);
}

TEST(Proc, SocketInodesAreThoseOfSockets) {
  FakeProc tree;
  tree.put({.pid = 5, .sockets = {30, 10}});
  std::filesystem::create_symlink("pipe:[7]", tree.root() + "/5/fd/9");
  EXPECT_EQ(Proc(tree.root()).socket_inodes(5), (std::vector<std::uint64_t>{10, 30}));
}

TEST(Proc, ReadsThisVeryProcess) {
  const auto process = Proc().read(static_cast<std::uint32_t>(getpid()));
  ASSERT_TRUE(process);
  EXPECT_EQ(process->program.executable, std::filesystem::read_symlink("/proc/self/exe").string());
  EXPECT_EQ(process->parent_pid, static_cast<std::uint32_t>(getppid()));
  EXPECT_NE(process->program.start_ticks, 0U);
  EXPECT_NE(process->program.stack_start, 0U);
  EXPECT_NE(process->pid_namespace, 0U);
  EXPECT_GE(age_of(process->program), std::chrono::nanoseconds(0));
  EXPECT_LT(age_of(process->program), std::chrono::minutes(10));
}

TEST(AgeOf, CountsFromTheStart) {
  const auto age = age_of({.start_ticks = FakeProc::started_ago(3)});
  EXPECT_NEAR(std::chrono::duration<double>(age).count(), 3.0, 0.5);
}

TEST(ContainerId, IsFoundInEveryRuntimesPaths) {
  for (const std::string& path :
       {"12:pids:/docker/" + kId, "0::/system.slice/docker-" + kId + ".scope",
        "0::/kubepods/burstable/pod1f2e/" + kId,
        "0::/kubepods.slice/kubepods-pod1f2e_aa.slice/cri-containerd-" + kId + ".scope",
        "0::/kubepods.slice/crio-" + kId + ".scope/container",
        "0::/machine.slice/libpod-" + kId + ".scope", "0::/../" + kId,
        "1:name=systemd:/\n0::/docker/" + kId + "/init\n"}) {
    EXPECT_EQ(container_id_of(path), kId) << path;
  }
}

TEST(ContainerId, TheInnermostOfNestedOnesCounts) {
  EXPECT_EQ(container_id_of("0::/docker/" + kOtherId + "/kubelet/cri-containerd-" + kId + ".scope"),
            kId);
}

TEST(ContainerId, OutsideContainersThereIsNone) {
  for (const std::string& path :
       {std::string("0::/"), std::string("0::/system.slice/sshd.service"), std::string(),
        "0::/machine.slice/libpod-conmon-" + kId + ".scope", "0::/x/" + kId + "a",
        "0::/x/" + kId.substr(1)}) {
    EXPECT_EQ(container_id_of(path), "") << path;
  }
}

}  // namespace
}  // namespace obi::discover
