// SPDX-License-Identifier: Apache-2.0
#include "app/exporter_options.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>

#include "app/otlp_target.hpp"
#include "app/version.hpp"
#include "config/features.hpp"
#include "config/keys_agent.hpp"
#include "config/keys_attribute.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_pipeline.hpp"
#include "config/keys_prometheus.hpp"

namespace obi::app {
namespace {

using config::Config;
namespace key = config::key;

// What both metric exporters have keys of their own for.
struct AggregationKeys {
  const config::NumberListKey& duration;
  const config::NumberListKey& request_size;
  const config::NumberListKey& response_size;
  const config::DurationKey& ttl;
  const config::TextListKey& instrumentations;
};

constexpr AggregationKeys kPrometheusKeys = {.duration = key::kPrometheusDurationHistogram,
                                             .request_size = key::kPrometheusRequestSizeHistogram,
                                             .response_size = key::kPrometheusResponseSizeHistogram,
                                             .ttl = key::kPrometheusTtl,
                                             .instrumentations = key::kPrometheusInstrumentations};
constexpr AggregationKeys kOtlpKeys = {.duration = key::kOtlpMetricsDurationHistogram,
                                       .request_size = key::kOtlpMetricsRequestSizeHistogram,
                                       .response_size = key::kOtlpMetricsResponseSizeHistogram,
                                       .ttl = key::kOtlpMetricsTtl,
                                       .instrumentations = key::kOtlpMetricsInstrumentations};

std::vector<std::string> strings_of(const YAML::Node& node) {
  std::vector<std::string> items;
  if (node.IsScalar()) items.push_back(node.Scalar());
  for (const YAML::Node& item : node) {
    if (item.IsScalar()) items.push_back(item.Scalar());
  }
  return items;
}

metrics::AttributeSelection selection_of(const Config& config) {
  metrics::AttributeSelection::Sections sections;
  for (const auto& pair : config::to_yaml(config.get(key::kAttributesSelect))) {
    metrics::SectionSelection& section = sections[pair.first.as<std::string>()];
    if (!pair.second.IsMap()) continue;
    if (pair.second["include"]) section.include = strings_of(pair.second["include"]);
    if (pair.second["exclude"]) section.exclude = strings_of(pair.second["exclude"]);
  }
  return metrics::AttributeSelection(sections);
}

metrics::ResourceOptions resource_options(const Config& config) {
  metrics::ResourceOptions options;
  options.distro_version = kVersion;
  options.extra_labels = config.get(key::kPrometheusExtraResourceAttributes);
  return options;
}

metrics::AggregatorOptions aggregator_options(const Config& config, const AggregationKeys& keys) {
  metrics::AggregatorOptions options;
  options.cardinality_limit = static_cast<std::size_t>(
      std::max<std::int64_t>(0, config.get(key::kMetricsCardinalityLimit)));
  options.buckets.duration = config.get(keys.duration);
  options.buckets.request_size = config.get(keys.request_size);
  options.buckets.response_size = config.get(keys.response_size);
  options.ttl = config.get(keys.ttl);
  options.features = config::features_of(config);
  options.instrumentations = config.get(keys.instrumentations);
  options.selection = selection_of(config);
  options.groups.http_route = !config.is_switched_off(key::kRoutesSection);
  options.rename = unresolved_names(config);
  options.resource = resource_options(config);
  return options;
}

}  // namespace

std::size_t per_memory(const Config& config, std::size_t at_default) {
  constexpr std::size_t kDefault = 64UL * 1024 * 1024;
  const auto ceiling = static_cast<std::size_t>(config.get(key::kMaxMemory));
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(static_cast<double>(at_default) * static_cast<double>(ceiling) /
                                  kDefault));
}

model::UnresolvedNames unresolved_names(const Config& config) {
  return {.generic = config.get(key::kRenameUnresolvedHosts),
          .outgoing = config.get(key::kRenameUnresolvedHostsOutgoing),
          .incoming = config.get(key::kRenameUnresolvedHostsIncoming)};
}

