// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/text_format.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::exporting {
namespace {

TEST(TextFormat, AttributeNamesBecomeLabelNames) {
  EXPECT_EQ(label_name("http.response.status_code"), "http_response_status_code");
  EXPECT_EQ(label_name("app.kubernetes.io/part-of"), "app_kubernetes_io_part_of");
  EXPECT_EQ(label_name("3d"), "_3d");
  EXPECT_EQ(label_name("bad\"name\n{}"), "bad_name___");
  EXPECT_EQ(label_name(""), "_");
}

TEST(TextFormat, FamiliesAreSortedAndEmptyOnesLeftOut) {
  FamilyBuilder b("b_total", "B.", prometheus::MetricType::Counter);
  b.add({{"k", "2"}}, 2).add({{"k", "1"}}, 1);
  FamilyBuilder a("a", "A.", prometheus::MetricType::Gauge);
  a.add({}, 1);
  FamilyBuilder empty("e", "E.", prometheus::MetricType::Gauge);
  EXPECT_EQ(to_text({std::move(b).build(), std::move(empty).build(), std::move(a).build()}),
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
