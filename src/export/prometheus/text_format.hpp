// SPDX-License-Identifier: Apache-2.0
// Metrics in Prometheus's text format 0.0.4. Pure functions. Exemplars are left out (only
// OpenMetrics has room for them); an exponential histogram is not expressible and yields no series.
#pragma once
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/metric.hpp"

namespace obi::exporting {

/// '.' and everything else that a label name can't have becomes '_': "http.route" → "http_route".
std::string label_name(std::string_view attribute);

/// The family of a metric, its series sorted by their labels. Of series with equal labels only the
/// first is kept: one repeated series makes a scraper reject the whole page.
prometheus::MetricFamily to_family(const model::Metric& metric);

/// A family with values that need no model::Metric: the agent's own.
class FamilyBuilder {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  FamilyBuilder(std::string name, std::string help, prometheus::MetricType type);
  FamilyBuilder& add(const Labels& labels, double value);
  prometheus::MetricFamily build() &&;

 private:
  prometheus::MetricFamily family_;
};

/// The page: families sorted by name, those without series left out.
std::string to_text(std::vector<prometheus::MetricFamily> families);

}  // namespace obi::exporting
