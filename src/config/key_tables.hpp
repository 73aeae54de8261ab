// SPDX-License-Identifier: Apache-2.0
// The parts of the table, one file each; keys.cpp puts them together.
#pragma once
#include <span>

#include "config/keys.hpp"

namespace obi::config::table {

std::span<const Key> agent_keys();
std::span<const Key> ebpf_keys();
std::span<const Key> payload_keys();
std::span<const Key> discovery_keys();
std::span<const Key> attribute_keys();
std::span<const Key> pipeline_keys();
std::span<const Key> otlp_metrics_keys();
std::span<const Key> otlp_traces_keys();
std::span<const Key> prometheus_keys();
std::span<const Key> network_keys();

}  // namespace obi::config::table
