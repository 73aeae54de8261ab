// SPDX-License-Identifier: Apache-2.0
// The parts of the catalogue, each in a file of its own. Internal to it.
#pragma once
#include <span>

#include "metrics/catalogue.hpp"

namespace obi::metrics::table {

std::span<const MetricInfo> http_metrics();
std::span<const MetricInfo> rpc_metrics();
std::span<const MetricInfo> database_metrics();
std::span<const MetricInfo> messaging_metrics();
std::span<const MetricInfo> dns_metrics();

}  // namespace obi::metrics::table
