// SPDX-License-Identifier: Apache-2.0
#include "capture/perf_tracepoint.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cerrno>

namespace obi::capture {
namespace {

bool opens_sys_exit() {
  const base::Fd tracefs = open_tracefs();
  return tracefs && open_tracepoint(tracefs, "raw_syscalls/sys_exit");
}

TEST(PerfTracepoint, IsOpenedByName) {
  EXPECT_TRUE(opens_sys_exit());
  EXPECT_FALSE(open_tracepoint(open_tracefs(), "raw_syscalls/none"));
  EXPECT_EQ(errno, ENOENT);
}

TEST(PerfTracepoint, IsOpenedWhereTracefsIsNotMounted) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      _exit(2);
    for (const char* place :
         {"/sys/kernel/debug/tracing", "/sys/kernel/debug", "/sys/kernel/tracing"})
      umount2(place, MNT_DETACH);
    _exit(opens_sys_exit() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace obi::capture
