// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/page_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::exporting {
namespace {

model::Metric gauge(model::Attributes attributes) {
  model::Metric metric;
  metric.prometheus_name = "a";
  metric.description = "A.";
  metric.type = model::MetricType::kGauge;
  metric.points.push_back({.attributes = std::move(attributes), .value = 1.0});
  return metric;
}

std::string page_of(const model::Metric& metric) {
  std::string page;
  PageWriter().add(metric, page);
  return page;
}

TEST(PageWriter, HostileValuesAreEscaped) {
  EXPECT_EQ(page_of(gauge({{"x", "quote\" backslash\\ newline\n} 1\n# HELP ä"}})),
            "# HELP a A.\n# TYPE a gauge\n"
            "a{x=\"quote\\\" backslash\\\\ newline\\n} 1\\n# HELP ä\"} 1\n");
}

TEST(PageWriter, HelpIsEscaped) {
  auto metric = gauge({});
  metric.description = "two\nlines\\";
  EXPECT_EQ(page_of(metric), "# HELP a two\\nlines\\\\\n# TYPE a gauge\na 1\n");
}

TEST(PageWriter, LabelsThatComeToOneNameAreOne) {
  EXPECT_EQ(page_of(gauge({{"a.b", "1"}, {"a_b", "2"}})),
            "# HELP a A.\n# TYPE a gauge\na{a_b=\"1\"} 1\n");
}

TEST(PageWriter, SeriesWithEqualLabelsAreOne) {
  auto metric = gauge({{"x", "1"}});
  metric.points.push_back({.attributes = {{"x", std::int64_t{1}}}, .value = 2.0});
  EXPECT_EQ(page_of(metric), "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\n");
}

TEST(PageWriter, BucketsAreCumulative) {
  model::Metric metric;
  metric.prometheus_name = "d";
  metric.description = "D.";
  metric.type = model::MetricType::kHistogram;
  metric.bounds = {0.005, 10};
  metric.points.push_back(
      {.value = model::ExplicitHistogram{.bucket_counts = {1, 0, 2}, .count = 3, .sum = 45.5}});
  EXPECT_EQ(page_of(metric),
            "# HELP d D.\n# TYPE d histogram\nd_count 3\nd_sum 45.5\n"
            "d_bucket{le=\"0.005\"} 1\nd_bucket{le=\"10\"} 1\nd_bucket{le=\"+Inf\"} 3\n");
}

TEST(PageWriter, AMetricMayComeInPieces) {
  std::string page;
  PageWriter writer;
  writer.add(gauge({{"x", "1"}}), page);
  writer.add(gauge({{"x", "2"}}), page);
  writer.add(gauge({{"x", "1"}}), page);
  auto other = gauge({{"x", "1"}});
  other.prometheus_name = "b";
  writer.add(other, page);
  EXPECT_EQ(page,
            "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\n"
            "# HELP b A.\n# TYPE b gauge\nb{x=\"1\"} 1\n");
}

TEST(PageWriter, AMetricWithoutSeriesHasNoHead) {
  model::Metric metric = gauge({});
  metric.points[0].value = model::ExponentialHistogram{};
  EXPECT_EQ(page_of(metric), "");
}

}  // namespace
}  // namespace obi::exporting
