// SPDX-License-Identifier: Apache-2.0
// A metric snapshot → bytes of an ExportMetricsServiceRequest. Pure.
#pragma once
#include <string>
#include <vector>

#include "metrics/attribute_selection.hpp"
#include "metrics/resource.hpp"
#include "model/metric.hpp"

namespace obi::exporting::otlp {

struct MetricEncoderOptions {
  bool delta = false;
  metrics::AttributeSelection selection;
  metrics::ResourceOptions resource;
};

/// `buffer`: an empty string whose memory the bytes go into.
std::string encode_metrics(const std::vector<model::ServiceMetrics>& services,
                           const MetricEncoderOptions& options, std::string buffer = {});

}  // namespace obi::exporting::otlp
