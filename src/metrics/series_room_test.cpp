// SPDX-License-Identifier: Apache-2.0
// Limits of the series: OpenTelemetry's for a service's metric, and that of memory for all; and the
// readings of several views out of one table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "metrics/aggregator.hpp"
#include "metrics/collection.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using testing::SizeIs;

constexpr std::string_view kDuration = "http.server.request.duration";

Instant at(std::uint64_t seconds) {
  return {seconds * kSecond_ns, (seconds + 1'700'000'000) * kSecond_ns};
}

using Points = std::vector<model::MetricPoint>;

/// Of the server's durations, read in portions of a few points.
Points read(Aggregator& aggregator, Dialect view, std::uint64_t seconds,
            std::size_t max_points = 7) {
  Points points;
  auto collection = aggregator.collect(view, at(seconds));
  for (auto portion = collection.next(max_points, at(seconds)); !portion.empty();
       portion = collection.next(max_points, at(seconds))) {
    for (const auto& entry : portion) {
      for (const auto& metric : entry.metrics) {
        if (metric.name == kDuration)
          points.insert(points.end(), metric.points.begin(), metric.points.end());
      }
    }
  }
  return points;
}

std::uint64_t count_of(const Points& points) {
  std::uint64_t count = 0;
  for (const auto& point : points) count += std::get<model::ExplicitHistogram>(point.value).count;
  return count;
}

bool is_overflow(const model::MetricPoint& point) {
  return std::ranges::any_of(point.attributes, [](const auto& attribute) {
    return attribute.first == "otel.metric.overflow";
  });
}

void record(Aggregator& aggregator, const std::string& service, std::uint32_t pid,
            std::uint64_t seconds) {
  aggregator.record(server_span(test_service(service, pid)), at(seconds));
}

TEST(CardinalityLimit, IsThatOfOneServicesMetric) {
  Aggregator aggregator(
      {.selection = AttributeSelection({{"*", {{"url.path"}, {}}}}), .cardinality_limit = 10},
      at(0));
  for (int i = 0; i < 50; ++i) {
    const auto path = "/" + std::to_string(i);
    for (const auto* name : {"users", "orders"}) {
      auto span = server_span(test_service(name));
      span.path = path;
      aggregator.record(span, at(1));
    }
  }
  const auto points = read(aggregator, Dialect::kOtlp, 2);
  EXPECT_THAT(points, SizeIs(20)) << "nine sets and the overflow of each";
  EXPECT_EQ(std::ranges::count_if(points, is_overflow), 2);
  EXPECT_EQ(count_of(points), 100U);
}

TEST(CardinalityLimit, OnAPageTheOverflowHasTheServicesLabels) {
  Aggregator aggregator({.dialect = Dialect::kPrometheus, .cardinality_limit = 1}, at(0));
  record(aggregator, "users", 1, 1);
  const auto points = read(aggregator, Dialect::kPrometheus, 2);
  ASSERT_THAT(points, SizeIs(1));
  std::vector<std::string> names;
  for (const auto& [name, value] : points[0].attributes) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("instance", "job", "otel.metric.overflow", "service.name",
                                          "service.namespace"));
}

class SeriesRoomTest : public testing::TestWithParam<Temporality> {
 protected:
  AggregatorOptions shared() {
    return {.serves_page = true, .temporality = GetParam(), .memory = &memory_};
  }
  model::MemoryAccount memory_{256 * 1024};
};

TEST_P(SeriesRoomTest, OneTableServesBothViews) {
  Aggregator aggregator(shared(), at(0));
  const bool is_delta = GetParam() == Temporality::kDelta;
  record(aggregator, "users", 1, 1);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kOtlp, 2)), 1U);
  record(aggregator, "users", 1, 3);
  record(aggregator, "users", 1, 3);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kPrometheus, 4)), 3U);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kOtlp, 5)), is_delta ? 2U : 3U);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kOtlp, 6)), is_delta ? 0U : 3U);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kPrometheus, 7)), 3U);
  const auto page = read(aggregator, Dialect::kPrometheus, 8);
  ASSERT_THAT(page, SizeIs(1));
  std::set<std::string> names;
  for (const auto& [name, value] : page[0].attributes) names.insert(name);
  EXPECT_TRUE(names.contains("instance") && names.contains("job")) << "those of a page";
}

// What thousands of services leave behind stays within the share, and no request is lost to sums.
TEST_P(SeriesRoomTest, ThousandsOfServicesThatEndKeepTheSums) {
  Aggregator aggregator(shared(), at(0));
  constexpr std::uint32_t kServices = 3000;
  std::uint64_t received = 0;
  for (std::uint32_t i = 0; i < kServices; ++i) {
    const auto service = test_service("service-" + std::to_string(i), i + 1);
    aggregator.on_service_added(service, at(i / 10));
    aggregator.record(server_span(service), at(i / 10));
    aggregator.on_service_removed(service);
    if (i % 600 == 599 && GetParam() == Temporality::kDelta)
      received += count_of(read(aggregator, Dialect::kOtlp, i / 10));
    ASSERT_LE(memory_.held(model::MemoryHolder::Series), 300U * 1024);
  }
  EXPECT_GT(aggregator.stats().evicted_series, 1000U);
  received += count_of(read(aggregator, Dialect::kOtlp, kServices / 10));
  EXPECT_EQ(received, kServices);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kPrometheus, kServices / 10)), kServices)
      << "nobody had read the page before";
}

