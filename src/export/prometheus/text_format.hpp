// SPDX-License-Identifier: Apache-2.0
// The agent's own metrics in Prometheus's text format 0.0.4, and the names that both kinds of page
// share. Pure functions.
#pragma once
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace obi::exporting {

/// '.' and everything else that a label name can't have becomes '_': "http.route" → "http_route".
std::string label_name(std::string_view attribute);

/// HELP has these two escaped: backslash and line feed.
std::string escaped_help(std::string_view help);

/// A family with values: the agent's own. Of series with equal labels only the first is kept.
class FamilyBuilder {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  FamilyBuilder(std::string name, std::string_view help, prometheus::MetricType type);
  FamilyBuilder& add(const Labels& labels, double value);
  prometheus::MetricFamily build() &&;

 private:
  prometheus::MetricFamily family_;
};

/// The page: families sorted by name, those without series left out.
std::string to_text(std::vector<prometheus::MetricFamily> families);

}  // namespace obi::exporting
