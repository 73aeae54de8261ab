// SPDX-License-Identifier: Apache-2.0
// Keys of `network`. See typed_key.hpp.
#pragma once
#include "config/typed_key.hpp"

namespace obi::config::key {

// Its metrics are not built yet, but it decides on application mode (features.hpp).
inline constexpr BooleanKey kNetworkEnable{"network.enable",
                                           "OTEL_EBPF_NETWORK_METRICS",
                                           "false",
                                           "",
                                           "deprecated, use metrics.features: adds network to it",
                                           kLater};

}  // namespace obi::config::key
