// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/text_format.hpp"

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

TEST(TextFormat, AttributeNamesBecomeLabelNames) {
  EXPECT_EQ(label_name("http.response.status_code"), "http_response_status_code");
  EXPECT_EQ(label_name("app.kubernetes.io/part-of"), "app_kubernetes_io_part_of");
  EXPECT_EQ(label_name("3d"), "_3d");
  EXPECT_EQ(label_name("bad\"name\n{}"), "bad_name___");
  EXPECT_EQ(label_name(""), "_");
}

TEST(TextFormat, HostileValuesAreEscaped) {
  EXPECT_EQ(to_text({to_family(gauge({{"x", "quote\" backslash\\ newline\n} 1\n# HELP ä"}}))}),
            "# HELP a A.\n# TYPE a gauge\n"
            "a{x=\"quote\\\" backslash\\\\ newline\\n} 1\\n# HELP ä\"} 1\n");
}

TEST(TextFormat, HelpIsEscaped) {
  auto metric = gauge({});
  metric.description = "two\nlines\\";
  EXPECT_EQ(to_text({to_family(metric)}), "# HELP a two\\nlines\\\\\n# TYPE a gauge\na 1\n");
}

TEST(TextFormat, LabelsThatComeToOneNameAreOne) {
  EXPECT_EQ(to_text({to_family(gauge({{"a.b", "1"}, {"a_b", "2"}}))}),
            "# HELP a A.\n# TYPE a gauge\na{a_b=\"1\"} 1\n");
}

TEST(TextFormat, SeriesWithEqualLabelsAreOne) {
  auto metric = gauge({{"x", "1"}});
  metric.points.push_back({.attributes = {{"x", std::int64_t{1}}}, .value = 2.0});
  EXPECT_EQ(to_text({to_family(metric)}), "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\n");
}

TEST(TextFormat, BucketsAreCumulative) {
  model::Metric metric;
  metric.prometheus_name = "d";
  metric.description = "D.";
  metric.type = model::MetricType::kHistogram;
  metric.bounds = {0.005, 10};
  metric.points.push_back(
      {.value = model::ExplicitHistogram{.bucket_counts = {1, 0, 2}, .count = 3, .sum = 45.5}});
  EXPECT_EQ(to_text({to_family(metric)}),
            "# HELP d D.\n# TYPE d histogram\nd_count 3\nd_sum 45.5\n"
            "d_bucket{le=\"0.005\"} 1\nd_bucket{le=\"10\"} 1\nd_bucket{le=\"+Inf\"} 3\n");
}

TEST(TextFormat, FamiliesAreSortedAndEmptyOnesLeftOut) {
  FamilyBuilder b("b_total", "B.", prometheus::MetricType::Counter);
  b.add({{"k", "2"}}, 2).add({{"k", "1"}}, 1);
  FamilyBuilder empty("e", "E.", prometheus::MetricType::Gauge);
  EXPECT_EQ(to_text({std::move(b).build(), std::move(empty).build(), to_family(gauge({}))}),
            "# HELP a A.\n# TYPE a gauge\na 1\n"
            "# HELP b_total B.\n# TYPE b_total counter\nb_total{k=\"1\"} 1\nb_total{k=\"2\"} 2\n");
}

TEST(TextFormat, InvalidBytesOfTheAgentsOwnLabelsGo) {
  FamilyBuilder builder("p", "P.", prometheus::MetricType::Gauge);
  builder.add({{"process_name", "x\xff"}}, 1);
  EXPECT_EQ(to_text({std::move(builder).build()}),
            "# HELP p P.\n# TYPE p gauge\np{process_name=\"x\"} 1\n");
}

}  // namespace
}  // namespace obi::exporting
