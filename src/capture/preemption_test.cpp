// SPDX-License-Identifier: Apache-2.0
#include "capture/preemption.hpp"

#include <gtest/gtest.h>

#include "capture/tracer.hpp"

namespace obi::capture {
namespace {

constexpr base::KernelVersion kOld{.major = 5, .minor = 10};
constexpr base::KernelVersion kRecent{.major = 6, .minor = 12};
constexpr base::KernelVersion kNew{.major = 7, .minor = 2};
constexpr auto kDynamic = "#1 SMP PREEMPT_DYNAMIC Debian 6.12.1-1 (2025-01-01)";

TEST(Preemption, OfRawTracepointsFromSevenOn) {
  EXPECT_FALSE(preempts_raw_tracepoints(kRecent));
  EXPECT_TRUE(preempts_raw_tracepoints({.major = 7, .minor = 0}));
}

TEST(Preemption, ByTheModelThatTheKernelWasBuiltWith) {
  EXPECT_FALSE(preempts_kernel(kOld, "#1 SMP Debian 5.10.1-1", "", ""));
  EXPECT_TRUE(preempts_kernel(kOld, "#1 SMP PREEMPT Debian 5.10.1-1", "", ""));
  EXPECT_TRUE(preempts_kernel(kRecent, "#1 SMP PREEMPT_RT Debian 6.12.1-1", "", ""));
  EXPECT_TRUE(preempts_kernel(kNew, "#1 SMP Debian 7.2-1", "", ""))
      << "there is no other model any more";
}

TEST(Preemption, ByTheModelInUse) {
  EXPECT_FALSE(preempts_kernel(kRecent, kDynamic, "none (voluntary) full lazy\n", ""));
  EXPECT_FALSE(preempts_kernel(kRecent, kDynamic, "(none) voluntary full\n", "quiet preempt=full"));
  EXPECT_TRUE(preempts_kernel(kRecent, kDynamic, "none voluntary (full)\n", "preempt=none"));
  EXPECT_TRUE(preempts_kernel(kRecent, kDynamic, "none voluntary full (lazy)\n", ""));
}

TEST(Preemption, ByTheKernelsCommandLineWhereTheModelIsUnknown) {
  EXPECT_FALSE(preempts_kernel(kRecent, kDynamic, "", "quiet preempt=voluntary ro\n"));
  EXPECT_FALSE(preempts_kernel(kRecent, kDynamic, "", "preempt=none\n"));
  EXPECT_TRUE(preempts_kernel(kRecent, kDynamic, "", "preempt=full"));
  EXPECT_TRUE(preempts_kernel(kRecent, kDynamic, "", "quiet")) << "rather slower than blind";
}

TEST(Preemption, PutsTheBackEndThatItHarmsLast) {
  const std::vector<Backend> backends = backends_by_preference();
  EXPECT_EQ(backends.size(), kBackends.size());
  EXPECT_EQ(backends.back() == Backend::kFentry, preempts_trampolines());
  EXPECT_EQ(drawback(Backend::kFentry).empty(), !preempts_trampolines());
  EXPECT_EQ(drawback(Backend::kKprobe), "");
}

}  // namespace
}  // namespace obi::capture
