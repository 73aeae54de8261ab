// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "protocol/http1/methods.hpp"
#include "protocol/http1/options.hpp"
#include "protocol/state.hpp"

namespace obi::protocol::http1 {

/// What all connections with HTTP requests share.
class State final : public ProtocolState {
 public:
  explicit State(const ProtocolOptions& all) : State(all.get<Options>()) {}
  explicit State(const Options& options = {})
      : request_timeout_ns(options.request_timeout_ns), methods(options.known_methods) {}
  const std::uint64_t request_timeout_ns;
  const Methods methods;
};

}  // namespace obi::protocol::http1