TEST_P(SeriesRoomTest, WithoutIdleSeriesNewOnesJoinTheOverflowOfAll) {
  Aggregator aggregator(shared(), at(0));
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto service = test_service("service-" + std::to_string(i), i + 1);
    aggregator.on_service_added(service, at(1));
    aggregator.record(server_span(service), at(1));
  }
  EXPECT_EQ(aggregator.stats().evicted_series, 0U);
  EXPECT_GT(aggregator.stats().overflowed_spans, 500U);
  const auto points = read(aggregator, Dialect::kOtlp, 2);
  EXPECT_EQ(std::ranges::count_if(points, is_overflow), 1);
  EXPECT_EQ(count_of(points), 1000U);
  const auto page = read(aggregator, Dialect::kPrometheus, 2);
  EXPECT_EQ(std::ranges::count_if(page, is_overflow), 1);
  EXPECT_EQ(count_of(page), 1000U);
}

INSTANTIATE_TEST_SUITE_P(Temporalities, SeriesRoomTest,
                         testing::Values(Temporality::kCumulative, Temporality::kDelta));

TEST(Eviction, WaitsForAViewThatHasReadAPart) {
  model::MemoryAccount memory(1'000'000'000);
  Aggregator aggregator({.memory = &memory}, at(0));
  record(aggregator, "read", 1, 1);
  record(aggregator, "read, and recorded again", 2, 1);
  EXPECT_EQ(count_of(read(aggregator, Dialect::kOtlp, 2)), 2U);
  record(aggregator, "read, and recorded again", 2, 3);
  memory.set_budget(1000);
  aggregator.expire(at(10));
  EXPECT_EQ(aggregator.stats().series, 1U);
  const auto points = read(aggregator, Dialect::kOtlp, 10);
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(count_of(points), 2U);
}

// Two tables (settings that can't be shared) refer to the same services.
TEST(Services, AreForgottenWithTheirSeries) {
  model::MemoryAccount memory(1'000'000'000);
  Aggregator otlp({.ttl = std::chrono::seconds(60), .memory = &memory}, at(0));
  Aggregator page(
      {.dialect = Dialect::kPrometheus, .ttl = std::chrono::seconds(60), .memory = &memory}, at(0));
  for (std::uint32_t pid = 1; pid <= 100; ++pid) {
    const auto span = server_span(test_service("short-lived", pid));
    otlp.record(span, at(1));
    page.record(span, at(1));
  }
  for (const std::uint64_t seconds : {10, 70, 80}) {
    otlp.expire(at(seconds));
    page.expire(at(seconds));
    if (seconds == 10) {
      EXPECT_GT(memory.held(model::MemoryHolder::Services), 100U * 1024);
    }
  }
  EXPECT_EQ(memory.held(model::MemoryHolder::Services), 0U);
}

TEST(Collection, ReadsEverySeriesOnceWhileTheTableChanges) {
  Aggregator aggregator({.ttl = std::chrono::seconds(60)}, at(0));
  for (std::uint32_t i = 0; i < 100; ++i) record(aggregator, "old-" + std::to_string(i), i + 1, 1);
  for (const Dialect view : {Dialect::kOtlp}) {
    auto collection = aggregator.collect(view, at(50));
    std::multiset<std::string> seen;
    for (std::uint32_t turn = 0;; ++turn) {
      const auto portion = collection.next(10, at(50));
      if (portion.empty()) break;
      for (const auto& entry : portion) seen.insert(entry.service->name);
      record(aggregator, "new-" + std::to_string(turn), 1000 + turn, 50);
    }
    for (std::uint32_t i = 0; i < 100; ++i) {
      EXPECT_GE(seen.count("old-" + std::to_string(i)), 1U);
    }
  }
}

TEST(CanShare, OnlyWhatIsRecordedAlike) {
  const AggregatorOptions otlp;
  const AggregatorOptions page{.dialect = Dialect::kPrometheus};
  EXPECT_TRUE(can_share(otlp, page));
  EXPECT_FALSE(can_share({.exponential_histograms = true}, page));
  EXPECT_FALSE(can_share({.buckets = {.duration = {1}}}, page));
  EXPECT_FALSE(can_share({.ttl = std::chrono::seconds(1)}, page));
  EXPECT_FALSE(can_share({.instrumentations = {"http"}}, page));
  const AttributeSelection without({{"*", {{}, {"instance"}}}});
  EXPECT_FALSE(
      can_share({.selection = without}, {.dialect = Dialect::kPrometheus, .selection = without}));
}

}  // namespace
}  // namespace obi::metrics