metrics::AggregatorOptions prometheus_aggregation(const Config& config) {
  return aggregator_options(config, kPrometheusKeys);
}

metrics::AggregatorOptions otlp_aggregation(const Config& config,
                                            const exporting::OtlpMetricsOptions& exporter) {
  metrics::AggregatorOptions options = aggregator_options(config, kOtlpKeys);
  options.temporality =
      exporter.delta ? metrics::Temporality::kDelta : metrics::Temporality::kCumulative;
  options.exponential_histograms =
      config.get(key::kOtlpMetricsHistogramAggregation) == "base2_exponential_bucket_histogram";
  options.exponential_max_size =
      static_cast<std::size_t>(config.get(key::kOtlpMetricsExponentialHistogramMaxSize));
  options.exponential_max_scale =
      static_cast<int>(config.get(key::kOtlpMetricsExponentialHistogramMaxScale));
  return options;
}

std::optional<exporting::OtlpTracesOptions> otlp_traces_options(
    const Config& config, std::vector<std::string>& mistakes, std::vector<std::string>& warnings) {
  auto target = otlp_target(config, OtlpSignal::kTraces, mistakes, warnings);
  if (!target) return std::nullopt;
  exporting::OtlpTracesOptions traces;
  traces.target = std::move(*target);
  const auto set_unless_zero = [&](std::chrono::nanoseconds& value,
                                   const config::DurationKey& key) {
    if (config.get(key).count() != 0) value = config.get(key);
  };
  set_unless_zero(traces.backoff.initial, key::kOtlpTracesBackoffInitialInterval);
  set_unless_zero(traces.backoff.max, key::kOtlpTracesBackoffMaxInterval);
  set_unless_zero(traces.backoff.max_elapsed_time, key::kOtlpTracesBackoffMaxElapsedTime);
  traces.batch_max_size = static_cast<std::size_t>(config.get(key::kOtlpTracesBatchMaxSize));
  traces.queue_size = static_cast<std::size_t>(config.get(key::kOtlpTracesQueueSize));
  if (traces.queue_size == 0) traces.queue_size = 4 * traces.batch_max_size;
  if (traces.queue_size < 2 * traces.batch_max_size) {
    mistakes.push_back(
        fmt::format("{}: must be at least twice batch_max_size", key::kOtlpTracesQueueSize.path));
  }
  traces.batch_timeout = config.get(key::kOtlpTracesBatchTimeout);
  traces.selected = model::selected_types(config.get(key::kOtlpTracesInstrumentations));
  traces.sampler = {.name = config.get(key::kOtlpTracesSamplerName),
                    .argument = config.get(key::kOtlpTracesSamplerArg)};
  traces.queue_bytes = per_memory(config, traces.queue_bytes);
  traces.resource_cache = static_cast<std::size_t>(config.get(key::kOtlpTracesReportersCacheLen));
  traces.selection = selection_of(config);
  traces.resource = resource_options(config);
  traces.redaction = model::QueryRedaction(config.get(key::kSensitiveQueryParamsAdd),
                                           config.get(key::kSensitiveQueryParamsRemove));
  return traces;
}

std::optional<exporting::OtlpMetricsOptions> otlp_metrics_options(
    const Config& config, std::vector<std::string>& mistakes, std::vector<std::string>& warnings) {
  auto target = otlp_target(config, OtlpSignal::kMetrics, mistakes, warnings);
  if (!target) return std::nullopt;
  exporting::OtlpMetricsOptions metrics;
  metrics.target = std::move(*target);
  metrics.interval = config.get(key::kOtlpMetricsInterval);
  if (metrics.interval.count() <= 0)
    metrics.interval = std::chrono::milliseconds(config.get(key::kOtlpMetricsIntervalMs));
  // lowmemory differs from delta only for asynchronous counters, of which there are none.
  metrics.delta = config.get(key::kOtlpMetricsTemporalityPreference) != "cumulative";
  metrics.queue_bytes = per_memory(config, metrics.queue_bytes);
  metrics.selection = selection_of(config);
  metrics.resource = resource_options(config);
  return metrics;
}

}  // namespace obi::app
