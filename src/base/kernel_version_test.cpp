// SPDX-License-Identifier: Apache-2.0
#include "base/kernel_version.hpp"

#include <gtest/gtest.h>

namespace obi::base {
namespace {

TEST(Release, IsParsedLeniently) {
  EXPECT_EQ(parse_release("5.10.0-34-amd64"), (KernelVersion{.major = 5, .minor = 10}));
  EXPECT_EQ(parse_release("7.2-rc1"), (KernelVersion{.major = 7, .minor = 2}));
  EXPECT_EQ(parse_release("odd"), KernelVersion{});
}

}  // namespace
}  // namespace obi::base
