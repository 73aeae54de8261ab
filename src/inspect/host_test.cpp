// SPDX-License-Identifier: Apache-2.0
#include "inspect/host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace obi::inspect {
namespace {

namespace fs = std::filesystem;

// A root directory with the files of /proc and /sys that are read.
class HostFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "host-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) const {
    const fs::path file(root_ + path);
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string root_;
};

TEST_F(HostFiles, AnEmptyRootHasNothing) {
  const Host host = read_host(root_);
  EXPECT_TRUE(host.btf_file.empty());
  EXPECT_TRUE(host.lockdown.empty());
  EXPECT_FALSE(host.unprivileged_bpf_disabled);
  EXPECT_EQ(host.cgroups, Cgroups::kNone);
  EXPECT_FALSE(host.in_root_pid_namespace);
  EXPECT_FALSE(host.has_tracefs);
}

TEST_F(HostFiles, ReadsWhatTheKernelReports) {
  put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  put("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
  put("/proc/sys/kernel/perf_event_paranoid", "-1\n");
  put("/proc/sys/net/core/bpf_jit_enable", "0\n");
  put("/proc/self/status", "Name:\tx\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n");
  put("/sys/kernel/btf/vmlinux", "x");
  fs::create_directories(root_ + "/proc/self/ns");
  fs::create_symlink("pid:[4026531836]", root_ + "/proc/self/ns/pid");
  const Host host = read_host(root_);
  EXPECT_EQ(host.lockdown, "integrity");
  EXPECT_EQ(host.unprivileged_bpf_disabled, 2);
  EXPECT_EQ(host.perf_event_paranoid, -1);
  EXPECT_EQ(host.jit_enabled, 0);
  EXPECT_TRUE(host.has_seccomp_filter);
  EXPECT_TRUE(host.in_root_pid_namespace);
  EXPECT_EQ(host.btf_file, root_ + "/sys/kernel/btf/vmlinux");
}

TEST_F(HostFiles, DistinguishesTheVersionsOfCgroups) {
  put("/sys/fs/cgroup/memory/tasks", "");
  EXPECT_EQ(read_host(root_).cgroups, Cgroups::kVersion1);
  put("/sys/fs/cgroup/unified/cgroup.controllers", "");
  EXPECT_EQ(read_host(root_).cgroups, Cgroups::kHybrid);
  put("/sys/fs/cgroup/cgroup.controllers", "");
  EXPECT_EQ(read_host(root_).cgroups, Cgroups::kVersion2);
}

TEST_F(HostFiles, AGivenTypesFileReplacesTheKernelsOwn) {
  put("/types", "x");
  EXPECT_EQ(read_host(root_, root_ + "/types").btf_file, root_ + "/types");
  put("/sys/kernel/btf/vmlinux", "x");
  EXPECT_TRUE(read_host(root_, root_ + "/absent").btf_file.empty());
}

}  // namespace
}  // namespace obi::inspect
