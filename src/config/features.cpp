// SPDX-License-Identifier: Apache-2.0
#include "config/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace obi::config {
namespace {

bool is_network_feature(std::string_view feature) {
  return feature.starts_with("network") || feature.starts_with("stats");
}

bool selects_processes(const Config& config) {
  static constexpr std::array<std::string_view, 2> kLists = {"discovery.instrument",
                                                             "discovery.services"};
  static constexpr std::array<std::string_view, 3> kPatterns = {
      "auto_target_exe", "auto_target_language", "executable_path"};
  static constexpr std::array<std::string_view, 2> kNumbers = {"open_port", "target_pids"};
  return std::ranges::any_of(kLists,
                             [&](auto key) { return !config.node(key).children.empty(); }) ||
         std::ranges::any_of(kPatterns, [&](auto key) { return !config.text(key).empty(); }) ||
         std::ranges::any_of(kNumbers, [&](auto key) { return !config.int_set(key).empty(); });
}

}  // namespace

std::string_view features_key(const Config& config) {
  const bool otlp = !config.text("otel_metrics_export.endpoint").empty() ||
                    !config.text("otel_metrics_export.common_endpoint").empty();
  if (otlp && config.is_set("otel_metrics_export.features")) return "otel_metrics_export.features";
  const bool page = config.integer("prometheus_export.port") != 0;
  if (page && config.is_set("prometheus_export.features")) return "prometheus_export.features";
  return "metrics.features";
}

bool is_built_feature(std::string_view feature) {
  return feature == "application" || feature == "all" || feature == "*";
}

std::string why_no_application_mode(const Config& config) {
  if (selects_processes(config)) return {};
  const std::string_view key = features_key(config);
  const std::vector<std::string>& features = config.list(key);
  const bool asked = config.is_set(key) && !features.empty();
  const bool only_network = asked && std::ranges::all_of(features, is_network_feature);
  if (only_network || (!asked && config.boolean("network.enable"))) {
    const std::string_view by = only_network ? key : "network.enable";
    return fmt::format(
        "{} ({}) asks for features of the network alone and nothing selects processes, so "
        "application mode is off",
        by, config.origin(by));
  }
  return {};
}

}  // namespace obi::config
