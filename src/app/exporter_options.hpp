// SPDX-License-Identifier: Apache-2.0
// The part of the options that concerns what leaves the agent: spans and metrics, by whatever
// exporter. See options.hpp.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "export/otlp/options.hpp"
#include "metrics/aggregator.hpp"

namespace obi::app {

/// A limit that holds for the default ceiling of memory, and grows and shrinks with it.
std::size_t per_memory(const config::Config& config, std::size_t at_default);

/// What stands in metrics for addresses without a name.
model::UnresolvedNames unresolved_names(const config::Config& config);

metrics::AggregatorOptions prometheus_aggregation(const config::Config& config);
metrics::AggregatorOptions otlp_aggregation(const config::Config& config,
                                            const exporting::OtlpMetricsOptions& exporter);

/// Nullopt if the exporter is off or can't be used; in the latter case, with a mistake. Mistakes
/// and warnings are appended, a line each.
std::optional<exporting::OtlpTracesOptions> otlp_traces_options(const config::Config& config,
                                                                std::vector<std::string>& mistakes,
                                                                std::vector<std::string>& warnings);
/// Likewise.
std::optional<exporting::OtlpMetricsOptions> otlp_metrics_options(
    const config::Config& config, std::vector<std::string>& mistakes,
    std::vector<std::string>& warnings);

}  // namespace obi::app
