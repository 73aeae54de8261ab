// SPDX-License-Identifier: Apache-2.0
#include "config/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/keys_agent.hpp"
#include "config/keys_discovery.hpp"
#include "config/keys_network.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_pipeline.hpp"
#include "config/keys_prometheus.hpp"

namespace obi::config {
namespace {

bool is_network_feature(std::string_view feature) {
  return feature.starts_with("network") || feature.starts_with("stats");
}

bool selects_processes(const Config& config) {
  static constexpr std::array<Key, 7> kSelectors = {
      key::kInstrument,     key::kServices, key::kAutoTargetExe, key::kAutoTargetLanguage,
      key::kExecutablePath, key::kOpenPort, key::kTargetPids};
  return !std::ranges::all_of(kSelectors, [&](const Key& key) { return config.is_empty(key); });
}

}  // namespace

const TextListKey& features_key(const Config& config) {
  const bool otlp = !config.get(key::kOtlpMetricsEndpoint).empty() ||
                    !config.get(key::kOtlpMetricsCommonEndpoint).empty();
  if (otlp && config.is_set(key::kOtlpMetricsFeatures)) return key::kOtlpMetricsFeatures;
  const bool page = config.get(key::kPrometheusPort) != 0;
  if (page && config.is_set(key::kPrometheusFeatures)) return key::kPrometheusFeatures;
  return key::kMetricsFeatures;
}

bool is_built_feature(std::string_view feature) {
  return feature == "application" || feature == "all" || feature == "*";
}

std::string why_no_application_mode(const Config& config) {
  if (selects_processes(config)) return {};
  const TextListKey& key = features_key(config);
  const std::vector<std::string>& features = config.get(key);
  const bool asked = config.is_set(key) && !features.empty();
  const bool only_network = asked && std::ranges::all_of(features, is_network_feature);
  if (only_network || (!asked && config.get(key::kNetworkEnable))) {
    const Key& by = only_network ? static_cast<const Key&>(key) : key::kNetworkEnable;
    return fmt::format(
        "{} ({}) asks for features of the network alone and nothing selects processes, so "
        "application mode is off",
        by.path, config.origin(by));
  }
  return {};
}

}  // namespace obi::config
