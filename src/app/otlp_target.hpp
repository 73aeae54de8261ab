// SPDX-License-Identifier: Apache-2.0
// Which OTLP endpoint a signal goes to, from the keys and variables that may say so.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "export/otlp/options.hpp"

namespace obi::app {

enum class OtlpSignal { kTraces, kMetrics };

/// nullopt if no endpoint is configured for the signal. The signal's own endpoint wins over the
/// common one; the protocol is the configured one, else found by the port (…4317 gRPC, else HTTP).
/// An endpoint without a scheme is plain text.
std::optional<exporting::OtlpTarget> otlp_target(const config::Config& config, OtlpSignal signal,
                                                 std::vector<std::string>& mistakes,
                                                 std::vector<std::string>& warnings);

}  // namespace obi::app
