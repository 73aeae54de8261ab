// SPDX-License-Identifier: Apache-2.0
#include "metrics/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "model/attributes.hpp"
#include "support/source_folder.hpp"

namespace obi::metrics {
namespace {

using testing::HasSubstr;

TEST(MetricCatalogue, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const MetricInfo& metric : span_metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_TRUE(names.insert(metric.prometheus_name).second) << metric.prometheus_name;
  }
}

TEST(MetricCatalogue, PrometheusNamesAreTheOthersWithUnit) {
  for (const MetricInfo& metric : span_metrics()) {
    std::string name(metric.name);
    std::ranges::replace(name, '.', '_');
    EXPECT_EQ(metric.prometheus_name, name + (metric.unit == "s" ? "_seconds" : "_bytes"));
  }
}

TEST(MetricCatalogue, EachIsInTheDocumentation) {
  std::ifstream file(support::source_folder() + "/docs/telemetry.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const MetricInfo& metric : span_metrics()) {
    EXPECT_THAT(text, HasSubstr("| `" + std::string(metric.name) + "` | `" +
                                std::string(metric.prometheus_name) + "` |"));
    for (const KnownAttribute& attribute : known_attributes(metric, {}))
      EXPECT_THAT(text, HasSubstr("`" + std::string(attribute.name) + "`"));
  }
}

TEST(MetricCatalogue, EachAttributeIsInTheTableOfAttributes) {
  const ActiveGroups every{.prometheus = true, .kubernetes = true, .container = true};
  for (const MetricInfo& metric : span_metrics()) {
    for (const KnownAttribute& attribute : known_attributes(metric, every)) {
      const model::AttributeRow* const row = model::find_attribute(attribute.name);
      ASSERT_NE(row, nullptr) << attribute.name;
      EXPECT_EQ(row->name, attribute.name);
    }
  }
}

}  // namespace
}  // namespace obi::metrics
