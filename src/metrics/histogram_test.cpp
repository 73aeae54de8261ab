// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace obi::metrics {
namespace {

using testing::ElementsAre;

const std::vector<double> kBounds = {0, 0.5, 1, 10};

model::ExplicitHistogram explicit_value(Histogram& histogram) {
  model::MetricPoint point;
  histogram.write_to(point);
  return std::get<model::ExplicitHistogram>(point.value);
}

model::Exemplar exemplar(std::uint8_t id) {
  model::Exemplar result;
  result.trace_id.bytes[0] = id;
  return result;
}

TEST(Histogram, AValueEqualToABoundFallsIntoIt) {
  Histogram histogram({.bounds = kBounds});
  for (const double value : {0.0, 0.5, 1.0, 10.0}) histogram.add(value);
  EXPECT_THAT(explicit_value(histogram).bucket_counts, ElementsAre(1, 1, 1, 1, 0));
}

TEST(Histogram, AValueJustAboveABoundFallsIntoTheNext) {
  Histogram histogram({.bounds = kBounds});
  for (const double bound : kBounds) histogram.add(std::nextafter(bound, 100));
  EXPECT_THAT(explicit_value(histogram).bucket_counts, ElementsAre(0, 1, 1, 1, 1));
}

TEST(Histogram, KeepsCountSumAndExtremes) {
  Histogram histogram({.bounds = kBounds});
  for (const double value : {3.0, 0.25, 20.0}) histogram.add(value);
  const auto value = explicit_value(histogram);
  EXPECT_EQ(value.count, 3U);
  EXPECT_DOUBLE_EQ(value.sum, 23.25);
  EXPECT_DOUBLE_EQ(value.min, 0.25);
  EXPECT_DOUBLE_EQ(value.max, 20);
}

TEST(Histogram, WhatIsNoSizeCountsAsZero) {
  Histogram histogram({.bounds = kBounds});
  for (const double value :
       {-5.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    histogram.add(value);
  }
  const auto value = explicit_value(histogram);
  EXPECT_THAT(value.bucket_counts, ElementsAre(3, 0, 0, 0, 0));
  EXPECT_EQ(value.sum, 0);
}

TEST(Histogram, WithoutBoundsHasOneBucket) {
  Histogram histogram({});
  histogram.add(5);
  EXPECT_THAT(explicit_value(histogram).bucket_counts, ElementsAre(1));
}

TEST(Histogram, ExponentialCountsZeroesApart) {
  Histogram histogram({.exponential = true, .exponential_max_size = 4, .exponential_max_scale = 0});
  for (const double value : {0.0, 0.0, 2.0, 3.0, 16.0}) histogram.add(value);
  model::MetricPoint point;
  histogram.write_to(point);
  const auto& value = std::get<model::ExponentialHistogram>(point.value);
  EXPECT_EQ(value.scale, 0);
  EXPECT_EQ(value.zero_count, 2U);
  EXPECT_EQ(value.positive_offset, 0);
  EXPECT_THAT(value.positive_counts, ElementsAre(1, 1, 0, 1));
  EXPECT_EQ(value.count, 5U);
  EXPECT_DOUBLE_EQ(value.sum, 21);
  EXPECT_DOUBLE_EQ(value.min, 0);
  EXPECT_DOUBLE_EQ(value.max, 16);
}

TEST(Histogram, KeepsTheLatestExemplarOfEachBucketAndHandsItOutOnce) {
  Histogram histogram({.bounds = kBounds, .exemplars = true});
  const auto first = exemplar(1);
  const auto second = exemplar(2);
  const auto third = exemplar(3);
  histogram.add(0.7, &first);
  histogram.add(0.8, &second);
  histogram.add(50, &third);
  model::MetricPoint point;
  histogram.write_to(point);
  ASSERT_EQ(point.exemplars.size(), 2U);
  EXPECT_EQ(point.exemplars[0].trace_id, second.trace_id);
  EXPECT_DOUBLE_EQ(point.exemplars[0].value, 0.8);
  EXPECT_EQ(point.exemplars[1].trace_id, third.trace_id);

  model::MetricPoint again;
  histogram.write_to(again);
  EXPECT_TRUE(again.exemplars.empty());
  EXPECT_EQ(std::get<model::ExplicitHistogram>(again.value).count, 3U);
}

TEST(Histogram, ExponentialKeepsAFewExemplars) {
  Histogram histogram({.exponential = true, .exemplars = true});
  for (std::uint8_t i = 1; i <= 100; ++i) {
    const auto one = exemplar(i);
    histogram.add(i, &one);
  }
  model::MetricPoint point;
  histogram.write_to(point);
  ASSERT_EQ(point.exemplars.size(), 4U);
  for (const auto& kept : point.exemplars) EXPECT_GT(kept.value, 96);
}

TEST(Histogram, MergedItIsAsIfItHadSeenBoth) {
  for (const bool exponential : {false, true}) {
    const HistogramOptions options{
        .bounds = kBounds, .exponential = exponential, .exponential_max_size = 8};
    Histogram one(options);
    Histogram other(options);
    Histogram both(options);
    for (const double value : {0.0, 0.3, 4.0}) {
      one.add(value);
      both.add(value);
    }
    for (const double value : {0.001, 7.0, 900.0}) {
      other.add(value);
      both.add(value);
    }
    one.merge(other);
    model::MetricPoint merged;
    one.write_value(merged);
    model::MetricPoint expected;
    both.write_value(expected);
    EXPECT_EQ(one.count(), 6U);
    if (exponential) {
      const auto& left = std::get<model::ExponentialHistogram>(merged.value);
      const auto& right = std::get<model::ExponentialHistogram>(expected.value);
      EXPECT_EQ(left.scale, right.scale);
      EXPECT_EQ(left.positive_offset, right.positive_offset);
      EXPECT_EQ(left.positive_counts, right.positive_counts);
      EXPECT_EQ(left.zero_count, right.zero_count);
    } else {
      const auto& left = std::get<model::ExplicitHistogram>(merged.value);
      const auto& right = std::get<model::ExplicitHistogram>(expected.value);
      EXPECT_EQ(left.bucket_counts, right.bucket_counts);
      EXPECT_DOUBLE_EQ(left.sum, right.sum);
      EXPECT_DOUBLE_EQ(left.min, right.min);
      EXPECT_DOUBLE_EQ(left.max, right.max);
    }
  }
}

TEST(Histogram, ResetForgetsEverything) {
  Histogram histogram({.bounds = kBounds, .exemplars = true});
  const auto one = exemplar(1);
  histogram.add(7, &one);
  histogram.reset();
  histogram.add(0.75);
  model::MetricPoint point;
  histogram.write_to(point);
  const auto& value = std::get<model::ExplicitHistogram>(point.value);
  EXPECT_THAT(value.bucket_counts, ElementsAre(0, 0, 1, 0, 0));
  EXPECT_DOUBLE_EQ(value.max, 0.75);
  EXPECT_DOUBLE_EQ(value.min, 0.75);
  EXPECT_TRUE(point.exemplars.empty());
}

}  // namespace
}  // namespace obi::metrics
