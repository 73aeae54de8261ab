// SPDX-License-Identifier: Apache-2.0
// Values over time: temporality, expiry, limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "metrics/aggregator.hpp"
#include "metrics/aggregator_fixture.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Aggregator, CumulativeValuesGrow) {
  Aggregator aggregator({}, at(0));
  const auto span = server_span(test_service("users"));
  aggregator.record(span, at(11));
  EXPECT_EQ(total_count(aggregator.snapshot(at(12)), kDuration), 1U);
  aggregator.record(span, at(13));
  const auto snapshot = aggregator.snapshot(at(14));
  EXPECT_EQ(total_count(snapshot, kDuration), 2U);
  EXPECT_EQ(points_of(snapshot, kDuration).at(0).start_unix_ns, at(11).unix_ns);
  EXPECT_EQ(total_count(aggregator.snapshot(at(15)), kDuration), 2U);
}

TEST(Aggregator, DeltaValuesAreThoseSinceTheLastSnapshot) {
  Aggregator aggregator({.temporality = Temporality::kDelta}, at(1));
  const auto span = server_span(test_service("users"));
  aggregator.record(span, at(11));
  aggregator.record(span, at(11));
  auto snapshot = aggregator.snapshot(at(12));
  EXPECT_EQ(total_count(snapshot, kDuration), 2U);
  EXPECT_EQ(points_of(snapshot, kDuration).at(0).start_unix_ns, at(1).unix_ns);

  EXPECT_THAT(aggregator.snapshot(at(13)), IsEmpty());

  aggregator.record(span, at(14));
  snapshot = aggregator.snapshot(at(15));
  EXPECT_EQ(total_count(snapshot, kDuration), 1U);
  EXPECT_EQ(points_of(snapshot, kDuration).at(0).start_unix_ns, at(13).unix_ns);
}

TEST(Aggregator, DeltaSumsToCumulative) {
  Aggregator delta({.temporality = Temporality::kDelta, .exponential_histograms = true}, at(0));
  Aggregator cumulative({.exponential_histograms = true}, at(0));
  const auto service = test_service("users");
  std::uint64_t delta_count = 0;
  double delta_sum = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    auto span = server_span(service);
    span.end_ns = span.request_start_ns + (i * i + 1) * 1'000;
    delta.record(span, at(20));
    cumulative.record(span, at(20));
    if (i % 7 != 0 && i != 299) continue;
    for (const auto& point : points_of(delta.snapshot(at(21)), kDuration)) {
      delta_count += std::get<model::ExponentialHistogram>(point.value).count;
      delta_sum += std::get<model::ExponentialHistogram>(point.value).sum;
    }
  }
  const auto total = points_of(cumulative.snapshot(at(22)), kDuration).at(0);
  EXPECT_EQ(delta_count, std::get<model::ExponentialHistogram>(total.value).count);
  EXPECT_NEAR(delta_sum, std::get<model::ExponentialHistogram>(total.value).sum, 1e-9);
}

