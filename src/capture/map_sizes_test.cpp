// SPDX-License-Identifier: Apache-2.0
#include "capture/map_sizes.hpp"

#include <gtest/gtest.h>

#include "capture/tracer.hpp"
#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

constexpr std::size_t kMebibyte = 1024UL * 1024;

TEST(MapSizes, HalvesUntilItFits) {
  EXPECT_EQ(halvings_to_fit(8 * kMebibyte, kMebibyte, 64 * kMebibyte), 0U);
  EXPECT_EQ(halvings_to_fit(8 * kMebibyte, kMebibyte, 5 * kMebibyte), 1U);
  EXPECT_EQ(halvings_to_fit(8 * kMebibyte, kMebibyte, 2 * kMebibyte), 3U);
  EXPECT_EQ(halvings_to_fit(8 * kMebibyte, 100 * kMebibyte, 0), 0U);
}

TEST(MapSizes, SaysWhatIsNeededAtLeast) {
  const auto sizes = halvings_to_fit(16 * kMebibyte, 60 * kMebibyte, 32 * kMebibyte);
  ASSERT_FALSE(sizes);
  EXPECT_NE(sizes.error().message.find("61 MiB"), std::string::npos) << sizes.error().message;
  EXPECT_NE(sizes.error().message.find("max_kernel_memory (32 MiB)"), std::string::npos);
}

TEST(MapSizes, TheKernelChargesNoMoreThanEstimated) {
  auto tracer = Tracer::open({.backend = backend_under_test()});
  ASSERT_TRUE(tracer) << tracer.error().message;
  for (const MapFacts& map : (*tracer)->audit().maps) {
    EXPECT_LE(map.bytes, map.estimated_bytes) << map.name;
  }
}

TEST(MapSizes, TheCeilingHoldsInTheKernel) {
  for (const std::size_t ceiling : {4 * kMebibyte, 6 * kMebibyte, 64 * kMebibyte}) {
    auto tracer = Tracer::open({.backend = backend_under_test(), .max_map_bytes = ceiling});
    ASSERT_TRUE(tracer) << tracer.error().message;
    EXPECT_LE((*tracer)->map_bytes(), ceiling);
  }
  const auto refused =
      Tracer::open({.backend = backend_under_test(), .max_map_bytes = kMebibyte / 2});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("max_kernel_memory"), std::string::npos);
}

}  // namespace
}  // namespace obi::capture
