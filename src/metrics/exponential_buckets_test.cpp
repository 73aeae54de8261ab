// SPDX-License-Identifier: Apache-2.0
#include "metrics/exponential_buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace obi::metrics {
namespace {

/// Lower bound of bucket `index`, by repeated square roots instead of a logarithm.
long double lower_bound_of(std::int32_t index, int scale) {
  if (scale <= 0) return std::ldexp(1.0L, index * (1 << -scale));
  const int steps = 1 << scale;
  const int exponent = index >= 0 ? index / steps : -((-index + steps - 1) / steps);
  long double bound = std::ldexp(1.0L, exponent);
  long double root = 2;
  int rest = index - exponent * steps;
  for (int bit = steps >> 1; bit > 0; bit >>= 1) {
    root = std::sqrt(root);
    if ((rest & bit) != 0) bound *= root;
  }
  return bound;
}

void expect_in_bucket(double value, int scale) {
  const auto index = exponential_index(value, scale);
  EXPECT_GT(static_cast<long double>(value), lower_bound_of(index, scale)) << value << " " << scale;
  EXPECT_LE(static_cast<long double>(value), lower_bound_of(index + 1, scale))
      << value << " " << scale;
}

TEST(ExponentialIndex, PowersOfTwoAreTheUpperBoundOfTheirBucket) {
  EXPECT_EQ(exponential_index(1, 0), -1);
  EXPECT_EQ(exponential_index(2, 0), 0);
  EXPECT_EQ(exponential_index(4, 0), 1);
  EXPECT_EQ(exponential_index(0.5, 0), -2);
  EXPECT_EQ(exponential_index(std::nextafter(4.0, 5.0), 0), 2);
  EXPECT_EQ(exponential_index(4, 3), 15);
  EXPECT_EQ(exponential_index(std::nextafter(4.0, 5.0), 3), 16);
  EXPECT_EQ(exponential_index(4, -1), 0);
  EXPECT_EQ(exponential_index(5, -1), 1);
  EXPECT_EQ(exponential_index(1, 20), -1);
  EXPECT_EQ(exponential_index(2, 20), (1 << 20) - 1);
}

TEST(ExponentialIndex, AgreesWithBoundsMadeByRoots) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-40, 40);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::exp2(exponent(random));
    for (const int scale : {-11, -3, -1, 0, 1, 5, 12}) expect_in_bucket(value, scale);
  }
}

TEST(ExponentialIndex, IsExactRightNextToTheBounds) {
  for (const int scale : {1, 2, 3, 6, 10}) {
    for (std::int32_t index = -(4 << scale); index < (4 << scale); index += 1 + (index & 3)) {
      const auto bound = static_cast<double>(lower_bound_of(index, scale));
      expect_in_bucket(bound, scale);
      expect_in_bucket(std::nextafter(bound, 0), scale);
      expect_in_bucket(std::nextafter(bound, 1e9), scale);
    }
  }
}

TEST(ExponentialIndex, TakesTheExtremesOfDouble) {
  using Limits = std::numeric_limits<double>;
  for (const int scale : {-11, -10, 0, 20}) {
    EXPECT_LT(exponential_index(Limits::denorm_min(), scale), 0);
    EXPECT_GE(exponential_index(Limits::max(), scale), 0);
  }
  EXPECT_EQ(exponential_index(Limits::denorm_min(), ExponentialBuckets::kMinScale), -1);
  EXPECT_EQ(exponential_index(Limits::max(), ExponentialBuckets::kMinScale), 0);
}

/// Counts each value anew at the scale the buckets arrived at.
void expect_equal_to_oracle(const ExponentialBuckets& buckets, const std::vector<double>& values) {
  std::map<std::int32_t, std::uint64_t> expected;
  for (const double value : values) ++expected[exponential_index(value, buckets.scale())];
  std::map<std::int32_t, std::uint64_t> actual;
  for (std::size_t i = 0; i < buckets.counts().size(); ++i) {
    if (buckets.counts()[i] > 0) {
      actual[buckets.offset() + static_cast<std::int32_t>(i)] = buckets.counts()[i];
    }
  }
  EXPECT_EQ(actual, expected);
}

/// The scale is the greatest at which the values fit.
void expect_best_scale(const ExponentialBuckets& buckets, const std::vector<double>& values,
                       std::size_t max_size, int max_scale) {
  const auto [low, high] = std::ranges::minmax(values);
  int scale = max_scale;
  while (static_cast<std::int64_t>(exponential_index(high, scale)) -
             exponential_index(low, scale) >=
         static_cast<std::int64_t>(max_size)) {
    --scale;
  }
  EXPECT_EQ(buckets.scale(), scale);
}

TEST(ExponentialBuckets, AgreeWithABruteForceCount) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const std::size_t max_size = 2 + random() % 200;
    const int max_scale = static_cast<int>(random() % 21);
    const double spread = std::exp2(static_cast<double>(random() % 10));
    std::normal_distribution<double> exponent(0, spread);
    ExponentialBuckets buckets(max_size, max_scale);
    std::vector<double> values;
    for (int i = 0; i < 300; ++i) {
      values.push_back(std::exp2(std::clamp(exponent(random), -1000.0, 1000.0)));
      buckets.add(values.back());
      ASSERT_LE(buckets.counts().size(), max_size);
    }
    expect_equal_to_oracle(buckets, values);
    expect_best_scale(buckets, values, max_size, max_scale);
  }
}

TEST(ExponentialBuckets, HoldTheWholeRangeOfDoubleInTwoBuckets) {
  using Limits = std::numeric_limits<double>;
  ExponentialBuckets buckets(1, 20);
  for (const double value : {Limits::max(), Limits::denorm_min(), 1.0, 3.0}) buckets.add(value);
  EXPECT_EQ(buckets.scale(), ExponentialBuckets::kMinScale);
  EXPECT_EQ(buckets.counts().size(), 2U);
  EXPECT_EQ(std::accumulate(buckets.counts().begin(), buckets.counts().end(), 0U), 4U);
}

TEST(ExponentialBuckets, ResetGoesBackToTheFirstScale) {
  ExponentialBuckets buckets(4, 20);
  buckets.add(1e-9);
  buckets.add(1e9);
  EXPECT_LT(buckets.scale(), 0);
  buckets.reset();
  EXPECT_TRUE(buckets.counts().empty());
  EXPECT_EQ(buckets.scale(), 20);
  buckets.add(7);
  EXPECT_EQ(buckets.scale(), 20);
  EXPECT_EQ(buckets.counts().size(), 1U);
}

}  // namespace
}  // namespace obi::metrics
