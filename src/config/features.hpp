// SPDX-License-Identifier: Apache-2.0
// What `metrics.features` and its older names ask for, and which modes that turns on.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace obi::config {

/// The key of the features that count. The exporters' own keys are older names that replace
/// metrics.features when their exporter is on, OTLP's first.
const TextListKey& features_key(const Config& config);
inline const std::vector<std::string>& features_of(const Config& config) {
  return config.get(features_key(config));
}

/// False for a feature that this version doesn't have, or not all of.
bool is_built_feature(std::string_view feature);

/// Why application mode is off, so that no process is instrumented; empty if it is on. It is off
/// where only features of the network or of TCP statistics are asked for and nothing selects
/// processes: OBI, too, instruments applications only if something selects them.
std::string why_no_application_mode(const Config& config);

}  // namespace obi::config