TEST(Aggregator, ExponentialHistogramsReplaceExplicitOnes) {
  Aggregator aggregator({.exponential_histograms = true}, at(0));
  aggregator.record(server_span(test_service("users")), at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  const auto& metric = snapshot.at(0).metrics.at(0);
  EXPECT_EQ(metric.type, model::MetricType::kExponentialHistogram);
  EXPECT_THAT(metric.bounds, IsEmpty());
  EXPECT_EQ(std::get<model::ExponentialHistogram>(metric.points.at(0).value).scale, 20);
}

TEST(Aggregator, BucketsAreThoseOfTheirKindAndSorted) {
  Aggregator aggregator({.buckets = {.duration = {1, 0.01, 0.1, 0.1}, .request_size = {5}}}, at(0));
  aggregator.record(server_span(test_service("users")), at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  const auto& metrics = snapshot.at(0).metrics;
  EXPECT_THAT(metrics.at(0).bounds, ElementsAre(0.01, 0.1, 1));
  EXPECT_THAT(histogram_of(metrics.at(0).points.at(0)).bucket_counts, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(metrics.at(1).bounds, ElementsAre(5));
  EXPECT_THAT(metrics.at(2).bounds, SizeIs(10));
}

TEST(Aggregator, IdleSeriesExpireAfterTheTtl) {
  Aggregator aggregator({.ttl = std::chrono::seconds(60)}, at(0));
  auto span = server_span(test_service("users"));
  aggregator.record(span, at(100));
  span.method = "PUT";
  aggregator.record(span, at(130));
  EXPECT_THAT(points_of(aggregator.snapshot(at(160)), kDuration), SizeIs(2));
  EXPECT_THAT(points_of(aggregator.snapshot(at(161)), kDuration), SizeIs(1));
  EXPECT_EQ(aggregator.stats().series, 1U);

  span.method = "GET";
  aggregator.record(span, at(200));
  const auto points = points_of(aggregator.snapshot(at(200)), kDuration);
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(histogram_of(points[0]).count, 1U) << "the series begins anew";
  EXPECT_EQ(points[0].start_unix_ns, at(200).unix_ns);
}

TEST(Aggregator, ExpireForgetsWithoutASnapshot) {
  Aggregator aggregator({.ttl = std::chrono::seconds(60)}, at(0));
  std::weak_ptr<const model::Service> service;
  {
    auto span = server_span(test_service("users"));
    service = span.service;
    aggregator.record(span, at(100));
  }
  aggregator.expire(at(160));
  EXPECT_EQ(aggregator.stats().series, 1U);
  EXPECT_FALSE(service.expired());
  aggregator.expire(at(161));
  aggregator.expire(at(161));
  EXPECT_EQ(aggregator.stats().series, 0U);
  EXPECT_TRUE(service.expired());
}

TEST(Aggregator, ServicesThatWereReplacedAreForgotten) {
  Aggregator aggregator({.ttl = std::chrono::nanoseconds(0)}, at(0));
  std::weak_ptr<const model::Service> first;
  {
    const auto service = test_service("users");
    first = service;
    aggregator.record(server_span(service), at(1));
  }
  aggregator.record(server_span(test_service("users")), at(2));
  for (const std::uint64_t seconds : {3, 4}) aggregator.snapshot(at(seconds));
  EXPECT_TRUE(first.expired());
}

TEST(Aggregator, TtlZeroMeansNever) {
  Aggregator aggregator({.ttl = std::chrono::nanoseconds(0)}, at(0));
  aggregator.record(server_span(test_service("users")), at(1));
  EXPECT_THAT(points_of(aggregator.snapshot(at(10'000'000)), kDuration), SizeIs(1));
}

TEST(Aggregator, BeyondTheLimitSpansGoToOneOverflowSeries) {
  Aggregator aggregator(
      {.selection = AttributeSelection({{"*", {{"url.path"}, {}}}}), .cardinality_limit = 4},
      at(0));
  const auto service = test_service("users");
  for (int i = 0; i < 10; ++i) {
    auto span = server_span(service);
    const auto path = "/" + std::to_string(i);
    span.path = path;
    aggregator.record(span, at(11));
  }
  auto known = server_span(service);
  known.path = "/0";
  aggregator.record(known, at(11));

  const auto snapshot = aggregator.snapshot(at(12));
  const auto points = points_of(snapshot, kDuration);
  ASSERT_THAT(points, SizeIs(4));
  EXPECT_EQ(total_count(snapshot, kDuration), 11U);
  const auto overflow =
      std::ranges::find(points, model::Attributes{{"otel.metric.overflow", text("true")}},
                        &model::MetricPoint::attributes);
  ASSERT_NE(overflow, points.end());
  EXPECT_EQ(histogram_of(*overflow).count, 7U);
  EXPECT_EQ(aggregator.stats().series, 3U);
  EXPECT_EQ(aggregator.stats().overflowed_spans, 7U);
}

TEST(Aggregator, ExpiryMakesRoomAgain) {
  Aggregator aggregator({.ttl = std::chrono::seconds(60), .cardinality_limit = 2}, at(0));
  auto span = server_span(test_service("users"));
  aggregator.record(span, at(1));
  span.method = "PUT";
  aggregator.record(span, at(2));
  EXPECT_EQ(aggregator.stats().overflowed_spans, 1U);
  aggregator.expire(at(100));
  aggregator.record(span, at(100));
  EXPECT_EQ(aggregator.stats().overflowed_spans, 1U);
  EXPECT_EQ(aggregator.stats().series, 1U);
}

}  // namespace
}  // namespace obi::metrics
